"""Owns the forms that a value of an answer may have, as JSON Schema says them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Form = Mapping[str, Any]

TEXT: Form = {"type": "string"}
WHOLE: Form = {"type": "integer"}
FLAG: Form = {"type": "boolean"}
MOMENT: Form = {"type": "string", "format": "date-time"}
DAY: Form = {"type": "string", "format": "date"}
SUM: Form = {"type": "string", "pattern": r"^[0-9]+\.[0-9]{2}$"}
ANY: Form = {}


def maybe(form: Form) -> Form:
    """The form, or null."""
    return {**form, "type": [form["type"], "null"]}


def word(*words: str) -> Form:
    """One of the words."""
    return {"type": "string", "enum": list(words)}


def several(form: Form) -> Form:
    """A list."""
    return {"type": "array", "items": form}


def row(keys: Mapping[str, Form], more: Mapping[str, Form] | None = None) -> Form:
    """An object that has these keys and may have `more`; keys are only ever added, so others are no mistake."""
    known = {**keys, **(more or {})}
    return {"type": "object", "properties": known, "required": list(keys), "additionalProperties": True}
