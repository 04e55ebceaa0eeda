"""Owns `complaint clock`: the working-time arithmetic alone, for people who ask and for scripts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import IO, TYPE_CHECKING, Any

import click

from complaint import assets, clock
from complaint.core import questions
from complaint.core.calendar import NO_WEEK, Calendar, Pause, Windows, elapsed, instant, is_open, is_workday
from complaint.core.days import day_table, mistakes
from complaint.core.deadline import Allowance, Due, Rules, due
from complaint.core.errors import ComplaintError, Unreadable, allowed_words
from complaint.core.questions import WEEKDAYS, clock_seconds, zone_of
from complaint.core.text import shown
from complaint.core.trace import Span, trace

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
UNITS = {"working day": "working_days", "calendar day": "calendar_days", "month": "months"}
ALLOWED = 'allowed: 30m, 2h, 1d (24 hours), "2 working days", "3 calendar days", "1 month"'

_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?))?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_SHORT = re.compile(r"([0-9]+) *([smhd])")
_LONG = re.compile(rf"([0-9]+) +({'|'.join(UNITS)})s?")
_HOURS = re.compile(r"(?:([a-z,-]+) +)?([0-9:,-]+)")


@click.group()
def command() -> None:
    """When is something due, how much working time has passed, is it open now?

    Works outside a register, with the calendars that ship.
    """


@dataclass(frozen=True, slots=True)
class Setting:
    """The calendar of a question and the options that give it."""

    name: str
    calendar: Calendar

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which moments without an offset are read."""
        return self.calendar.zone

    def moment(self, text: str, option: str, *, end: bool = False) -> datetime:
        """A typed moment; a date alone is its start or, with `end`, its end; 24:00 is the next midnight."""
        try:
            match = _MOMENT.fullmatch(text.strip())
            if match:
                return self._read(*match.groups(), end=end)
        except (ValueError, OverflowError):
            pass
        raise ComplaintError(
            f"found {shown(text)}", 'allowed: "2026-03-10 09:00", a date, or a moment with an offset', where=option
        )

    def _read(self, day: str, at: str | None, offset: str | None, *, end: bool) -> datetime:
        written = at or ("24:00" if end else "00:00")
        later = timedelta(days=1) if written in ("24:00", "24:00:00") else timedelta()
        first, local = date.fromisoformat(day) + later, time() if later else time.fromisoformat(written)
        if offset is None:
            return instant(self.zone, first, local)
        return datetime.fromisoformat(f"{first.isoformat()}T{local.isoformat()}{offset}")

    def pauses(self, texts: tuple[str, ...]) -> tuple[Pause, ...]:
        """The pauses typed as FROM/TO; without TO they are still open."""
        halves = [text.partition("/") for text in texts]
        pauses = [
            Pause(self.moment(a, "--pause"), self.moment(b, "--pause") if b.strip() else None) for a, _, b in halves
        ]
        for text, pause in zip(texts, pauses, strict=True):
            if pause.end and pause.end.timestamp() < pause.start.timestamp():
                raise ComplaintError(f"{shown(text)} ends before it starts", "allowed: FROM/TO", where="--pause")
        return tuple(pauses)


def _calendar_options(function: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        click.option(
            *("--hours", "hours"),
            multiple=True,
            metavar="HOURS",
            help='Only these count: "08:00-12:00,14:30-20:00" on every date, "mon-fri 09:00-18:00" on working days.',
        ),
        click.option("--calendar", "name", default="cn", show_default=True, help="Days off and make-up working days."),
        click.option(
            "--timezone", default="Asia/Shanghai", show_default=True, help="Zone of the calendar and of typed moments."
        ),
    ):
        function = option(function)
    return function


_pause_option = click.option(
    "--pause", "pauses", multiple=True, metavar="FROM/TO", help="The clock stood still; without TO it still does."
)
_as_of_option = click.option("--as-of", metavar="TIME", help="Pauses are known up to then; an open one ends then.")


