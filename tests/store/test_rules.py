"""The rules as files: what is left out where it is not asked for changes nothing that is judged by."""

from __future__ import annotations

import pytest

from complaint import assets
from complaint.store import rules, shipped


@pytest.mark.parametrize("name", assets.names("policies"))
def test_a_shipped_pack_read_without_its_examples_has_the_same_clauses(name):
    text = shipped.with_origin(assets.text("policies", name), name)
    whole = rules.policy_file(text, "policies/x.toml", ["cn"]).edition
    light = rules.policy_file(text, "policies/x.toml", ["cn"], examples=False).edition

    def bare(edition):
        return [{key: value for key, value in clause.keys.items() if key != "example"} for clause in edition.clauses]

    assert bare(light) == bare(whole)
    assert {**light.document, "clause": []} == {**whole.document, "clause": []}
