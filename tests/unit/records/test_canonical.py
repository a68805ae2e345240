"""What a till may send as an order, how it is understood, and what it is told otherwise."""

from __future__ import annotations

import json
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kds.kitchen.messages import Channel, LineState, Member, Modifier, ModifierKind, Service
from kds.records import BadOrder, BodyError, TooLarge
from kds.records.canonical import canonical_schema, parse_order
from kds.records.errors import Contradictory
from tests.unit.records.shop import (
    SHANGHAI,
    body,
    faults,
    line,
    message,
    one_line,
    order,
    parsed,
)

EVERYTHING = order(
    revision=3,
    session="A08-1",
    number="A08",
    service="takeaway",
    channel="qr",
    table="A08",
    guests=4,
    placed_at="2026-11-21T18:03:11+08:00",
    payment="paid",
    member={"tier": "gold", "note": "no coriander", "phone": "138"},
    customer="Ms Wang 138",
    note="quick",
    lines=[
        line(
            "1",
            category="锅底",
            names={"zh": "锅", "en": "pot"},
            course=2,
            seat="B",
            tags=["辣", 7],
        ),
        line(
            "2",
            parent="1",
            state="held",
            modifiers=[{"name": "少辣", "modifiers": [{"name": "x", "kind": "allergy"}]}],
        ),
    ],
)


def test_every_field_of_the_contract_arrives() -> None:
    read = parse_order(json.dumps(EVERYTHING).encode(), zone=SHANGHAI)
    fields, (first, second) = read.message.fields, read.message.lines
    assert (read.message.revision, read.customer) == (3, "Ms Wang 138")
    assert (fields.service, fields.channel) == (Service.TAKEAWAY, Channel.QR)
    assert fields.member == Member("gold", "no coriander")
    assert fields.placed_at == "2026-11-21T18:03:11+08:00"
    assert first.names == (("en", "pot"), ("zh", "锅"))
    assert (first.course, first.seat) == ("2", "B")
    assert (first.tags, second.tags) == (("辣", "7"), ())
    assert (second.parent, second.state) == ("1", LineState.HELD)
    allergy = Modifier("x", ModifierKind.ALLERGY)
    assert second.modifiers == (Modifier("少辣", modifiers=(allergy,)),)


def test_the_customer_is_not_part_of_the_message() -> None:
    assert "Wang" not in repr(parsed(customer="Ms Wang").message)


def test_null_means_the_default_for_every_optional_field() -> None:
    optional = set(EVERYTHING) - {"source", "order_id", "lines"}
    assert message(**dict.fromkeys(optional)) == message()


def test_unknown_fields_are_ignored_everywhere() -> None:
    extra: dict[str, Any] = {"x": [1, {"y": None}]}
    assert parsed(**extra, lines=[line(**extra)]) == parsed()


def test_numbers_do_for_ids_and_labels_even_beyond_2_to_the_53() -> None:
    read = message(order_id=2**64 + 1, table=8, lines=[line(7)])
    assert (read.key.order_id, read.fields.table) == ("18446744073709551617", "8")
    assert read.lines[0].line_id == "7"


# --- quantities ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "understood"),
    [
        ("1", "1"),
        (1, "1"),
        (0.1 + 0.2, "0.3"),
        (str(1.1 * 3), "3.3"),
        ("1.0", "1"),
        (1.50, "1.5"),
        (" 2 ", "2"),
        ("-1", "-1"),
        (0, "0"),
        ("-0", "0"),
        (0.333, "0.333"),
        (1e2, "100"),
        (99_999, "99999"),
    ],
)
def test_quantities_are_decimal_text_or_numbers(sent: object, understood: str) -> None:
    assert str(one_line(quantity=sent).quantity) == understood


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ("two", 'must be a decimal number like "1.5", not "two"'),
        ("", 'must be a decimal number like "1.5", not ""'),
        ("1,5", 'must be a decimal number like "1.5", not "1,5"'),
        ("1e2", 'must be a decimal number like "1.5", not "1e2"'),
        ("٣", 'must be a decimal number like "1.5", not "٣"'),
        (True, 'must be a number or decimal text like "1.5"'),
        (None, 'must be a number or decimal text like "1.5"'),
        ([1], 'must be a number or decimal text like "1.5"'),
        (1e9, "must lie between -99,999 and 99,999"),
        ("99999.001", "must lie between -99,999 and 99,999"),
        ("-100000", "must lie between -99,999 and 99,999"),
        (0.1234, "must have at most 3 decimals"),
    ],
)
def test_other_quantities_are_refused_with_clear_words(sent: object, words: str) -> None:
    assert faults(lines=[line(quantity=sent)]) == {"lines[0].quantity": words}


