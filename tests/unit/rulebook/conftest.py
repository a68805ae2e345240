"""The hot-pot book and kitchens that run by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from kds.rulebook.book import Book, book_of
from kds.rulebook.compile import compile_book
from tests.unit.rulebook.house import House, shipped


@pytest.fixture(scope="session")
def hotpot() -> Book:
    """The shipped hot-pot book."""
    book = compile_book(shipped("hotpot")).book
    assert book is not None
    return book


@pytest.fixture
def house(hotpot: Book) -> House:
    """An empty hot-pot kitchen."""
    return House(hotpot)


@pytest.fixture
def house_with(hotpot: Book) -> Callable[..., House]:
    """Make a hot-pot kitchen whose broth-first rule has other parameters."""

    def make(**changes: Any) -> House:
        (rule,) = hotpot.data.waits
        return House(book_of(replace(hotpot.data, waits=(replace(rule, **changes),))))

    return make
