"""Rule texts become a book, and every fault keeps its own place."""

from __future__ import annotations

import pytest

from kds.kitchen.wording import Wording
from kds.rulebook.compile import compile_book
from kds.rulebook.diagnostics import Diagnostic, Severity, did_you_mean
from kds.rulebook.values import limit, minute_of_day, percent, seconds, whole, yes_no

BOOK = "book: {id: b, name: B}\n"
STATIONS = "stations: [{id: wok, name: {zh: 炒锅, en: Wok}}]\n"
DISH = "  - {id: %s, class: dish, match: {name: x}, cook: wok}\n"


def told(files: dict[str, str]) -> list[str]:
    return [fault.text() for fault in compile_book(files).diagnostics]


def test_sections_may_be_spread_over_files_and_lists_add_up_by_file_name() -> None:
    files = {
        "2.yaml": "menu:\n" + DISH % "second",
        "1.yaml": BOOK + STATIONS + "menu:\n" + DISH % "first",
    }
    book = compile_book(files).book
    assert book is not None
    assert [entry.id for entry in book.data.menu] == ["first", "second"]
    assert book.stations[0].name == Wording("炒锅", "Wok")
    assert book.data.name == Wording("B", "B")


def test_the_book_stands_once_in_all_files() -> None:
    files = {"a.yaml": BOOK + STATIONS + "menu:\n" + DISH % "x", "b.yaml": "\n" + BOOK}
    assert told(files) == ["b.yaml:2:1: 'book' already stands at a.yaml:1"]


def test_cases_are_no_rules() -> None:
    files = {"a.yaml": BOOK + STATIONS + "menu:\n" + DISH % "x", "a.cases.yaml": "cases: []\n"}
    assert told(files) == []


def test_without_files_a_book_is_missing() -> None:
    assert told({}) == ["book.yaml:1:1: 'book' is missing", "book.yaml:1:1: 'stations' is missing"]


def test_a_broken_file_does_not_make_others_look_incomplete() -> None:
    files = {"a.yaml": BOOK, "b.yaml": "stations: ["}
    assert told(files) == [
        "b.yaml:1:12: not valid YAML: expected the node content, but found '<stream end>'"
    ]


def test_one_fault_does_not_hide_another() -> None:
    menu = "menu:\n  - {id: a, clas: dish, match: {}, cook: grill}\n  - {id: b, cook: grill}\n"
    found = told({"a.yaml": BOOK + STATIONS + menu + DISH % "a"})
    assert found == [
        "a.yaml:4:5: 'class' is missing",
        "a.yaml:4:13: unknown key 'clas' (did you mean 'class'?)",
        "a.yaml:5:5: 'class' is missing",
        "a.yaml:5:5: 'match' is missing",
    ]


def test_a_broken_station_is_still_known_by_its_name() -> None:
    stations = "stations: [{id: wok, nam: Wok}]\n"
    assert told({"a.yaml": BOOK + stations + "menu:\n" + DISH % "x"}) == [
        "a.yaml:2:12: 'name' is missing",
        "a.yaml:2:22: unknown key 'nam' (did you mean 'name'?)",
    ]


def test_values_of_the_wrong_kind_say_what_was_expected() -> None:
    menu = "menu:\n  - {id: [a], class: dish, match: x, cook: {a: b}, queue: frist}\n"
    assert told({"a.yaml": BOOK + STATIONS + menu}) == [
        "a.yaml:4:10: a text is expected here",
        "a.yaml:4:35: a mapping (key: value) is expected here",
        "a.yaml:4:44: a text is expected here",
        "a.yaml:4:59: 'frist' is not one of: first, normal, last (did you mean 'first'?)",
    ]


def test_an_empty_text_matches_nothing_and_is_refused() -> None:
    menu = "menu:\n  - {id: a, class: dish, match: {name_has: '*'}, cook: wok}\n"
    assert told({"a.yaml": BOOK + STATIONS + menu}) == ["a.yaml:4:44: this must not be empty"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("90 s", 90),
        ("6 min", 360),
        ("6min", 360),
        ("6 分钟", 360),
        ("1.5 h", 5400),
        ("1 小时 30 分钟", 5400),
        ("2 Minutes", 120),
        ("0 s", 0),
    ],
)
def test_a_duration_carries_its_unit(text: str, value: int) -> None:
    assert seconds(text) == value


@pytest.mark.parametrize("text", ["6", "min", "6 parsecs", "6 min 5", "-6 min", "", "200 h"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match=r"duration"):
        seconds(text)


def test_a_limit_may_be_switched_off() -> None:
    assert limit("never") is None
    assert limit("从不") is None
    assert limit(None) is None
    assert limit("1 min") == 60


def test_times_shares_numbers_and_answers() -> None:
    assert minute_of_day("04:05") == 245
    assert minute_of_day("4：05") == 245
    assert percent("60 %") == 60
    assert percent("60％") == 60
    assert whole("3") == 3
    assert [yes_no(word) for word in ("yes", "否", "True", "off")] == [True, False, True, False]


@pytest.mark.parametrize("text", ["0", "x", "1.5", "-1"])
def test_what_is_no_whole_number(text: str) -> None:
    with pytest.raises(ValueError, match="whole number"):
        whole(text)


def test_what_is_neither_yes_nor_no() -> None:
    with pytest.raises(ValueError, match="yes or no"):
        yes_no("maybe")


def test_near_names_are_proposed_and_far_ones_not() -> None:
    assert did_you_mean("brot", ["broth", "cut"]) == Wording(
        "是不是“broth”？", "did you mean 'broth'?"
    )
    assert did_you_mean("BROTH", ["broth"]) == Wording("是不是“broth”？", "did you mean 'broth'?")
    assert did_you_mean("pizza", ["broth", "cut"]) is None


def test_a_fault_reads_in_both_languages() -> None:
    fault = Diagnostic(
        Severity.ERROR, "a.yaml", 3, 7, Wording("坏", "bad"), Wording("这样", "like this")
    )
    assert fault.text() == "a.yaml:3:7: bad (like this)"
    assert fault.text("zh") == "a.yaml:3:7: 坏（这样）"


def test_equal_limits_are_in_order() -> None:
    dish = DISH.replace("cook: wok", "cook: wok, attention: 5 min, late: 5 min, critical: 5 min")
    assert told({"a.yaml": BOOK + STATIONS + "menu:\n" + dish % "x"}) == []


@pytest.mark.parametrize(("serve_step", "until"), [("yes", "served"), ("no", "ready")])
def test_where_nothing_is_served_a_rule_waits_for_ready(serve_step: str, until: str) -> None:
    book = f"book: {{id: b, name: B, serve_step: {serve_step}}}\n"
    menu = "menu:\n" + DISH % "x" + (DISH % "pot").replace("dish", "broth")
    rule = (
        "rules: [{id: w, name: W, mechanism: wait_for, waits_for: broth, until: served,"
        " holds: {class: dish, gate: run}, reason: r, timeout: 1 min}]\n"
    )
    compiled = compile_book({"a.yaml": book + STATIONS + menu + rule}).book
    assert compiled is not None
    assert compiled.data.waits[0].until == until