def test_a_number_without_end_is_no_quantity() -> None:
    sent = body().replace(b'"quantity": "1"', b'"quantity": 1e999999999')
    with pytest.raises(BadOrder, match="must lie between"):
        parse_order(sent, zone=SHANGHAI)


def test_thousands_of_digits_are_no_quantity() -> None:
    sent = body().replace(b'"quantity": "1"', b'"quantity": ' + b"9" * 5000)
    with pytest.raises(BadOrder, match="must lie between"):
        parse_order(sent, zone=SHANGHAI)


@pytest.mark.parametrize("sent", [7, 7.0, "7"])
def test_a_whole_number_may_be_written_as_any_number_is(sent: object) -> None:
    """Tills in Lua know no other numbers, and to JSON Schema 7.0 is an integer."""
    assert parse_order(body(revision=sent), zone=SHANGHAI).message.revision == 7


@pytest.mark.parametrize("sent", ["7.5", "-1.0", "true", '"7.0"'])
def test_other_numbers_are_no_revision(sent: str) -> None:
    text = body(revision="?").replace(b'"?"', sent.encode())
    with pytest.raises(BadOrder, match="revision: must"):
        parse_order(text, zone=SHANGHAI)


# --- faults --------------------------------------------------------------------------------


def test_faults_without_number_are_counted_after_the_first_thousand() -> None:
    """A body of 4 MB made an answer of 20 MB."""
    told = faults(lines=[line(modifiers=[{}] * 5_000)])
    assert len(told) == 1_001
    assert told[""] == "and 4,000 more faults"


def test_every_fault_is_told_at_once() -> None:
    told = faults(
        source="a b",
        order_id="",
        service="fly",
        guests=-1,
        member=3,
        cancelled="maybe",
        lines=[
            {"quantity": "1"},
            line(modifiers=[{"kind": "choice"}]),
            "soup",
        ],
    )
    assert told == {
        "source": "must have 1 to 64 of the characters A-Z a-z 0-9 . _ -",
        "order_id": "must not be empty",
        "service": "must be one of dine_in, takeaway, delivery, pickup, drive_thru",
        "guests": "must not be below 0",
        "member": "must be an object",
        "cancelled": "must be true or false",
        "lines[0].line_id": "is missing",
        "lines[0].name": "is missing",
        "lines[1].modifiers[0].name": "is missing",
        "lines[2]": "must be an object",
    }


@pytest.mark.parametrize("sent", [b"[]", b'"order"', b"null", b"1"])
def test_json_that_is_no_object_is_a_bad_order(sent: bytes) -> None:
    with pytest.raises(BadOrder) as bad:
        parse_order(sent, zone=SHANGHAI)
    assert bad.value.errors == (("", "an order must be an object"),)


def test_lines_are_required_unless_none_can_be_meant() -> None:
    assert faults(lines=None) == {"lines": "must be a list"}
    assert message(lines=[]).lines == ()
    assert message(lines=None, partial=True).lines == ()
    assert message(lines=None, cancelled=True).lines == ()


def test_an_id_of_two_lines_names_both() -> None:
    assert faults(lines=[line("a"), line("b"), line("a")]) == {
        "lines[2].line_id": 'is "a", which lines[0] is already'
    }


def test_times_and_lines_are_checked_together() -> None:
    told = faults(placed_at="soon", due_at="2026-11-21", lines=[line("a"), line("a")])
    assert set(told) == {"placed_at", "due_at", "lines[1].line_id"}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2026-11-21T18:03:11+08:00", "2026-11-21T18:03:11+08:00"),
        ("2026-11-21T10:03:11Z", "2026-11-21T10:03:11+00:00"),
        ("2026-11-21T18:03:11", "2026-11-21T18:03:11+08:00"),
        ("2026-11-21 18:03", "2026-11-21T18:03:00+08:00"),
    ],
)
def test_times_get_the_zone_of_the_store_if_they_have_none(sent: str, kept: str) -> None:
    assert message(placed_at=sent).fields.placed_at == kept


@pytest.mark.parametrize("sent", ["0001-01-01T00:00:00", "9999-12-31T23:59:59Z"])
def test_unlikely_years_are_refused(sent: str) -> None:
    assert "unlikely year" in faults(due_at=sent)["due_at"]


# --- parents -------------------------------------------------------------------------------


def test_an_unknown_parent_is_a_warning_and_the_line_stays() -> None:
    read = parsed(lines=[line("1", parent="9")])
    assert read.message.lines[0].parent is None
    assert read.warnings == (
        'lines[0].parent "9" is no line of this order; the line is taken without it',
    )


