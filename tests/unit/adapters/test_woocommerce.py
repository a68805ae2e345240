"""WooCommerce: whole orders by status, HTML entities, times without a zone, plug-ins' meta."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest

from kds.records.errors import BodyError
from pos_bridge.adapters.woocommerce import WooCommerce
from tests.unit.adapters.mutations import survives
from tests.unit.adapters.reads import (
    amendment,
    choices,
    is_signed,
    lines,
    missed,
    order,
    push,
    read,
)
from tests.unit.adapters.tickets import expected, lines_expected, lines_made

WOO = WooCommerce()


def meta(key: str, value: Any, **fields: Any) -> dict[str, Any]:
    """Return an entry of meta data."""
    return {"id": 1, "key": key, "value": value, **fields}


def sold(**fields: Any) -> dict[str, Any]:
    """Return an order."""
    curry = {
        "id": 315,
        "name": "Curry &ndash; hot &amp; sour",
        "product_id": 93,
        "variation_id": 0,
        "quantity": 2,
        "sku": "",
        "meta_data": [
            meta("pa_size", "l", display_key="Size", display_value="<p>Large</p>"),
            meta("_reduced_stock", "1"),
        ],
    }
    rice = {"id": 316, "name": "Rice", "quantity": 1, "bundled_by": "315", "meta_data": []}
    return {
        "id": 727,
        "number": "727",
        "status": "processing",
        "date_created": "2026-11-21T12:00:00",
        "date_created_gmt": "2026-11-21T11:00:00",
        "date_modified_gmt": "2026-11-21T11:05:00",
        "date_paid_gmt": "2026-11-21T11:05:00",
        "customer_note": "no &quot;nuts&quot;",
        "billing": {"first_name": "Ann", "last_name": "O&#8217;Lee"},
        "line_items": [curry, rice],
        "shipping_lines": [{"method_id": "local_pickup", "method_title": "Local pickup"}],
        "meta_data": [
            meta("_pickup_date", "2026-11-22"),
            meta("pickup_time", "18:30"),
            meta("is_vat_exempt", "no"),
        ],
        "refunds": [],
        **fields,
    }


def test_an_order_is_read_with_all_that_a_cook_needs() -> None:
    made = order(read(WOO, sold()))
    assert lines(made) == [("2", "Curry – hot & sour", "ordered"), ("1", "Rice", "ordered")]
    assert choices(made) == [("choice", "1", "Size: Large")]
    assert made.message.lines[1].parent == "315"
    fields = made.message.fields
    assert (fields.number, fields.service, fields.payment) == ("727", "pickup", "paid")
    assert fields.placed_at == "2026-11-21T11:00:00+00:00"
    assert fields.due_at == "2026-11-22T18:30:00+08:00"
    assert fields.note.splitlines()[0] == 'no "nuts"'
    assert "vat" not in fields.note
    assert made.customer == "Ann O’Lee"


@pytest.mark.parametrize(
    ("status", "options"),
    [
        ("pending", {}),
        ("on-hold", {}),
        ("completed", {}),
        ("cancelled", {}),
        ("refunded", {}),
        ("failed", {}),
        ("trash", {}),
    ],
)
def test_a_status_that_must_not_cook_only_changes_a_ticket(
    status: str, options: dict[str, Any]
) -> None:
    made = amendment(read(WOO, sold(status=status), **options))
    assert made.message.fields.cancelled == (status in {"cancelled", "refunded", "failed", "trash"})


@pytest.mark.parametrize(
    ("status", "options"),
    [
        ("processing", {}),
        ("wc-being-cooked", {}),
        ("on-hold", {"cook_on_hold": True}),
        ("pending", {"cook_unpaid": True}),
        ("completed", {"cook_completed": True}),
    ],
)
def test_a_status_that_cooks(status: str, options: dict[str, Any]) -> None:
    assert lines(order(read(WOO, sold(status=status), **options)))


def test_drafts_pings_and_other_topics_are_ignored_with_the_reason() -> None:
    for status in ("checkout-draft", "auto-draft"):
        assert read(WOO, sold(status=status)).ignored == "a draft: the guest is still choosing"
    assert read(WOO, b"webhook_id=12").ignored == "the ping of a new webhook"
    other = read(WOO, sold(), headers={"x-wc-webhook-topic": "product.updated"})
    assert other.ignored == "product.updated: not about an order to cook"


def test_later_within_one_second_is_what_is_further_on() -> None:
    """Dates count seconds; an order is paid within the second in which it is made."""
    paid, made = sold(), sold(status="pending")
    assert paid["date_modified_gmt"] == made["date_modified_gmt"]
    first, second = amendment(read(WOO, made)).message, order(read(WOO, paid)).message
    assert first.revision is not None
    assert second.revision is not None
    assert first.revision < second.revision


def test_a_deleted_order_is_void_if_it_is_known() -> None:
    body, headers = {"id": 727}, {"x-wc-webhook-topic": "order.deleted"}
    gone = amendment(read(WOO, body, headers=headers)).message
    assert (gone.key.order_id, gone.fields.cancelled) == ("727", True)


def test_a_refund_of_part_is_shown() -> None:
    reading = read(WOO, sold(refunds=[{"id": 1, "reason": "", "total": "-5.00"}]))
    assert lines(order(reading))
    assert "something was refunded" in reading.doubts[0].en


def test_unpaid_waits_where_that_is_wanted() -> None:
    body = sold(date_paid_gmt=None)
    assert order(read(WOO, body)).message.fields.payment == "unpaid"
    amendment(read(WOO, body, cook_unpaid=False))


def test_catching_up_lists_what_was_modified_page_by_page() -> None:
    fetch, reading = missed(WOO, [sold(id=n) for n in range(100)])
    assert "modified_after=2026-11-21T11%3A05%3A00&" in fetch.path
    assert len(reading.orders) == 100
    assert reading.fetch[0].path.endswith("&page=2")
    assert missed(WOO, [])[1].ignored == "nothing has changed"


def test_the_signature_covers_the_body() -> None:
    body = json.dumps(sold()).encode()
    digest = base64.b64encode(hmac.new(b"new", body, hashlib.sha256).digest()).decode()
    good = push(body, headers={"x-wc-webhook-signature": digest})
    assert is_signed(WOO, good, "new", "old")
    assert is_signed(WOO, good, "old", "new")
    assert not is_signed(WOO, good, "guessed")
    assert not is_signed(WOO, push(body + b" ", headers=good.headers), "new")
    assert not is_signed(WOO, push(body), "new")


def test_the_published_order_is_the_expected_ticket(samples_dir: Path) -> None:
    file = "woocommerce/order_727_created_processing.json"
    ticket = expected(samples_dir, file)
    (made,) = read(WOO, (samples_dir / file).read_bytes()).orders
    assert lines_made(made) == lines_expected(ticket)
    assert (made["order_id"], made["number"]) == (ticket["order_id"], ticket["number"])
    assert made["customer"] == ticket["customer"]
    assert "–" in made["lines"][1]["name"]
    assert made["placed_at"] == "2017-03-22T19:28:02+00:00"


def test_no_mutated_payload_crashes_or_is_lost() -> None:
    assert survives(WOO.read, sold())["ticket"] > 400


def test_what_is_no_order_is_a_card() -> None:
    bodies: tuple[Any, ...] = ({}, [], {"status": "processing"}, b"webhook_id=x")
    for body in bodies:
        with pytest.raises(BodyError):
            read(WOO, body)
