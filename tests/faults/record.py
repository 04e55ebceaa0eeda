"""A small recording command: what the real ones do with the disk, without the rest. Run in a register's folder.

create NAME: a new ticket-like file; append NAME: one more event in it. Says `stored` when it is.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from complaint.core.errors import ComplaintError
from complaint.store import files, lock

HEAD, EVENT, END = b"head\n", b"event " + b"x" * 20_000 + b"\n", b"end\n"


def main(verb: str, name: str) -> int:
    month = "2026-11"
    path = Path.cwd() / files.REGISTER / month / name
    try:
        with lock.held(Path.cwd(), timeout=5) as held:
            held.note(month)
            if verb == "create":
                files.create(path, HEAD + EVENT + END, shown=name)
            else:
                old = files.read_bytes(path, limit=1_000_000, shown=name)
                files.replace(path, old.removesuffix(END) + EVENT + END, expected=old, shown=name)
    except FileExistsError:
        return _fail("exists")
    except ComplaintError as error:
        return _fail(str(error))
    return _say("stored\n")


def _say(text: str) -> int:
    try:
        os.write(1, text.encode())
    except OSError as error:
        return _fail(f"stored, but standard output is broken: {error}")
    return 0


def _fail(text: str) -> int:
    print(text, file=sys.stderr)  # noqa: T201
    return 2


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
