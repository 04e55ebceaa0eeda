"""Owns the errors a person reads: what was found, where, what is allowed, how to mend it."""

from __future__ import annotations

EXIT_CODES = {
    0: "done; nothing found",
    1: "findings: something is overdue (or due soon, with `--due-within`), an error that `audit` finds, "
    "a mistake in a policy, a failing example",
    2: "could not do it, or could not judge everything: wrong usage, refused, an unreadable ticket or policy, "
    "fewer tickets than `--min-tickets`, a clock that runs behind the newest event. It outranks 1",
    3: "internal error",
    75: "locked by another command for ten seconds; nothing changed, try again",
    130: "interrupted",
}
DONE, FOUND, FAILED, INTERNAL, LOCKED, INTERRUPTED = EXIT_CODES
UNKNOWN = 3  # what a Nagios plugin says instead of these where it could not judge


class ComplaintError(Exception):
    """A refusal of one or two lines on standard error; nothing was changed.

    `where` names the file and line (`path:line`) or the option, `found` is what is wrong there, `mend` is what
    is allowed and how to mend it; `plain` says what was found without quoting it, where that is somebody's text: CI
    reports go to strangers. The class carries the process exit code (contract, section 5).
    """

    exit_code = FAILED

    def __init__(self, found: str, mend: str = "", *, where: str = "", plain: str = "") -> None:
        self.found, self.mend, self.where, self.plain = found, mend, where, plain
        super().__init__(str(self))

    def parts(self) -> tuple[str, str]:
        """The two lines: where and what was found; what is allowed and how to mend it."""
        return f"{self.where}: {self.found}" if self.where else self.found, self.mend

    def __str__(self) -> str:
        return "\n".join(part for part in self.parts() if part)


class Refused(ComplaintError):
    """A step the order of the work does not allow now; `--force` may record it, with `--note WHY` if `needs_note`."""

    def __init__(self, found: str, mend: str = "", *, where: str = "", needs_note: bool = True) -> None:
        self.needs_note = needs_note
        super().__init__(found, mend, where=where)


class NotFound(ComplaintError):
    """No such register, ticket, event, policy, clause or calendar."""


class Unreadable(ComplaintError):
    """A file that cannot be read as what it should be; questions go on with the others and exit 2.

    `sort` is the name of the audit's check that tells it apart from other reasons.
    """

    def __init__(
        self, found: str, mend: str = "", *, where: str = "", sort: str = "unreadable", plain: str = ""
    ) -> None:
        self.sort = sort
        super().__init__(found, mend, where=where, plain=plain)


class Locked(ComplaintError):
    """Another command holds the register for too long; nothing changed, trying again is right."""

    exit_code = LOCKED


def nearest(word: str, allowed: list[str] | tuple[str, ...]) -> str:
    """The closest allowed word, or an empty string."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, allowed, n=1, cutoff=0.6)), "")


def allowed_words(word: str, allowed: list[str] | tuple[str, ...]) -> str:
    """The sentence that says what may stand there, the nearest first."""
    near = nearest(word, allowed)
    start = f"did you mean {near}? " if near else ""
    return f"{start}allowed: {', '.join(allowed)}" if allowed else f"{start}there is none that could be named here"
