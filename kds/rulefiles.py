"""The only reader of rule directories: load all, then swap; the last good book stays in force."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kds.rulebook.book import Book
from kds.rulebook.builtin import builtin_book
from kds.rulebook.diagnostics import Diagnostic, Place, fault, in_order
from kds.rulebook.nodes import MAX_BYTES

if TYPE_CHECKING:
    from kds.rulebook.compile import Compilation

PATTERNS = ("*.yaml", "*.yml")


class RuleFiles:
    """The rule book of one directory.

    `book`: the last good one; before any, the one given or the built-in. `diagnostics`: what the
    last load found, for people. A load never raises and never leaves a half-read book behind.
    """

    def __init__(self, directory: Path, book: Book | None = None) -> None:
        self._directory = directory
        self.book = builtin_book() if book is None else book
        self.diagnostics: tuple[Diagnostic, ...] = ()

    def load(self) -> Compilation:
        """Read all files; only if the whole is sound does its book take the place of the old."""
        compilation = read_book(self._directory)
        self.diagnostics = compilation.diagnostics
        if compilation.book is not None:
            self.book = compilation.book
        return compilation


def read_book(directory: Path) -> Compilation:
    """Return what the files of `directory` make."""
    # The language is not loaded by a program that only goes on with a book it has.
    from kds.rulebook.compile import Compilation, compile_book

    texts, faults = read_texts(directory)
    if not texts and not faults:
        faults = (
            fault(
                Place(str(directory), 0, 0), "没有规则文件（*.yaml）", "no rule files (*.yaml) here"
            ),
        )
    if not texts:
        return Compilation(None, faults)
    compilation = compile_book(texts)
    book = None if faults else compilation.book
    return Compilation(book, in_order((*faults, *compilation.diagnostics)))


def read_texts(directory: Path) -> tuple[dict[str, str], tuple[Diagnostic, ...]]:
    """Return the texts of all rule files by name, and the files that could not be read."""
    texts: dict[str, str] = {}
    faults: list[Diagnostic] = []
    try:
        paths = sorted({path for pattern in PATTERNS for path in directory.glob(pattern)})
    except OSError as error:
        return {}, (_unreadable(str(directory), error),)
    for path in paths:
        # Editors leave hidden copies and locks beside a file while it is being saved.
        if path.name.startswith(".") or path.is_dir():
            continue
        try:
            texts[path.name] = _text(path)
        except (OSError, UnicodeDecodeError) as error:
            faults.append(_unreadable(path.name, error))
    return texts, tuple(faults)


def _text(path: Path) -> str:
    """Return the text of a file, of a huge one only enough to be refused for its size."""
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    return data.decode("utf-8-sig", errors="replace" if len(data) > MAX_BYTES else "strict")


def _unreadable(file: str, error: OSError | UnicodeDecodeError) -> Diagnostic:
    if isinstance(error, UnicodeDecodeError):
        line = error.object[: error.start].count(b"\n") + 1
        return fault(Place(file, line, 1), "文件不是 UTF-8 编码", "the file is not UTF-8 text")
    why = error.strerror or str(error)
    return fault(Place(file, 0, 0), f"无法读取：{why}", f"cannot be read: {why}")


def shipped_book(name: str) -> Path:
    """Return the directory of a book that comes with the program: hotpot, full_service, fast_food.

    Raises `FileNotFoundError` for another name, or when the books were not installed.
    """
    directory = Path(__file__).resolve().parent.parent / "rules" / name
    if not directory.is_dir():
        raise FileNotFoundError(f"no rule book named {name!r} comes with this program")
    return directory
