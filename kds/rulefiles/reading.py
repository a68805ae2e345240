"""What came of reading rule texts: the book, what is wrong, and how the cases went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    `texts`: what was read, by name.
    """

    book: Book | None
    faults: tuple[Diagnostic, ...]
    case_faults: tuple[Diagnostic, ...] = ()
    results: tuple[CaseResult, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All faults, in order of their places."""
        return in_order((*self.faults, *self.case_faults))

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """All faults, and what differs from what the cases say."""
        differing = (m.diagnostic() for result in self.results for m in result.mismatches)
        return in_order((*self.diagnostics, *differing))

    @property
    def holds(self) -> bool:
        """The book may run, and does what its cases say."""
        return (
            self.book is not None
            and not has_errors(self.case_faults)
            and not any(result.mismatches for result in self.results)
        )
