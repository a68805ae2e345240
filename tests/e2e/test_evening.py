"""After an evening, what the log gives back is what the screens showed."""

from __future__ import annotations

from pathlib import Path

import pytest

from kds.board.views import board
from kds.kitchen.evolve import fold
from kds.kitchen.state import Kitchen
from kds.records.boards import board_json
from kds.rulebook.book import Book
from kds.rulefiles import read_book, shipped_book
from kds.store.store import Store
from kds.store.values import Batch, Entry
from tests.e2e.evening import Evening

VIEWS = ("broth", "cut", "wok", "drink", "expo", "pickup", "all")


@pytest.fixture(scope="module")
def book() -> Book:
    found = read_book(shipped_book("hotpot")).book
    assert found is not None
    return found


def shown(evening: Evening, kitchen: Kitchen, book: Book) -> dict[str, object]:
    """Return every view of `kitchen` at the evening's end, as a screen would read it."""
    return {
        view: board_json(
            board(kitchen, book, view, evening.now),
            at=evening.now,
            epoch="",
            seq=kitchen.seq,
            personal={},
        )
        for view in VIEWS
    }


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(1, 6))]
)
def test_the_board_after_an_evening_equals_the_board_replayed_from_the_log(
    tmp_path: Path, book: Book, seed: int
) -> None:
    """Fold of all = fold of snapshot and tail = what was there when the lights went out."""
    url = f"sqlite:///{tmp_path / 'evening.db'}"
    evening = Evening(book, seed)
    store = Store.open(url)
    for step, (before, decision) in enumerate(evening.decisions(600)):
        numbered = enumerate(decision.events, before.seq + 1)
        store.commit(Batch(before, decision.kitchen, tuple(Entry(s, e) for s, e in numbered)))
        if step == 400:
            store.snapshot(decision.kitchen)
    store.close()

    again = Store.open(url)
    loaded = again.load()
    entries = again.events_after(0, 1_000_000)
    again.close()
    assert loaded == evening.kitchen
    assert fold(Kitchen(), (entry.event for entry in entries)) == evening.kitchen
    assert shown(evening, loaded, book) == shown(evening, evening.kitchen, book)
