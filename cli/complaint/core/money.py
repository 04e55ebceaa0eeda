"""Owns amounts of money: decimal strings typed with at most two places, kept with two; never floats."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from complaint.core.errors import ComplaintError

if TYPE_CHECKING:
    from decimal import Decimal

AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?", re.ASCII)


def amount(typed: str, *, where: str = "") -> Decimal:
    """The amount in yuan that `typed` says; ASCII digits with at most two decimal places, nothing else."""
    if not AMOUNT.fullmatch(typed):
        raise ComplaintError(
            f'"{typed}" is no amount', "allowed: digits with at most two decimal places, as 200 or 0.50", where=where
        )
    from decimal import Decimal

    return Decimal(typed)


def printed(value: Decimal) -> str:
    """Two decimal places, as stored and printed."""
    return f"{value:.2f}"
