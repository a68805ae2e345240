"""What came of reading rule texts: the book, what is wrong, and how the cases went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kds.rulebook.diagnostics import Diagnostic, has_errors, in_order

if TYPE_CHECKING:
    from kds.cases.results import CaseResult
    from kds.rulebook.book import Book


@dataclass(frozen=True, slots=True)
class Reading:
    """Rule texts, read.

    `book`: None if the rules may not run; case files have no say in that. `faults`: of rules and
    files. `case_faults`: of case files, and of playing them. `results`: of the cases played.
    """

    book: Book | None
    faults: tuple[Diagnostic, ...]
    case_faults: tuple[Diagnostic, ...] = ()
    results: tuple[CaseResult, ...] = ()

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All faults, in order of their places."""
        return in_order((*self.faults, *self.case_faults))

    @property
    def holds(self) -> bool:
        """The book may run, and does what its cases say."""
        return (
            self.book is not None
            and not has_errors(self.case_faults)
            and not any(result.mismatches for result in self.results)
        )
