"""Owns `.github/audit.md`, the catalogue of problems: `make docs` writes it anew from the pages of the checks."""

from __future__ import annotations

from pathlib import Path

from complaint.render.catalogue import catalogue
from complaint.store.pages import pages

CATALOGUE = Path(__file__).parents[2] / ".github" / "audit.md"

if __name__ == "__main__":
    CATALOGUE.parent.mkdir(exist_ok=True)
    CATALOGUE.write_text(catalogue(pages()), encoding="utf-8")
