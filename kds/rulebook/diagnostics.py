"""Faults of rule texts as values with a place, for people, in both languages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from kds.kitchen.wording import Wording

__all__ = [
    "Diagnostic",
    "Place",
    "Severity",
    "Wording",
    "did_you_mean",
    "fault",
    "has_errors",
    "in_order",
]


class Severity(StrEnum):
    """Whether a book with this fault may run."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One fault. `line` and `col` count from one; 0 where the fault has no place in the file."""

    severity: Severity
    file: str
    line: int
    col: int
    message: Wording
    hint: Wording | None = None

    def text(self, lang: str = "en") -> str:
        """Return `file:line:col: message (hint)` in `lang`."""
        hint = "" if self.hint is None else self.hint[lang]
        if hint:
            hint = f"（{hint}）" if lang == "zh" else f" ({hint})"
        return f"{self.file}:{self.line}:{self.col}: {self.message[lang]}{hint}"

    def as_json(self) -> dict[str, Any]:
        """Return the fault as the outside sees it."""
        return {
            "severity": self.severity.value,
            "file": self.file,
            "line": self.line,
            "col": self.col,
            "message": self.text("en"),
            "messages": {"zh": self.text("zh"), "en": self.text("en")},
        }


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in the rule texts; counts from one."""

    file: str
    line: int
    col: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def fault(
    place: Place,
    zh: str,
    en: str,
    hint: Wording | None = None,
    severity: Severity = Severity.ERROR,
) -> Diagnostic:
    """Return a diagnostic at `place`."""
    return Diagnostic(severity, place.file, place.line, place.col, Wording(zh, en), hint)


def did_you_mean(word: str, known: Iterable[str]) -> Wording | None:
    """Return a hint at the name nearest to `word`, None if none is near."""
    names = list(dict.fromkeys(known))
    near = get_close_matches(word, names, n=1, cutoff=0.6)
    if not near:
        lowered = {name.casefold(): name for name in names}
        near = [lowered[word.casefold()]] if word.casefold() in lowered else []
    return Wording(f"是不是“{near[0]}”？", f"did you mean '{near[0]}'?") if near else None


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return the faults by file and place, each once."""
    unique = dict.fromkeys(diagnostics)
    return tuple(sorted(unique, key=lambda d: (d.file, d.line, d.col, d.message.en)))


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Return whether any of them keeps a book from running."""
    return any(d.severity is Severity.ERROR for d in diagnostics)
