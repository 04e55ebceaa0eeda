"""Owns where a register is: named by an option, by COMPLAINT_REGISTER, or the first one upwards from here."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from complaint.core.errors import ComplaintError, NotFound
from complaint.store.files import REGISTER

SETTINGS = f"{REGISTER}/register.toml"
VARIABLE = "COMPLAINT_REGISTER"


def root(typed: str | None, named: Sequence[str] = ()) -> Path:
    """The folder that holds complaints.d, of the files that are `named` if some are; `NotFound` if there is none."""
    folder = typed or os.environ.get(VARIABLE)
    if folder:
        where = "--register" if typed else VARIABLE
        if not (Path(folder) / SETTINGS).is_file():
            raise NotFound(f'"{folder}" holds no {SETTINGS}', "name the folder that holds complaints.d/", where=where)
        return Path(folder)
    found = _of_files(named) or _upwards(Path.cwd())
    if found:
        return found
    raise NotFound(
        "no register here or in any folder above",
        "make one with `complaint init --policy NAME`, or name its folder with --register",
    )


def place(typed: str | None) -> Path:
    """The folder that holds complaints.d or is to: the one that is named, else the first one upwards, else here."""
    folder = typed or os.environ.get(VARIABLE)
    found = None if folder else _upwards(Path.cwd())
    return found if found and found != Path.cwd() else Path(folder or ".")


def _of_files(named: Sequence[str]) -> Path | None:
    """The register in which those of the names lie that are paths of files."""
    paths = [Path(each) for each in named if os.path.lexists(each)]
    first = {found: path for path in reversed(paths) if (found := _upwards(path.absolute().parent))}
    if len(first) > 1:
        one, other = list(first.values())[:2]
        raise ComplaintError(f'"{other}" and "{one}" lie in two registers', "name files of one register at a time")
    return next(iter(first), None)


def _upwards(here: Path) -> Path | None:
    return next((folder for folder in (here, *here.parents) if (folder / SETTINGS).is_file()), None)
