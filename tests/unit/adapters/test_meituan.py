"""Meituan: fixtures written from its documented fields; real pushes where they are at hand."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest

from kds.records.errors import BodyError
from pos_bridge.adapters.adapter import BadSignature, Context, Push, Reading
from pos_bridge.adapters.forms import FORM
from pos_bridge.adapters.meituan import Meituan
from tests.unit.adapters.mutations import AT, CONTEXT, ZONE, json_push, survives
from tests.unit.adapters.tickets import expected, lines_expected, lines_made

_URL = "https://kitchen.example/v1/pos/meituan"
_DETAIL: list[dict[str, Any]] = [
    {
        "app_food_code": "101",
        "sku_id": "101-1",
        "food_name": "毛肚",
        "quantity": 2,
        "spec": "大份",
        "food_property": "微辣,加葱",
        "unit": "份",
        "cart_id": 0,
    },
    {"app_food_code": "101", "food_name": "毛肚", "quantity": 1, "spec": "小份", "cart_id": 1},
]
_ORDER: dict[str, Any] = {
    "order_id": "900719925474099312",
    "wm_order_id_view": "900719925474099399",
    "day_seq": "12",
    "status": "2",
    "ctime": "1795255800",
    "utime": "1795255801",
    "delivery_time": "0",
    "caution": "少辣 收餐人隐私号 13800000000_1234，手机号 138****0000",
    "recipient_name": "王(女士)",
    "recipient_address": "某路 1 号",
    "pay_type": "2",
    "dinners_number": "3",
    "detail": json.dumps(_DETAIL, ensure_ascii=False),
    "extras": json.dumps([{"remark": "满100元赠酸梅汤1份"}, {"remark": "满减"}]),
    "app_poi_code": "shop-7",
}


def form(fields: dict[str, Any], url: str = _URL) -> Push:
    """Return a form push."""
    return Push(urlencode(fields).encode(), f"{FORM}; charset=utf-8", url=url)


def read(fields: dict[str, Any], **options: Any) -> Reading:
    """Read a form push with the vendor's options."""
    return Meituan().read(form(fields), Context(CONTEXT.source, ZONE, AT, options))


def changed(**fields: Any) -> dict[str, Any]:
    """Return the order with other fields."""
    return {**_ORDER, **fields}


# --- orders --------------------------------------------------------------------------------


def test_a_waimai_push_is_a_ticket() -> None:
    reading = read(_ORDER)
    (order,) = reading.orders
    told = {key: value for key, value in order.items() if key != "lines"}
    assert told == {
        "source": "shop-1",
        "order_id": "900719925474099312",
        "revision": 1795255801002,
        "number": "12",
        "service": "delivery",
        "channel": "delivery",
        "guests": 3,
        "placed_at": "2026-11-21T10:10:00+00:00",
        "payment": "paid",
        "cancelled": False,
        "customer": "王(女士)",
        "note": "少辣 · 满100元赠酸梅汤1份",
    }
    assert lines_made(order) == [
        (2, "毛肚", [(0, 1, "大份"), (0, 1, "微辣"), (0, 1, "加葱")], ""),
        (1, "毛肚", [(0, 1, "小份")], ""),
    ]
    assert [line["seat"] for line in order["lines"]] == ["1", "2"]
    assert reading.acknowledgement == b'{"data":"ok"}'


def test_a_saas_push_is_the_same_ticket() -> None:
    camel = {
        "orderId": 900719925474099312,
        "daySeq": "12",
        "status": 2,
        "ctime": 1795255800,
        "utime": 1795255801,
        "deliveryTime": 0,
        "caution": "少辣",
        "recipientName": "王(女士)",
        "payType": 2,
        "detail": json.dumps(_DETAIL, ensure_ascii=False),
        "extras": "[{}]",
    }
    fields = {"developerId": "1", "ePoiId": "shop-7", "order": json.dumps(camel), "sign": "x"}
    reading = read(fields)
    (order,) = reading.orders
    (other,) = read(_ORDER).orders
    assert order["lines"] == other["lines"]
    assert order["order_id"] == other["order_id"]
    assert reading.acknowledgement == b'{"data":"OK"}'