@command.command("due")
@click.option("--from", "start", required=True, metavar="TIME", help="When the clock starts.")
@click.option("--allow", required=True, metavar="DURATION", help='30m, 2h, 1d (24 hours), "2 working days", "1 month".')
@click.option(
    "--days-mode",
    type=click.Choice([mode.replace("_", "-") for mode in questions.CHOICES["days_mode"]]),
    default="end-of-day",
    show_default=True,
)
@_pause_option
@_as_of_option
@_calendar_options
def due_command(
    start: str, allow: str, days_mode: str, pauses: tuple[str, ...], as_of: str | None, as_json: bool, **calendar: Any
) -> None:
    """When is it due, and which days and hours were counted?

    \b
    complaint clock due --from "2026-02-13 10:00" --allow "2 working days"
    complaint clock due --from "2026-03-10 11:20" --allow 2h --hours "08:00-12:00,14:30-20:00"
    """
    setting = _setting(**calendar)
    asked = (
        setting.calendar,
        setting.moment(start, "--from"),
        allowance(allow),
        Rules(days_mode=days_mode.replace("-", "_")),
        setting.pauses(pauses),
        setting.moment(as_of, "--as-of", end=True) if as_of else None,
    )
    limit, spans = due(*asked), trace(*asked)
    if as_json:
        _print_json(_due_json(limit, spans))
        return
    click.echo(f"due {_limit_text(limit)}")
    if limit.provisional:
        click.echo(_provisional_text(setting, asked[1], limit))
    if spans:
        click.echo("\n" + _table(spans))


@command.command("elapsed")
@click.option("--from", "start", required=True, metavar="TIME")
@click.option("--to", "end", metavar="TIME", help="Default: now.")
@_pause_option
@_as_of_option
@_calendar_options
def elapsed_command(
    start: str, end: str | None, pauses: tuple[str, ...], as_of: str | None, as_json: bool, **calendar: Any
) -> None:
    """How much time has been counted between two moments?"""
    setting = _setting(**calendar)
    last = setting.moment(end, "--to", end=True) if end else clock.now()
    known = setting.moment(as_of, "--as-of", end=True) if as_of else None
    seconds = elapsed(setting.calendar, setting.moment(start, "--from"), last, setting.pauses(pauses), known)
    if as_json:
        _print_json({"schema": "complaint.elapsed/1", "seconds": seconds})
    else:
        click.echo(_duration_text(seconds))


@command.command("open")
@click.option("--at", metavar="TIME", help="Default: now.")
@_calendar_options
def open_command(at: str | None, as_json: bool, **calendar: Any) -> None:
    """Is it open at a moment, and is that day worked?"""
    setting = _setting(**calendar)
    moment = setting.moment(at, "--at") if at else clock.now()
    day, days = moment.astimezone(setting.zone).date(), setting.calendar
    opened, worked = is_open(days, moment), is_workday(days, day)
    if as_json:
        _print_json(
            {"schema": "complaint.open/1", "open": opened, "workday": worked, "provisional": not days.is_firm(day, day)}
        )
        return
    why = f"a day off, {days.names[day]}" if day in days.names else "a working day" if worked else "not a working day"
    makeup = ", made up for a day off" if worked and day in days.workdays else ""
    click.echo("open" if opened else "closed")
    click.echo(
        f"{day} is {why}{makeup}"
        + ("" if days.is_firm(day, day) else f"; provisional: {day.year} has no official notice yet")
    )


@command.command("run")
@click.argument("file", type=click.File("rb"))
def run_command(file: IO[bytes]) -> None:
    """Answer one JSON question a line from FILE, or from standard input if it is -.

    A bad line is answered with an error; the exit code is then 2.
    """
    bad = False
    for line in file:
        if line.strip():
            reply = _reply(line)
            bad = bad or "error" in reply
            _print_json(reply)
    if bad:
        raise click.exceptions.Exit(2)


def _reply(line: bytes) -> dict[str, Any]:
    import json

    try:
        question = json.loads(line.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_number)
        return questions.answer(question)
    except ComplaintError as error:
        return {"error": str(error).replace("\n", "; ")}
    except UnicodeDecodeError:
        return {"error": "the line is not UTF-8"}
    except (ValueError, RecursionError) as error:
        return {"error": f"the line is no JSON object: {error}"}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        keys = [key for key, _ in pairs]
        raise ComplaintError(
            "the key stands twice", "allowed: every key once", where=next(k for k in keys if keys.count(k) > 1)
        )
    return table


def _no_number(text: str) -> None:
    raise ComplaintError(f"found {text}", "allowed: numbers")


def _print_json(reply: dict[str, Any]) -> None:
    import json

    # bytes, since standard output may have another encoding, and a lone surrogate has none at all
    click.echo(json.dumps(reply, ensure_ascii=False).encode("utf-8", "replace"))


def _setting(timezone: str, name: str, hours: tuple[str, ...]) -> Setting:
    import tomli

    zone = zone_of(timezone, "--timezone")
    data = tomli.loads(assets.calendar_text(name))
    if found := mistakes(data):
        raise Unreadable(
            f"{found[0].found} at {'.'.join(map(str, found[0].path))}", found[0].allowed, where=f"--calendar {name}"
        )
    week, every_day = opening_hours(hours)
    return Setting(name, Calendar.of(zone, day_table(data), week, every_day=every_day))


