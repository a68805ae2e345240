"""What vendors spell in many ways is read leniently, and told where it was a guess."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kds.records.errors import BadBody
from pos_bridge.adapters.lines import LineIds, lines_of, name_of, parts_of
from pos_bridge.adapters.values import Doubts, json_object, quantity, text, when, words

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("sent", "taken"),
    [(1, "1"), ("2", "2"), (1.5, "1.5"), (" 3 ", "3"), ("0.33333", "0.333"), (-1, "-1"), (0, "0")],
)
def test_a_number_is_taken_as_it_is(sent: Any, taken: str) -> None:
    doubts = Doubts()
    assert quantity(sent, "Rice", doubts) == taken
    assert not doubts.warnings


@pytest.mark.parametrize("sent", ["2 份", "2份", "x2", "2x", "× 2", "2个", "2 pcs", "2.0 份"])
def test_what_counts_may_stand_beside_the_number(sent: str) -> None:
    """As one portion where two were ordered, a table goes short."""
    doubts = Doubts()
    assert quantity(sent, "Rice", doubts) == "2"
    assert (doubts.warnings, doubts.cards) == ([], [])


def test_a_missing_quantity_is_one_with_a_warning() -> None:
    doubts = Doubts()
    assert quantity(None, "Rice", doubts) == "1"
    assert doubts.warnings == ["Rice: no quantity; taken as 1"]
    assert not doubts.cards


@pytest.mark.parametrize(
    "sent", ["two", True, [1], {}, "1,5", 10**9, float(10**30), "9" * 50, "500 g", "2 x 3", "2打"]
)
def test_nonsense_is_one_and_shown_in_the_kitchen(sent: Any) -> None:
    doubts = Doubts()
    assert quantity(sent, "Rice", doubts) == "1"
    assert len(doubts.cards) == 1


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("2019-02-24T13:48:44+0000", datetime(2019, 2, 24, 13, 48, 44, tzinfo=UTC)),
        ("2023-02-20T18:19:03.20162269Z", datetime(2023, 2, 20, 18, 19, 3, 201622, UTC)),
        ("2018-03-31 19:37", datetime(2018, 3, 31, 11, 37, tzinfo=UTC)),
        (1528700400, datetime(2018, 6, 11, 7, tzinfo=UTC)),
        ("1528700400000", datetime(2018, 6, 11, 7, tzinfo=UTC)),
    ],
)
def test_times_of_any_spelling(sent: Any, read: datetime) -> None:
    assert when(sent, ZONE) == read


@pytest.mark.parametrize(
    "sent", ["YYYY-MM-DDTHH:mm:ss.SSSSSSZ", 0, "0", "string", None, [], 20261121, 10**40, True]
)
def test_what_is_no_time_is_none(sent: Any) -> None:
    assert when(sent, ZONE) is None


@pytest.mark.parametrize(
    "sent", [[{"a": 1}], {"a": 1}, '[{"a":1}]', '"[{"a":1}]"', '"[{\\"a\\":1}]"', [[{"a": 1}]]]
)
def test_json_in_text_and_in_quotes(sent: Any) -> None:
    doubts = Doubts()
    assert lines_of(sent, "items", doubts) == [{"a": 1}]
    assert not doubts.cards


def test_no_line_is_lost_in_silence() -> None:
    doubts = Doubts()
    assert lines_of([None, "Rice", {"name": "Soup"}], "items", doubts) == [
        {"name": "Rice"},
        {"name": "Soup"},
    ]
    assert [card.en for card in doubts.cards] == ["items[0] can not be read; check the order"]
    assert name_of({"id": ""}, "name", "id", doubts=doubts) == "（无名称 unnamed）"
    assert len(doubts.cards) == 2


@pytest.mark.parametrize("sent", [None, 5, "Rice", True])
def test_an_order_without_a_list_of_lines_is_refused(sent: Any) -> None:
    with pytest.raises(BadBody, match="items"):
        lines_of(sent, "items", Doubts())


def test_no_modifiers_are_no_fault() -> None:
    doubts = Doubts()
    nothing: tuple[Any, ...] = (None, [], {}, "", False)
    assert [parts_of(none, "modifiers", doubts) for none in nothing] == [[]] * 5
    assert parts_of("No onions", "modifiers", doubts) == [{"name": "No onions"}]
    assert not doubts.cards


@pytest.mark.parametrize(
    "sent",
    [
        "hot · fast",
        ["hot", "fast"],
        {"restaurant": "hot", "driver": "fast"},
        {"a": ["hot", {"b": "fast"}]},
        '["hot","fast"]',
    ],
)
def test_what_was_written_is_found_in_lists_and_objects(sent: Any) -> None:
    assert words(sent) == "hot · fast"


def test_named_notes_keep_their_names() -> None:
    assert words([{"key": "gate", "value": 7}, {"name": "x", "value": None}]) == "gate: 7 · x"
    assert words([[[[[[[[[["deep"]]]]]]]]]]) == ""


def test_a_line_keeps_its_id_when_one_before_it_goes() -> None:
    before, after = LineIds(), LineIds()
    before.of("Rice", "large")
    assert before.of("Soup", "") == after.of("Soup", "")
    assert before.of("Soup", "") != before.of("Soup", "")


def test_ids_beyond_double_precision_keep_their_digits() -> None:
    assert text(90071992547409931) == "90071992547409931"


def test_a_fault_of_the_whole_body_is_said_without_an_empty_name() -> None:
    with pytest.raises(BadBody, match=r"^must be a JSON object$"):
        json_object(b"[]")