@pytest.mark.parametrize("wrapped", ['"{}"', "{}", '"[{}]"'])
def test_detail_in_more_quotes_is_read(wrapped: str) -> None:
    one = json.dumps(_DETAIL[0], ensure_ascii=False)
    (order,) = read(changed(detail=wrapped.replace("{}", one))).orders
    assert [line["name"] for line in order["lines"]] == ["毛肚"]


@pytest.mark.parametrize("detail", ["", "nothing", "[", None])
def test_detail_that_can_not_be_read_is_a_card_and_no_empty_ticket(detail: Any) -> None:
    with pytest.raises(BodyError):
        read(changed(detail=detail))


def test_a_preorder_is_due_when_the_guest_wants_it() -> None:
    (order,) = read(changed(delivery_time="1795262400")).orders
    assert order["due_at"] == "2026-11-21T12:00:00+00:00"


def test_it_may_be_fetched_and_paid_in_cash() -> None:
    (order,) = read(changed(pick_type="1", pay_type="1")).orders
    assert (order["service"], order["payment"]) == ("pickup", "unpaid")
    assert not read(changed(pay_type="1"), cook_unpaid=False).orders


# --- what else happens ---------------------------------------------------------------------


@pytest.mark.parametrize(("status", "kind"), [("1", "ignored"), ("6", "closed"), ("8", "closed")])
def test_what_must_not_cook(status: str, kind: str) -> None:
    reading = read(changed(status=status))
    assert not reading.orders
    assert reading.ignored
    assert [each["closed"] for each in reading.amendments] == ([True] if kind == "closed" else [])


def test_a_state_that_nobody_knows_is_a_card() -> None:
    for status in ("5", "77", "x"):
        with pytest.raises(BodyError, match="status"):
            read(changed(status=status))


def test_a_shop_may_want_to_confirm_first() -> None:
    (order,) = read(_ORDER, wait_for_confirm=True).orders
    assert {line["state"] for line in order["lines"]} == {"held"}
    assert read({"order_id": "5", "status": "4"}).fire == ("5",)
    (confirmed,) = read(changed(status="4"), wait_for_confirm=True).orders
    assert all("state" not in line for line in confirmed["lines"])
    assert confirmed["revision"] > order["revision"]


@pytest.mark.parametrize(
    "fields",
    [
        {"order_id": "5", "reason_code": "1103", "reason": "不想要了"},
        {"orderCancel": json.dumps({"orderId": 5, "reasonCode": 1103})},
        {"order_id": "5", "notify_type": "agree"},
        {"orderRefund": json.dumps({"orderId": 5, "notifyType": "agree"})},
        {"order_id": "5", "status": "9"},
    ],
)
def test_cancels_and_full_refunds_void(fields: dict[str, Any]) -> None:
    (order,) = read(fields).orders
    assert (order["order_id"], order["cancelled"], order["partial"]) == ("5", True, True)


def test_a_cancel_by_get_has_everything_in_the_query() -> None:
    push = Push(b"", url=f"{_URL}/cancel?order_id=5&reason_code=1101&sig=x", method="GET")
    reading = Meituan().read(push, CONTEXT)
    assert reading.orders[0]["cancelled"]
    assert reading.acknowledgement == b'{"data":"ok"}'


def test_a_part_given_back_is_a_return_line() -> None:
    food = [{"app_food_code": "101", "food_name": "毛肚", "count": 1, "spec": "大份"}]
    refund = {"order_id": "5", "notify_type": "part", "food": json.dumps(food), "res_type": "2"}
    (order,) = read(refund).amendments
    assert lines_made(order) == [(-1, "毛肚", [(0, 1, "大份")], "部分退款 refunded")]
    assert order["partial"]
    assert read({**refund, "res_type": "0"}).ignored
    (again,) = read({**refund, "notify_type": "agree"}).amendments
    assert again["lines"] == order["lines"]


