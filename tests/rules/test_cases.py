"""The shipped books do what their cases say; each has a case with time and one with a change."""

from __future__ import annotations

from pathlib import Path

import pytest

from kds.admin.ears import Ears
from kds.cases.reading import Cases, read_cases
from kds.cases.running import run_case
from kds.rulebook.compile import compile_book

RULES = Path(__file__).resolve().parents[2] / "rules"
BOOKS = Path(__file__).resolve().parent
SHIPPED = ("hotpot", "full_service", "fast_food")


def texts(name: str) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in (RULES / name).glob("*.yaml")}


@pytest.mark.parametrize(
    "name",
    [
        "mixed",  # of rules on one dish each counts once those before it let go
        "kinds",  # what differs from the built-in ways is what the book says
        "to_go",  # a set that is to go by now is spelled out anew
        "rushed",  # what is rushed starts, is asked about or waits, as its rule says
    ],
)
def test_a_book_of_few_rules_does_what_its_cases_say(name: str) -> None:
    files = {p.name: p.read_text("utf-8") for p in (BOOKS / name).glob("*.yaml")}
    book, found = compile_book(files).book, read_cases(files)
    assert book is not None
    assert found.diagnostics == ()
    results = [run_case(case, book, Ears) for case in found.cases]
    assert [m.text("en") for result in results for m in result.mismatches] == []


def cases(name: str) -> Cases:
    found = read_cases(texts(name))
    assert found.diagnostics == ()
    return found


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_book_does_what_its_cases_say(name: str) -> None:
    book = compile_book(texts(name)).book
    assert book is not None
    results = [run_case(case, book, Ears) for case in cases(name).cases]
    assert [m.text("en") for result in results for m in result.mismatches] == []


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_book_has_cases_with_time_and_with_late_changes(name: str) -> None:
    played = [case.spec.steps for case in cases(name).cases]
    assert any(any(step.wait for step in steps) for steps in played)
    assert any(sum(step.order is not None for step in steps) > 1 for steps in played)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_cases_notice_a_book_that_does_otherwise(name: str) -> None:
    """Nothing is cooked at all: cases that still hold would prove nothing."""
    files = texts(name)
    book = compile_book(
        {
            "book.yaml": files["book.yaml"],
            "menu.yaml": "menu: [{id: all, class: dish, match: {parts: no}, cook: nothing}]",
        }
    )
    assert book.book is not None
    results = [run_case(case, book.book) for case in cases(name).cases]
    assert all(result.mismatches for result in results[:1])
    assert sum(bool(result.mismatches) for result in results) > len(results) // 2
