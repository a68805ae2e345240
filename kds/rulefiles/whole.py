"""A directory of rules as a whole: all its files make the book, or none does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from kds.rulebook.diagnostics import Place, Severity, fault, has_errors, in_order
from kds.rulefiles.apart import read_apart
from kds.rulefiles.reading import Reading
from kds.rulefiles.texts import read_texts


def read_book(directory: Path, *, play: bool = False) -> Reading:
    """Return what the files of `directory` make; `play`: and how its cases go. Never raises."""
    texts, faults = read_texts(directory)
    if not texts and not faults:
        nothing = "没有规则文件（*.yaml）", "no rule files (*.yaml) here"
        faults = (fault(Place(str(directory), 0, 0), *nothing),)
    if not texts:
        return Reading(None, faults)
    reading = read_apart(texts, play=play and not has_errors(faults))
    book = None if has_errors(faults) else reading.book
    told = reading.faults
    if any(found.file not in texts for found in faults):
        # A file that is missing makes remarks that are none.
        told = tuple(found for found in told if found.severity is Severity.ERROR)
    return replace(reading, book=book, faults=in_order((*faults, *told)))
