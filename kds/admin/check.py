"""`kds rules check`: every fault of every file at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kds.kitchen.wording import Wording
from kds.rulebook.book import Book
from kds.rulebook.diagnostics import Diagnostic, Severity
from kds.rulefiles import read_book


@dataclass(frozen=True, slots=True)
class Report:
    """What was found in a folder. `book`: None if it may not run."""

    directory: Path
    book: Book | None
    diagnostics: tuple[Diagnostic, ...]

    def as_text(self, lang: str) -> str:
        """Return a line for each fault and one for the whole."""
        lines = [f"{_MARKS[d.severity][lang]}{d.text(lang)}" for d in self.diagnostics]
        return "\n".join((*lines, self._summary()[lang]))

    def as_json(self) -> dict[str, Any]:
        """Return the whole for programs."""
        return {
            "sound": self.book is not None,
            "hash": None if self.book is None else self.book.hash,
            "diagnostics": [found.as_json() for found in self.diagnostics],
        }

    def _summary(self) -> Wording:
        errors = sum(1 for d in self.diagnostics if d.severity is Severity.ERROR)
        remarks = len(self.diagnostics) - errors
        if self.book is None:
            return Wording(
                f"{errors} 处错误，{remarks} 处提醒：这份规则不能启用",
                f"{_number(errors, 'error')}, {_number(remarks, 'remark')}: this book may not run",
            )
        data, paces = self.book.data, len(self.book.paces)
        rules = len(data.waits) + paces + len(data.overtimes) + len(data.announces)
        rules += len(data.checks) + len(data.pay_firsts) + len(data.prints)
        size = Wording(
            f"{len(data.stations)} 个工位，{len(data.menu)} 条菜单，{rules} 条规则",
            f"{len(data.stations)} stations, {len(data.menu)} menu entries, {rules} rules",
        )
        if remarks:
            return Wording(
                f"可以启用（{size.zh}），有 {remarks} 处提醒",
                f"this book may run ({size.en}), with {_number(remarks, 'remark')}",
            )
        return Wording(f"没有问题：{size.zh}", f"sound: {size.en}")


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


_MARKS = {Severity.ERROR: Wording("", ""), Severity.WARNING: Wording("提醒 ", "remark ")}


def check(directory: Path) -> Report:
    """Return what there is to say of the rule book in `directory`."""
    reading = read_book(directory)
    return Report(directory, reading.book, reading.diagnostics)
