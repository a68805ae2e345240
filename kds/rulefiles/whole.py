"""A directory of rules as a whole: all its files make the book, or none does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kds.rulebook.diagnostics import Place, Severity, fault, has_errors, in_order
from kds.rulefiles.apart import compile_apart
from kds.rulefiles.texts import read_texts

if TYPE_CHECKING:
    from kds.rulebook.compile import Compilation


def read_book(directory: Path) -> Compilation:
    """Return what the files of `directory` make. Never raises."""
    # The language is not loaded by a program that only goes on with a book it has.
    from kds.rulebook.compile import Compilation

    texts, faults = read_texts(directory)
    if not texts and not faults:
        faults = (
            fault(
                Place(str(directory), 0, 0), "没有规则文件（*.yaml）", "no rule files (*.yaml) here"
            ),
        )
    if not texts:
        return Compilation(None, faults)
    compilation = compile_apart(texts)
    book = None if has_errors(faults) else compilation.book
    told = compilation.diagnostics
    if any(found.file not in texts for found in faults):
        # A file that is missing makes remarks that are none.
        told = tuple(found for found in told if found.severity is Severity.ERROR)
    return Compilation(book, in_order((*faults, *told)))
