"""Cases can fail: what is expected and is not so is told with its place, beside what is found."""

from __future__ import annotations

import pytest

from kds.cases.reading import read_cases
from kds.cases.results import results_from_json, results_to_json
from kds.cases.running import run_case
from kds.rulebook.book import Book
from kds.rulebook.compile import compile_book

BOOK = """\
book: {id: b, name: B, zone: Asia/Shanghai}
stations: [{id: pot, name: Pot}, {id: cut, name: Cut}]
menu:
  - {id: pots, class: broth, match: {category: 锅底}, cook: pot, late: 3 min}
  - {id: plates, class: plate, match: {category: 涮品}, cook: cut, late: 5 min}
rules:
  - {id: first, name: n, mechanism: wait_for, waits_for: broth, timeout: 6 min,
     reason: r, holds: {class: plate, gate: run}}
"""
ORDER = "- order: {lines: ['鸳鸯锅 [锅底]', '毛肚 [涮品] x2']}"


@pytest.fixture(scope="module")
def book() -> Book:
    book = compile_book({"book.yaml": BOOK}).book
    assert book is not None
    return book


def told(book: Book, *steps: str, at: str = "18:00") -> list[str]:
    """Play one case of these steps and return what differs."""
    lines = [line for step in steps for line in step.splitlines()]
    text = f"cases:\n- case: c\n  at: {at}\n  steps:\n" + "".join(f"  {line}\n" for line in lines)
    cases = read_cases({"a.cases.yaml": text})
    assert cases.diagnostics == (), [d.text() for d in cases.diagnostics]
    results = tuple(run_case(case, book) for case in cases.cases)
    assert results_from_json(results_to_json(results)) == results
    return [mismatch.text("en") for result in results for mismatch in result.mismatches]


@pytest.mark.parametrize(
    ("right", "wrong", "sentence"),
    [
        ("at: cut", "at: pot", "毛肚 at: expected pot, found cut"),
        ("at: cut", "at: everywhere", "毛肚 at: expected everywhere, found cut"),
        ("class: plate", "class: dish", "毛肚 class: expected dish, found plate"),
        ("entry: plates", "entry: pots", "毛肚 entry: expected pots, found plates"),
        ("hold: run", "hold: none", "毛肚 hold: expected none, found run"),
        ("held_by: first", "held_by: last", "毛肚 held_by: expected last, found first"),
        ("band: gated", "band: normal", "毛肚 band: expected normal, found gated"),
        ("late: no", "late: late", "毛肚 late: expected late, found no"),
        ("queued: 2", "queued: 3", "毛肚 queued: expected 3, found 2"),
    ],
)
def test_what_is_expected_of_a_line_can_fail(
    book: Book, right: str, wrong: str, sentence: str
) -> None:
    assert told(book, ORDER, f"- expect: {{毛肚: {{{right}}}}}") == []
    (found,) = told(book, ORDER, f"- expect: {{毛肚: {{{wrong}}}}}")
    assert found.startswith("a.cases.yaml:6:")
    assert found.endswith(sentence)


@pytest.mark.parametrize(
    ("shown", "found"),
    [
        ("{cut: nothing}", "cut: expected nothing, found 毛肚"),
        ("{cut: [肥牛]}", "cut: expected 肥牛, found 毛肚"),
        ("{expo: [鸳鸯锅]}", "expo: expected 鸳鸯锅, found 鸳鸯锅, 毛肚"),
    ],
)
def test_what_a_view_shows_can_fail(book: Book, shown: str, found: str) -> None:
    right = "- shows: {cut: 毛肚, pot: something, expo: [鸳鸯锅, 毛肚]}"
    assert told(book, ORDER, right) == []
    assert told(book, ORDER, f"- shows: {shown}")[0].endswith(found)


def test_meanwhile_is_looked_at_all_the_time(book: Book) -> None:
    """Half way through the gate opens: the moment of it must not be missed, nor told often."""
    steps = (ORDER, "- do: bump\n  line: 鸳鸯锅\n  view: pot")
    assert told(book, *steps, "- wait: 10 min\n  meanwhile: {cut: something}") == []
    (found,) = told(book, *steps, "- wait: 10 min\n  meanwhile: {pot: something}")
    assert found.endswith("pot: expected something, found nothing")


def test_time_passes_as_in_the_service(book: Book) -> None:
    assert (
        told(
            book,
            ORDER,
            "- wait: 2 min 59 s",
            "- expect: {鸳鸯锅: {late: no}}",
            "- wait: 1 s",
            "- expect: {鸳鸯锅: {late: late}, 毛肚: {late: no}}",
            "- wait: 3 min",
            "- expect: {毛肚: {hold: none, late: no}}",
            "- wait: 5 min",
            "- expect: {毛肚: {late: late}}",
        )
        == []
    )


def test_a_command_that_does_something_else_is_told(book: Book) -> None:
    recall = "- do: recall\n  line: 毛肚\n  view: cut"
    assert told(book, ORDER, f"{recall}\n  result: no_op") == []
    (found,) = told(book, ORDER, recall)
    assert "recall: expected applied, found no_op" in found


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        ((ORDER, "- expect: {毛度: {at: cut}}"), "毛度: expected such a line or order, found none"),
        ((ORDER, "- shows: {cutt: nothing}"), "no view 'cutt', did you mean 'cut'?"),
        (("- do: bump\n  line: 毛肚",), "毛肚: expected such a line or order, found none"),
        ((ORDER, "- do: undo"), "undoes: is missing"),
        (("- order: {lines: [{name: a, quantity: b}]}",), "lines[0].quantity"),
        ((ORDER, "- paused: first"), "paused: expected first, found nothing"),
    ],
)
def test_a_step_that_makes_no_sense_is_told(
    book: Book, steps: tuple[str, ...], sentence: str
) -> None:
    (found,) = told(book, *steps)
    assert sentence in found


def test_lines_of_several_orders_are_told_apart(book: Book) -> None:
    second = "- order: {id: b, table: 9, lines: ['毛肚 [涮品]']}"
    assert (
        told(
            book,
            ORDER,
            second,
            "- expect: {毛肚: {hold: none, queued: 1}, 1/毛肚: {hold: run, queued: 2}}",
        )
        == []
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("cases: [{case: c, steps: [{wait: 5}]}]", "a.cases.yaml:1:34: '5' is not a duration"),
        ("cases: [{case: c, steps: [{wait: 5 s, do: bump}]}]", "a step is one thing"),
        ("cases: [{case: c, steps: [{}]}]", "a step is one thing"),
        ("cases: [{case: c, steps: [{do: bumb}]}]", "(did you mean 'bump'?)"),
        ("cases: [{case: c, steps: [{expect: {a: {hodl: run}}}]}]", "(did you mean 'hold'?)"),
        ("cases: [{case: c, steps: [{expect: {a: {hold: ran}}}]}]", "(did you mean 'run'?)"),
        ("cases: [{case: c, steps: [{order: {lines: [{nam: x}]}}]}]", "(did you mean 'name'?)"),
        ("case: []", "'cases: …' is expected here"),
        ("cases: {}", "a list is expected here"),
        ("cases：[]", "this is a Chinese colon"),
        ("cases: []\nrules: []", "unknown key 'rules'"),
        ("", "'cases: …' is expected here"),
    ],
)
def test_a_fault_of_form_has_its_place(text: str, fault: str) -> None:
    found = read_cases({"a.cases.yaml": text}).diagnostics
    assert any(fault in d.text() for d in found), [d.text() for d in found]
    assert all(d.file == "a.cases.yaml" and d.line >= 1 for d in found)