@pytest.mark.parametrize("kind", ["apply", "reject", "cancelRefund", "cancelRefundComplaint"])
def test_a_refund_that_is_not_decided_changes_nothing(kind: str) -> None:
    assert read({"order_id": "5", "notify_type": kind}).ignored


def test_a_reminder_is_a_card() -> None:
    reading = read({"order_id": "5", "remind_id": "1", "day_seq": "12"})
    assert reading.doubts[0].zh == "12 号单顾客催单"


@pytest.mark.parametrize(
    "fields",
    [{}, {"order_id": "5", "logistics_status": "10"}, {"tradeDetail": "{}"}, {"app_id": "1"}],
)
def test_what_is_not_for_the_kitchen_is_answered(fields: dict[str, Any]) -> None:
    reading = read(fields)
    assert reading.ignored
    assert reading.acknowledgement


@pytest.mark.parametrize("fields", [{"order_id": "5"}, {"x": "1"}, {"order": "x"}])
def test_what_nobody_knows_is_a_card(fields: dict[str, Any]) -> None:
    with pytest.raises(BodyError):
        read(fields)


# --- vouchers ------------------------------------------------------------------------------

_DEAL: dict[str, Any] = {
    "couponCode": "123456789012",
    "dealId": 42,
    "dealTitle": "四人餐",
    "count": 2,
    "table": "A08",
    "dealMenu": [
        [
            {"content": "锅底"},
            {"content": "麻辣锅", "specification": "1份", "price": "58"},
            {"content": "毛肚", "specification": "2份", "price": "36"},
        ]
    ],
}


def deal(**fields: Any) -> Reading:
    """Read a voucher."""
    return Meituan().read(json_push({**_DEAL, **fields}), CONTEXT)


def test_a_package_is_its_dishes_under_the_code() -> None:
    reading = deal()
    (order,) = reading.orders
    assert (order["order_id"], order["channel"]) == ("coupon-123456789012", "group_buy")
    assert lines_made(order) == [(2, "四人餐", [], ""), (2, "麻辣锅", [], ""), (4, "毛肚", [], "")]
    assert [line.get("parent") for line in order["lines"]] == [None, "deal", "deal"]
    assert deal().orders == reading.orders  # once more: the same ticket, so nothing is made again


def test_a_voucher_given_back_voids_and_cash_is_nothing_to_cook() -> None:
    assert deal(action="cancel").amendments[0]["cancelled"]
    assert deal(isVoucher=True).ignored == "a cash voucher"


def test_without_a_menu_the_package_is_one_line() -> None:
    (order,) = deal(dealMenu=None).orders
    assert lines_made(order) == [(2, "四人餐", [], "")]


# --- hostile payloads ----------------------------------------------------------------------


def _unpacked(payload: dict[str, Any]) -> Push:
    """Push a payload whose inner JSON was open to mutation."""
    packed = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in payload.items()
    }
    return form(packed)


def test_no_mutation_crashes_it_or_loses_a_line_in_silence() -> None:
    payload = {**_ORDER, "detail": _DETAIL, "extras": [{"remark": "满100元赠酸梅汤1份"}]}
    outcomes = survives(
        Meituan().read,
        payload,
        _unpacked,
        may_ignore=frozenset({"status"}),
        may_lose=frozenset({"status"}),
    )
    assert outcomes["ticket"] > 300
    assert outcomes["card"] > 50


def test_no_mutation_of_a_voucher_crashes_it() -> None:
    ways = frozenset({"couponCode", "isVoucher", "action", "dealMenu"})
    assert survives(Meituan().read, _DEAL, may_lose=ways)["ticket"] > 50


