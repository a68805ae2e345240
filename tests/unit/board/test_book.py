"""The compiled rule book has the shape that the board asks for."""

from kds.board.book import Book
from kds.rulebook.builtin import builtin_book


def test_the_compiled_book_is_a_book_for_the_board() -> None:
    book: Book = builtin_book()
    assert [station.id for station in book.stations] == ["kitchen"]