def allowance(text: str) -> Allowance:
    """A typed duration: 30m, 2h, 1d (24 hours), N working days, N calendar days, N months."""
    short, long = _SHORT.fullmatch(text.strip()), _LONG.fullmatch(text.strip())
    if short and len(short[1]) < 12:
        return Allowance("seconds", int(short[1]) * SECONDS[short[2]])
    if long and len(long[1]) < 12:
        return Allowance(UNITS[long[2]], int(long[1]))
    raise ComplaintError(f"found {shown(text)}", ALLOWED, where="--allow")


def opening_hours(texts: tuple[str, ...]) -> tuple[tuple[Windows, ...], bool]:
    """The week that the `--hours` give, and whether they hold on every date, days off included."""
    week: list[Windows] = list(NO_WEEK)
    named = set()
    for text in texts:
        match = _HOURS.fullmatch(text.strip().lower())
        if match is None:
            raise _bad_hours(text)
        named.add(match[1] is not None)
        windows = tuple(_window(part, text) for part in match[2].split(","))
        for day in _weekdays(match[1]) if match[1] else range(7):
            week[day] += windows
    if len(named) > 1:
        raise ComplaintError(
            "some hours name weekdays, others do not", "name weekdays in all of them or in none", where="--hours"
        )
    return tuple(week), named == {False}


def _window(part: str, text: str) -> tuple[int, int]:
    start, end = (clock_seconds(half) for half in (part.partition("-")[0], part.partition("-")[2]))
    if start is None or end is None or end <= start:
        raise _bad_hours(text)
    return start, end


def _weekdays(text: str) -> list[int]:
    days: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        for name in (first, last or first):
            if name not in WEEKDAYS:
                raise ComplaintError(f"found {shown(name)}", allowed_words(name, WEEKDAYS), where="--hours")
        a, b = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        days += [n % 7 for n in range(a, b + 1 if b >= a else b + 8)]
    return sorted(set(days))


def _bad_hours(text: str) -> ComplaintError:
    return ComplaintError(
        f"found {shown(text)}", 'allowed: "08:00-12:00,14:30-20:00" or "mon-fri 09:00-18:00"', where="--hours"
    )


def _due_json(limit: Due, spans: list[Span]) -> dict[str, Any]:
    rows = [
        {"from": span.start.isoformat(), "to": span.end.isoformat(), "counted": span.counted, "why": span.why}
        for span in spans
    ]
    at, day = (moment.isoformat() if moment else None for moment in (limit.at, limit.day))
    return {"schema": "complaint.due/1", "due": at, "day": day, "provisional": limit.provisional, "spans": rows}


def _limit_text(limit: Due) -> str:
    if limit.at is None:
        return "never: the clock is paused and nothing says until when (--as-of TIME)"
    ends_day = limit.day is not None and limit.at.date() > limit.day
    day = limit.day if ends_day and limit.day else limit.at.date()
    return f"{_moment_text(limit.at, end=ends_day)}, {day:%A} ({limit.at.tzinfo})"


def _moment_text(moment: datetime, *, end: bool = False) -> str:
    if end and moment.time() == time():
        return f"{moment.date() - timedelta(days=1)} 24:00"
    return (
        f"{moment:%Y-%m-%d %H:%M:%S}".removesuffix(":00")
        if not moment.microsecond
        else f"{moment:%Y-%m-%d %H:%M:%S.%f}"
    )


def _provisional_text(setting: Setting, start: datetime, limit: Due) -> str:
    years = sorted({start.astimezone(setting.zone).year, (limit.day or limit.at or start).year})
    firm = setting.calendar.firm_years or frozenset()
    missing = ", ".join(str(year) for year in range(years[0], years[-1] + 1) if year not in firm)
    return f"provisional: the calendar {setting.name} has no official notice for {missing} yet, its days may change"


def _table(spans: list[Span]) -> str:
    from tabulate import tabulate

    rows = [
        (_moment_text(span.start), _moment_text(span.end, end=True), "counted" if span.counted else "skipped", span.why)
        for span in spans
    ]
    return tabulate(rows, headers=("from", "to", "", "why"), tablefmt="plain", disable_numparse=True)


def _duration_text(seconds: int) -> str:
    minutes, rest = divmod(abs(seconds), 60)
    parts = [(minutes // 60, "h"), (minutes % 60, "min"), (rest, "s")]
    text = " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 s"
    return f"-{text}" if seconds < 0 else text
