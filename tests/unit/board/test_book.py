"""The compiled rule book has the shape that the board asks for."""

from kds.board.book import Book
from kds.board.scope import PLACES
from kds.kitchen.ids import PASS_VIEWS
from kds.rulebook.builtin import builtin_book


def test_the_compiled_book_is_a_book_for_the_board() -> None:
    book: Book = builtin_book()
    assert [station.id for station in book.stations] == ["kitchen"]


def test_views_over_all_steps_are_those_that_the_kitchen_takes_for_the_pass() -> None:
    assert set(PLACES) == PASS_VIEWS
