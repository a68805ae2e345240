"""A hot-pot kitchen to listen to."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from kds.kitchen.ids import StationId
from kds.kitchen.orders import Step
from kds.rulebook.book import Book, book_of
from kds.rulebook.compile import compile_book
from tests.unit.rulebook.house import House, shipped


@cache
def hotpot_book() -> Book:
    """Return the shipped hot-pot book; as a fixture Hypothesis would write it out for each run."""
    book = compile_book(shipped("hotpot")).book
    assert book is not None
    return book


@pytest.fixture
def hotpot() -> Book:
    """The shipped hot-pot book."""
    return hotpot_book()


@pytest.fixture
def chained(hotpot: Book) -> Book:
    """The same, but hot dishes are cut before they go to the wok."""
    steps = (Step(StationId("cut")), Step(StationId("wok"), after=(0,)))
    menu = (replace(e, steps=steps) if e.id == "hot" else e for e in hotpot.data.menu)
    return book_of(replace(hotpot.data, menu=tuple(menu)))


@pytest.fixture
def house(hotpot: Book) -> House:
    """An empty hot-pot kitchen."""
    return House(hotpot)