def test_no_mutation_of_a_refund_crashes_it() -> None:
    food = [{"app_food_code": "101", "food_name": "毛肚", "count": 1}]
    refund = {"order_id": "5", "notify_type": "part", "food": food, "res_type": "2"}
    survives(Meituan().read, refund, _unpacked, may_ignore=frozenset({"res_type"}))


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_a_form_in_another_charset_is_read(charset: str) -> None:
    """Fault 45: wrong encodings on intake."""
    push = Push(urlencode(_ORDER, encoding=charset).encode(), FORM)
    (order,) = Meituan().read(push, CONTEXT).orders
    assert [line["name"] for line in order["lines"]] == ["毛肚", "毛肚"]


def test_a_form_without_end_or_in_no_charset_is_a_card() -> None:
    for body in (b"a=1&" * 2000, b"%ff%00=%81"):
        with pytest.raises(BodyError):
            Meituan().read(Push(body, FORM), CONTEXT)


# --- signatures ----------------------------------------------------------------------------


def waimai_signed(fields: dict[str, str], secret: str, *, is_encoded: bool = False) -> Push:
    """Sign as the waimai platform does."""
    spelt = {name: quote_plus(value) if is_encoded else value for name, value in fields.items()}
    content = "&".join(f"{name}={spelt[name]}" for name in sorted(spelt))
    sig = hashlib.md5(f"{_URL}?{content}{secret}".encode(), usedforsecurity=False).hexdigest()
    return form({**fields, "sig": sig})


def saas_signed(fields: dict[str, str], secret: str) -> Push:
    """Sign as the SaaS platform does."""
    content = "".join(name + fields[name] for name in sorted(fields) if fields[name])
    sign = hashlib.sha1((secret + content).encode(), usedforsecurity=False).hexdigest()
    return form({**fields, "sign": sign})


_SIGNED = {
    "order_id": "5",
    "caution": "少 辣&+",
    "empty": "",
    "timestamp": str(int(AT.timestamp())),
}


@pytest.mark.parametrize(
    "push",
    [
        waimai_signed(_SIGNED, "old"),
        waimai_signed(_SIGNED, "new", is_encoded=True),
        saas_signed(_SIGNED, "new"),
    ],
)
def test_a_signature_of_either_platform(push: Push) -> None:
    Meituan().verify(push, ["new", "old"], AT)


@pytest.mark.parametrize(
    "push",
    [
        waimai_signed(_SIGNED, "guessed"),
        saas_signed(_SIGNED, "guessed"),
        form(_SIGNED),
        form({**_SIGNED, "sig": ""}),
        waimai_signed({**_SIGNED, "timestamp": "1500000000"}, "new"),
        Push(waimai_signed(_SIGNED, "new").body + b"&x=1", FORM, url=_URL),
        Push(waimai_signed(_SIGNED, "new").body + b"&order_id=6", FORM, url=_URL),
        Push(waimai_signed(_SIGNED, "new").body, FORM, url=_URL + "x"),
    ],
)
def test_a_wrong_signature_is_refused(push: Push) -> None:
    with pytest.raises(BadSignature):
        Meituan().verify(push, ["new", "old"], AT)


# --- other people's payloads ---------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "saas_order_emoji_note_16650443174389601",
        "waimai_form_push_24581032571314888_spec_and_property",
    ],
)
@pytest.mark.parametrize("way", ["json", "form", "saas"])
def test_real_pushes(samples_dir: Path, name: str, way: str) -> None:
    file = f"meituan/{name}.json"
    wanted = expected(samples_dir, file)
    body = (samples_dir / file).read_bytes()
    fields = json.loads(body)
    push = {
        "json": Push(body, "application/json"),
        "form": form(fields),
        "saas": form({"order": json.dumps(fields)}),
    }[way]
    (order,) = Meituan().read(push, CONTEXT).orders
    assert lines_made(order) == lines_expected(wanted)
    for key in ("order_id", "number", "customer"):
        assert order[key] == wanted[key]
    assert (order["service"], order["note"]) == (wanted["type"], wanted["order_note"])
