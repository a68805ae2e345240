"""Cases say what is printed where: with passing time, and after a late amendment."""

from __future__ import annotations

from kds.cases.reading import read_cases
from kds.cases.running import run_case
from kds.rulebook.compile import compile_book

BOOK = """\
book: {id: b, name: B}
stations: [{id: prep, name: Prep}, {id: wok, name: Wok}]
menu:
  - {id: chain, class: dish, match: {name: ribs}, cook: prep -> wok}
  - {id: hot, class: dish, match: {name: rice}, cook: wok}
printers:
  - {id: kitchen, name: Kitchen, address: 10.0.0.1}
  - {id: pass, name: Pass, address: 10.0.0.2}
rules:
  - {id: slips, mechanism: print, name: Slips, on: [routed, void], slip: station, printer: kitchen}
  - {id: cups, mechanism: print, name: Labels, on: ready, slip: label, printer: pass}
"""
CASES = """\
cases:
  - case: what is added and what is taken away
    steps:
      - order: {lines: [ribs, rice x2]}
      - prints: {kitchen: [1 ribs, 2 rice], pass: nothing}
      - order: {lines: [rice x3]}
      - prints: {kitchen: [1 rice, −1 ribs]}
      - wait: 30 min
      - prints: {kitchen: nothing}
      - do: bump
        line: rice
        portions: 2
        view: wok
      - prints: {pass: [1 rice, 1 rice], kitchen: nothing}
"""


def found(cases: str) -> list[str]:
    book = compile_book({"book.yaml": BOOK})
    assert book.book is not None, book.diagnostics
    read = read_cases({"a.cases.yaml": cases})
    assert read.diagnostics == ()
    return [m.text("en") for case in read.cases for m in run_case(case, book.book).mismatches]


def test_a_case_says_what_is_printed() -> None:
    assert found(CASES) == []


def test_a_case_notices_what_is_printed_otherwise() -> None:
    other = CASES.replace("[1 ribs, 2 rice]", "[2 rice]")
    assert found(other) == [
        "a.cases.yaml:5:27: kitchen prints: expected 2 rice, found 1 ribs, 2 rice"
    ]
