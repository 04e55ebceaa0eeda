"""Owns how text of others reaches a screen: escaped where it could deceive, masked where it is personal."""

from __future__ import annotations

import re

# Spaces and the soft hyphen are honest though str.isprintable refuses them.
KEPT = frozenset("\u3000\u00a0\u00ad")
JOINERS = frozenset("\u200c\u200d")
# What CI runners obey: a line that begins with `::`, and `##[` or `##vso[` anywhere; some overlook soft hyphens.
COMMAND_LINE = re.compile(r"^((?:[^\S\n]|\xad)*):(?=\xad*:)", re.MULTILINE)
COMMAND_MARK = re.compile(r"#(?=\xad*#\xad*(?:vso)?\xad*\[)", re.IGNORECASE)


def show(text: object, *, lines: bool = False) -> str:
    """`text` safe for a terminal: what cannot be seen is written as an escape; with `lines`, newlines and tabs stay.

    Joiners stay between letters and emoji, where they shape what is seen. What a CI runner would take for a command
    when it reads the output is written as an escape too.
    """
    plain = str(text)
    if not plain.isprintable():
        plain = "".join(_escaped(plain, position, lines=lines) for position in range(len(plain)))
    if ":" in plain or "#" in plain:
        plain = COMMAND_MARK.sub(r"\\x23", COMMAND_LINE.sub(r"\1\\x3a", plain))
    return plain


def _escaped(text: str, position: int, *, lines: bool) -> str:
    symbol = text[position]
    if symbol.isprintable() or symbol in KEPT or (lines and symbol in "\n\t"):
        return symbol
    if symbol in JOINERS and _shapes(text[position - 1 : position]) and _shapes(text[position + 1 : position + 2]):
        return symbol
    if symbol in "\n\r\t":
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}[symbol]
    code = ord(symbol)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _shapes(neighbour: str) -> bool:
    return bool(neighbour) and (neighbour.isalpha() or ord(neighbour) >= 0x2190)


def masked(key: str, value: object) -> str:
    """A personal value as everybody may see it (contract, section 3): 张*, 138****0001, z***@example.org, ***."""
    text = str(value).strip()
    if not text:
        return ""
    if key == "name":
        return text[0] + "*"
    if key == "email" and "@" in text:
        return f"{text[0]}***@{text.rpartition('@')[2]}"
    if re.fullmatch(r"[+0-9０-９][-+ ()0-9０-９]*", text):
        digits = re.sub(r"[^0-9０-９]", "", text)
        return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 8 else "****"
    return "***"


def shown(value: object) -> str:
    """A value of a document as an error names it: as it was written, and short."""
    text = f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."
