"""What playing a case came to, as values and as text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from kds.kitchen.wording import Wording
from kds.rulebook.diagnostics import Diagnostic, Place, fault


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Something that should be and is not. `about`: which line, view or rule, and what of it."""

    place: Place
    about: Wording
    expected: Wording
    found: Wording

    def text(self, lang: str) -> str:
        """Return `file:line:col: about: expected beside found`."""
        return self.diagnostic().text(lang)

    def diagnostic(self) -> Diagnostic:
        """Return it as a fault of its place."""
        zh = f"{self.about.zh}：应为 {self.expected.zh}，实际 {self.found.zh}"
        en = f"{self.about.en}: expected {self.expected.en}, found {self.found.en}"
        return fault(self.place, zh, en)


@dataclass(frozen=True, slots=True)
class CaseResult:
    """A case that was played. `steps`: how many were carried out; no `mismatches`: it holds."""

    place: Place
    name: Wording
    steps: int
    mismatches: tuple[Mismatch, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "case": {"zh": self.name.zh, "en": self.name.en},
            "file": self.place.file,
            "line": self.place.line,
            "passed": not self.mismatches,
            "mismatches": [
                {
                    **m.diagnostic().as_json(),
                    "about": m.about.en,
                    "expected": m.expected.en,
                    "found": m.found.en,
                }
                for m in self.mismatches
            ],
        }


def results_to_json(results: tuple[CaseResult, ...]) -> str:
    """Return results as one line of JSON."""
    return _adapter().dump_json(results).decode()


def results_from_json(text: str) -> tuple[CaseResult, ...]:
    """Return what `results_to_json` wrote; raises pydantic's `ValidationError`."""
    return _adapter().validate_json(text)


@cache
def _adapter() -> TypeAdapter[tuple[CaseResult, ...]]:
    return TypeAdapter(tuple[CaseResult, ...])
