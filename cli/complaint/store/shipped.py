"""Owns what `init` writes: settings, and copies of shipped packs and calendars that carry their origin."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from complaint import __version__, assets
from complaint.core.errors import ComplaintError, Unreadable, allowed_words
from complaint.core.rulebook import Rulebook
from complaint.store import documents, files, home, rules, setup
from complaint.store.health import Rules
from complaint.store.layout import written

TIMEZONE = "Asia/Shanghai"

IGNORED = "# The lock and what a broken-off write may leave; both are safe to delete while no command runs.\n"
IGNORED += "".join(f"{pattern}\n" for pattern in setup.IGNORED)


def packs() -> dict[str, tuple[str, str]]:
    """The shipped packs: by policy id, the file name of its edition and its title."""
    found = {}
    for name in assets.names("policies"):
        head = documents.parsed(assets.text("policies", name), name)["policy"]
        found[head["id"]] = (f"{head['id']}-{head['edition']}", head["title"]["en"])
    return found


def check(names: Sequence[str], *, new: bool) -> None:
    """Refuses a name that no pack has, and for a new register no name at all."""
    known = packs()
    said = "packs: " + "; ".join(f"{name} ({title})" for name, (_, title) in known.items())
    if new and not names:
        raise ComplaintError(
            "a register needs a policy",
            f"give --policy NAME, several times if need be (none for a register that is there: --register DIR); {said}",
            where="--policy",
        )
    for name in names:
        if name not in known:
            raise ComplaintError(f'there is no pack "{name}"', f"{allowed_words(name, tuple(known))}", where="--policy")


def laid_out(root: Path, names: Sequence[str], timezone: str) -> Iterator[str]:
    """Writes what is missing of a register with these policies, and yields the path of each file written."""
    from complaint.store.schemas import editor_files

    root = root.resolve()  # how it is reached is its owner's business; what lies in it must be no link
    wanted = {f"{files.REGISTER}/.gitignore": IGNORED}
    heads = [file.document.get("policy") for file in rules.policy_files(root) if file.document]
    for name in names:
        text = assets.text("policies", name)
        wanted[f"{files.REGISTER}/policies/{packs()[name][0]}.toml"] = with_origin(text, name)
        heads.append(documents.parsed(text, name)["policy"])
    for days in dict.fromkeys(str(head.get("days", "cn")) for head in heads if isinstance(head, dict)):
        if days in assets.names("calendars"):
            wanted[f"{files.REGISTER}/calendars/{days}.toml"] = with_origin(assets.text("calendars", days), days)
    wanted |= editor_files()
    if names:  # last, since its presence marks the register
        wanted[home.SETTINGS] = _settings(root, timezone, names[0])
    for name, text in wanted.items():
        if not os.path.lexists(root / name):
            files.create(root / name, text.encode(), shown=name)
            yield name


def _settings(root: Path, timezone: str, policy: str) -> str:
    name = written(root.name or "register")
    return f'schema = 1\nname = {name}\ntimezone = {written(timezone)}\npolicy = {written(policy)}\nprefix = "C"\n'


def with_origin(text: str, name: str) -> str:
    """A shipped text with its name, this version and the sum of what shipped, after the `schema` line."""
    origin = f'origin = {{ name = "{name}", version = "{__version__}", sha256 = "{shipped_sum(text)}" }}\n'
    first, _, rest = text.partition("\n")
    return f"{first}\n{origin}{rest}"


def shipped_sum(text: str) -> str:
    """The SHA-256 sum of a shipped text."""
    return sha256(text.encode()).hexdigest()


def newer(kind: str, origin: object) -> str:
    """What ships now under an origin's name, if it differs from what shipped then: a sentence, else nothing."""
    if not isinstance(origin, dict) or origin.get("name") not in assets.names(kind):
        return ""
    now = shipped_sum(assets.text(kind, str(origin["name"])))
    return (
        ""
        if now == origin.get("sha256")
        else f"the shipped {origin['name']} was mended since version {origin.get('version')}"
    )


def rules_of_packs() -> Rules:
    """Every shipped pack with the shipped calendars, in China's zone."""
    days = {
        name: rules.calendar(assets.calendar_text(name), f"templates/calendars/{name}.toml")
        for name in assets.names("calendars")
    }
    found = tuple(
        rules.policy_file(assets.text("policies", name), f"templates/policies/{name}.toml", list(days))
        for name in assets.names("policies")
    )
    editions = {file.id: [file.edition] for file in found if file.edition}
    return Rules(
        found, Rulebook(ZoneInfo(TIMEZONE), editions, days), tuple(error for file in found if (error := file.error()))
    )


def rulebook_of(
    policies: Mapping[str, bytes], calendars: Mapping[str, bytes], zone: ZoneInfo
) -> tuple[Rulebook, list[Unreadable]]:
    """The rulebook of policy and calendar files given by name, as a git revision has them."""
    days = {}
    for name, data in calendars.items():
        if name.endswith(".toml"):
            shown = f"{files.REGISTER}/calendars/{name}"
            days[name.removesuffix(".toml")] = rules.calendar(files.text_of(data, shown), shown)
    found = []
    for name, data in sorted(policies.items()):
        if name.endswith(".toml"):
            shown = f"{files.REGISTER}/policies/{name}"
            found.append(rules.policy_file(files.text_of(data, shown), shown, list(days)))
    return rules.assembled(found, days, zone)
