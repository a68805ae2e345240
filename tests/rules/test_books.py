"""Rule books as texts: the bad ones fail with an exact sentence, the shipped ones are sound."""

from __future__ import annotations

from pathlib import Path

import pytest

from kds.rulebook.book import book_from_json, book_to_json
from kds.rulebook.compile import Compilation, compile_book
from kds.rulebook.diagnostics import has_errors
from kds.rulefiles.texts import decoded

HERE = Path(__file__).resolve().parent
BAD = sorted((HERE / "bad").glob("*.yaml"))
SHIPPED = sorted(path for path in (HERE.parents[1] / "rules").iterdir() if path.is_dir())


def texts(directory: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in sorted(directory.glob("*.yaml"))}


def compiled(path: Path) -> Compilation:
    """Read one bad book as the folder's reader does."""
    text, told = decoded(path.name, path.read_bytes())
    found = compile_book({} if text is None else {path.name: text})
    is_readable = not has_errors(told)
    return Compilation(found.book if is_readable else None, (*told, *found.diagnostics))


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_book_says_what_is_wrong_and_where(path: Path) -> None:
    """The sentences stand beside the book in a .txt file, first in English, then in Chinese."""
    found = compiled(path).diagnostics
    said = "".join(f"{d.severity}: {d.text(lang)}\n" for lang in ("en", "zh") for d in found)
    assert said == path.with_suffix(".txt").read_text("utf-8")


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_only_a_book_without_errors_may_run(path: Path) -> None:
    compilation = compiled(path)
    assert (compilation.book is None) == has_errors(compilation.diagnostics)


@pytest.mark.parametrize("name", ["full_service", "hotpot"])
def test_the_printers_of_a_shipped_book_are_sound_once_they_are_taken_in(name: str) -> None:
    """What stands there as an example is what people write."""
    files = texts(HERE.parents[1] / "rules" / name)
    before, mark, example = files["book.yaml"].partition("# printers:\n")
    rows = (mark + example).splitlines()
    files["book.yaml"] = before + "\n".join(row.removeprefix("# ") for row in rows) + "\n"

    compilation = compile_book(files)

    assert compilation.book is not None, compilation.diagnostics
    assert not compilation.diagnostics
    assert [printer.id for printer in compilation.book.data.printers] == ["kitchen", "pass"]
    assert [rule.printer for rule in compilation.book.data.prints] == ["kitchen", "pass"]


def test_all_faults_of_all_files_come_at_once() -> None:
    texts = {path.name: decoded(path.name, path.read_bytes())[0] for path in BAD}
    files = {name: text for name, text in texts.items() if text is not None}
    found = compile_book(files).diagnostics
    alone = {
        "alias",
        "chinese_colon",
        "duration_without_unit",
        "syntax",
        "unknown_key",
        "unknown_service",
    }
    assert alone <= {Path(fault.file).stem for fault in found}
    assert list(found) == sorted(found, key=lambda fault: (fault.file, fault.line, fault.col))


@pytest.mark.parametrize("directory", SHIPPED, ids=lambda path: path.name)
def test_a_shipped_book_has_nothing_to_remark(directory: Path) -> None:
    compilation = compile_book(texts(directory))
    assert [fault.text() for fault in compilation.diagnostics] == []
    assert compilation.book is not None


@pytest.mark.parametrize("directory", SHIPPED, ids=lambda path: path.name)
def test_a_compiled_book_survives_json_with_its_hash(directory: Path) -> None:
    book = compile_book(texts(directory)).book
    assert book is not None
    again = book_from_json(book_to_json(book))
    assert again == book
    assert again.hash == book.hash


def test_the_hash_tells_books_apart() -> None:
    books = [compile_book(texts(directory)).book for directory in SHIPPED]
    assert len({book.hash for book in books if book is not None}) == len(SHIPPED)


def test_every_menu_entry_of_the_shipped_books_says_where_it_stands() -> None:
    for directory in SHIPPED:
        book = compile_book(texts(directory)).book
        assert book is not None
        for entry in book.data.menu:
            file, line = entry.where.rsplit(":", 1)
            lines = (directory / file).read_text("utf-8").splitlines()
            assert f"id: {entry.id}" in lines[int(line) - 1]
