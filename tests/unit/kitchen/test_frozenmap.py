"""A persistent map behaves as a dict that is copied at each change."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kds.kitchen.frozenmap import FrozenMap

KEYS = st.text(max_size=2) | st.tuples(st.text(max_size=1), st.text(max_size=2))
CHANGES = st.lists(st.tuples(KEYS, st.none() | st.integers(0, 3)), max_size=40)

Key = str | tuple[str, ...]
Changes = list[tuple[Key, int | None]]


def both(changes: Changes) -> tuple[FrozenMap[Key, int], dict[Key, int]]:
    """Make the same changes to a map and to a dict; None removes."""
    mine: FrozenMap[Key, int] = FrozenMap()
    theirs: dict[Key, int] = {}
    for key, value in changes:
        if value is None:
            mine = mine.remove(key)
            theirs.pop(key, None)
        else:
            mine = mine.set(key, value)
            theirs[key] = value
    return mine, theirs


@given(CHANGES)
def test_it_is_what_a_dict_would_be(changes: Changes) -> None:
    mine, theirs = both(changes)
    assert dict(mine) == theirs
    assert len(mine) == len(theirs)
    assert FrozenMap(theirs.items()) == mine
    assert all(key in mine and mine[key] == value for key, value in theirs.items())
    assert all((mine.get(key) is None) == (key not in theirs) for key, _ in changes)


@given(CHANGES, CHANGES)
def test_changes_since_an_older_map_are_just_what_differs(earlier: Changes, later: Changes) -> None:
    older, known = both(earlier)
    newer = older
    for key, value in later:
        newer = newer.remove(key) if value is None else newer.set(key, value)
    changed, removed = newer.changes_since(older)
    assert {**{k: v for k, v in known.items() if k not in removed}, **changed} == dict(newer)
    assert removed == set(known) - set(newer)
    assert set(changed) <= set(newer)


@given(CHANGES)
def test_the_older_map_stays_as_it_was(changes: Changes) -> None:
    older, known = both(changes)
    older.set("new", 9)
    for key in known:
        older.remove(key)
    assert dict(older) == known


def test_a_changed_value_counts_as_changed_only_if_it_is_another_object() -> None:
    one, two = ["a"], ["a"]
    older = FrozenMap([("k", one)])
    assert older.set("k", one).changes_since(older) == ({}, frozenset())
    assert older.set("k", two).changes_since(older) == ({"k": two}, frozenset())


def test_a_later_pair_wins() -> None:
    assert FrozenMap([("k", 1), ("k", 2)]) == FrozenMap([("k", 2)])


def test_removing_what_is_not_there_gives_the_same_map() -> None:
    some = FrozenMap([("k", 1)])
    assert some.remove("other") is some


def test_a_missing_key_gives_the_default_or_an_error() -> None:
    assert FrozenMap[str, int]().get("k", 7) == 7
    with pytest.raises(KeyError):
        FrozenMap[str, int]()["k"]


def test_it_equals_no_dict_and_can_not_be_hashed() -> None:
    assert FrozenMap([("k", 1)]) != {"k": 1}
    with pytest.raises(TypeError, match="can not be hashed|cannot be hashed"):
        hash(FrozenMap[str, int]())


def test_it_shows_what_is_in_it() -> None:
    assert repr(FrozenMap([("k", 1)])) == "FrozenMap({'k': 1})"


def test_the_order_of_its_items_is_the_same_in_every_process() -> None:
    """State is written and folded in several processes; `hash(str)` differs between them."""
    code = (
        "from kds.kitchen.frozenmap import FrozenMap;"
        "print(list(FrozenMap((str(i), i) for i in range(500))))"
    )
    run = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert run[0] == run[1]


def test_lone_surrogates_are_keys_like_any_other() -> None:
    assert FrozenMap([("\ud800", 1)])["\ud800"] == 1
