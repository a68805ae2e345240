"""Compilations and faults as JSON text, as they come from the process that found them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pydantic import TypeAdapter

from kds.rulebook.book import book_of
from kds.rulebook.compile import Compilation
from kds.rulebook.compiled import BookData
from kds.rulebook.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True)
class _Form:
    data: BookData | None
    diagnostics: tuple[Diagnostic, ...]


def compilation_to_json(compilation: Compilation) -> str:
    """Return `compilation` as one line of JSON."""
    book = compilation.book
    form = _Form(None if book is None else book.data, compilation.diagnostics)
    return _adapter().dump_json(form).decode()


def compilation_from_json(text: str) -> Compilation:
    """Return what `compilation_to_json` wrote; raises pydantic's `ValidationError`."""
    form = _adapter().validate_json(text)
    return Compilation(None if form.data is None else book_of(form.data), form.diagnostics)


def diagnostics_to_json(diagnostics: tuple[Diagnostic, ...]) -> str:
    """Return faults as one line of JSON."""
    return _faults().dump_json(diagnostics).decode()


def diagnostics_from_json(text: str) -> tuple[Diagnostic, ...]:
    """Return what `diagnostics_to_json` wrote; raises pydantic's `ValidationError`."""
    return _faults().validate_json(text)


@cache
def _faults() -> TypeAdapter[tuple[Diagnostic, ...]]:
    return TypeAdapter(tuple[Diagnostic, ...])


@cache
def _adapter() -> TypeAdapter[_Form]:
    return TypeAdapter(_Form)