def test_a_partial_may_name_a_parent_that_came_earlier() -> None:
    read = parsed(partial=True, lines=[line("1", parent="9")])
    assert (read.message.lines[0].parent, read.warnings) == ("9", ())


@pytest.mark.parametrize("depth", [32, 33])
def test_sets_nest_as_deep_as_json_may(depth: int) -> None:
    """Each level is walked again for every board, so a chain of thousands would stop the wall."""
    lines = [line("0"), *(line(str(n), parent=str(n - 1)) for n in range(1, depth + 1))]
    if depth <= 32:
        assert len(message(lines=lines[::-1]).lines) == depth + 1
    else:
        with pytest.raises(TooLarge, match="nested deeper than 32"):
            parsed(lines=lines[::-1])


def test_parents_in_a_circle_are_refused() -> None:
    lines = [line("1", parent="2"), line("2", parent="1"), line("3", parent="2")]
    lines += [line("4", parent="1"), line("5"), line("6", parent="5")]
    assert set(faults(lines=lines)) == {f"lines[{i}].parent" for i in range(4)}
    with pytest.raises(Contradictory):
        parsed(lines=lines)


def test_a_line_that_is_part_of_itself_is_taken_by_itself() -> None:
    """Some tills name the line itself where it is part of nothing."""
    found = parsed(lines=[line("1", parent="1"), line("2", parent="1")])
    assert [ln.parent for ln in found.message.lines] == [None, "1"]
    assert found.warnings == ("lines[0].parent is the line itself; it is taken without",)


@pytest.mark.parametrize("sent", ["4611686018427387904", "4611686018427387999", "1e40"])
def test_a_number_beyond_what_a_store_takes_counts_as_the_largest(sent: str) -> None:
    text = body(revision="?").replace(b'"?"', sent.encode())
    assert parse_order(text, zone=SHANGHAI).message.revision == 2**62


# --- partial -------------------------------------------------------------------------------


def test_a_partial_knows_which_fields_were_stated() -> None:
    assert message(partial=True, note="x", table=None).given == {"note", "table"}


def test_a_whole_order_sets_every_field() -> None:
    assert message(note="x").given == frozenset()


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    ),
    st.sampled_from([*EVERYTHING, "lines[]", "modifiers[]"]),
)
def test_any_value_in_any_field_is_read_or_refused(value: Any, field: str) -> None:
    sent = dict(EVERYTHING)
    if field == "lines[]":
        sent["lines"] = [value]
    elif field == "modifiers[]":
        sent["lines"] = [line(modifiers=[value])]
    else:
        sent[field] = value
    with suppress(BodyError):
        parse_order(json.dumps(sent).encode(), zone=SHANGHAI)


# --- digest --------------------------------------------------------------------------------


def test_spelling_makes_no_difference_to_the_digest() -> None:
    lines = [line(names={"en": "a", "zh": "b"}, quantity="1.0", x=1)]
    spelled = dict(reversed(order(lines=lines, note="", extra=5).items()))
    other = order(lines=[line(names={"zh": "b", "en": "a"}, quantity=1)])
    first = parse_order(json.dumps(spelled, indent=3).encode(), zone=SHANGHAI)
    assert first.digest == parse_order(json.dumps(other).encode("utf-16"), zone=SHANGHAI).digest


@pytest.mark.parametrize(
    "change",
    [
        {"note": "x"},
        {"order_id": "43"},
        {"revision": 2},
        {"partial": True},
        {"customer": "Ms Wang"},
        {"lines": []},
        {"lines": [line(quantity="2")]},
        {"lines": [line(modifiers=[{"name": "x"}])]},
    ],
)
def test_content_makes_a_difference_to_the_digest(change: dict[str, Any]) -> None:
    assert parsed(**change).digest != parsed().digest


def test_what_a_partial_states_makes_a_difference_to_the_digest() -> None:
    assert parsed(partial=True, note="").digest != parsed(partial=True).digest


# --- schema --------------------------------------------------------------------------------


def test_the_schema_names_every_field_and_what_is_required() -> None:
    schema = canonical_schema()
    assert set(EVERYTHING) <= set(schema["properties"])
    assert schema["required"] == ["source", "order_id", "lines"]
    (found,) = [s for name, s in schema["$defs"].items() if name.endswith("Line")]
    assert found["required"] == ["line_id", "name", "quantity"]
    assert json.loads(json.dumps(schema)) == schema


def test_decimals_are_exact() -> None:
    assert one_line(quantity="0.1").quantity + one_line(quantity=0.2).quantity == Decimal("0.3")
