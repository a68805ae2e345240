"""The state comes back whole from its parts."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kds.kitchen.frozenmap import FrozenMap
from kds.kitchen.state import Kitchen
from kds.records import RecordError
from kds.records.state import ARCHIVED, HEAD_VERSION, PARTS, Archived, dump_head, load_kitchen
from tests.unit.records.anything import anything


def kitchens() -> st.SearchStrategy[Kitchen]:
    """Return any kitchen, as far as its types go."""
    hints = get_type_hints(Kitchen)
    return st.builds(Kitchen, **{f.name: _field(hints[f.name]) for f in fields(Kitchen)})


def _field(hint: Any) -> st.SearchStrategy[Any]:
    if get_origin(hint) is not FrozenMap:
        return anything(hint, 1)
    key, value = get_args(hint)
    pairs = st.dictionaries(anything(key, 1), anything(value, 1), max_size=3)
    return pairs.map(lambda found: FrozenMap(found.items()))


@settings(max_examples=settings().max_examples // 5)
@given(kitchens())
def test_a_kitchen_is_the_same_after_its_parts_were_kept(kitchen: Kitchen) -> None:
    parts = {}
    for part in PARTS:
        kept = [
            (part.dump_key(key), part.codec.dump(value))
            for key, value in part.map_of(kitchen).items()
        ]
        loaded = [
            (part.load_key(key), part.codec.load(part.codec.version, text)) for key, text in kept
        ]
        parts[part.name] = FrozenMap(loaded)
    assert load_kitchen(*dump_head(kitchen), parts) == kitchen


@settings(max_examples=settings().max_examples // 10)
@given(anything(Archived))
def test_an_archived_visit_comes_back_as_it_was(archived: Archived) -> None:
    assert ARCHIVED.load(ARCHIVED.version, ARCHIVED.dump(archived)) == archived


@pytest.mark.parametrize(
    ("version", "head", "words"),
    [
        (HEAD_VERSION + 1, "{}", "newer program"),
        (HEAD_VERSION, "{", "damaged"),
        (HEAD_VERSION, "[]", "damaged"),
        (HEAD_VERSION, '{"seq": "many"}', "damaged"),
        (HEAD_VERSION, '{"waiters": []}', "damaged"),
    ],
)
def test_a_head_that_can_not_be_read_is_refused(version: int, head: str, words: str) -> None:
    with pytest.raises(RecordError, match=words):
        load_kitchen(version, head, {})
