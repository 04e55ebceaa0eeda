"""Owns where a register is: named by an option, by COMPLAINT_REGISTER, or the first one upwards from here."""

from __future__ import annotations

import os
from pathlib import Path

from complaint.core.errors import NotFound
from complaint.store.files import REGISTER

SETTINGS = f"{REGISTER}/register.toml"
VARIABLE = "COMPLAINT_REGISTER"


def root(typed: str | None) -> Path:
    """The folder that holds complaints.d; `NotFound` if there is none."""
    named = typed or os.environ.get(VARIABLE)
    if named:
        where = "--register" if typed else VARIABLE
        if not (Path(named) / SETTINGS).is_file():
            raise NotFound(f'"{named}" holds no {SETTINGS}', "name the folder that holds complaints.d/", where=where)
        return Path(named)
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / SETTINGS).is_file():
            return folder
    raise NotFound(
        "no register here or in any folder above",
        "make one with `complaint init --policy NAME`, or name its folder with --register",
    )
