"""The generic adapter: any payload by a mapping file, and every fault of such a file told."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from ruamel.yaml import YAML

from kds.kitchen.messages import Service
from kds.records.errors import BodyError
from pos_bridge.adapters.adapter import BadSignature, Push, Reading
from pos_bridge.adapters.mapped.jsonschema import map_schema
from pos_bridge.adapters.mapped.mapped import Mapped, read_map
from pos_bridge.adapters.mapped.schema import SCHEMES
from tests.unit.adapters.mutations import AT, CONTEXT, json_push, survives
from tests.unit.adapters.tickets import expected, lines_expected, lines_made
from tests.unit.rulebook.test_jsonschema import fits

_MAP = """
orders: data.order
states: {path: /event.type, cook: [new, changed], ignore: [draft, price], cancel: [void],
         close: [done]}
cook_unpaid: no
acknowledge: '{"code":0}'
signature: {scheme: hmac-sha256-hex, header: X-Sign, prefix: "sha256=", timestamp: X-Time,
            content: "{timestamp}.{body}"}
order:
  order_id: ref
  revision: version
  number: [display, ref]
  service: {path: kind, table: {EAT: dine_in, GO: takeaway}}
  channel: {value: kiosk}
  table: place.name
  guests: place.guests
  placed_at: created
  due_at: wanted
  payment: {path: paid, table: {"true": paid, "false": unpaid}}
  member: fields[name=level].value
  member_note: fields[name=wish].value
  customer: {template: "{guest.first} {guest.last}"}
  note: {join: ["notes[*].text", /shop.note], by: " / "}
  lines:
    at: [items, extras]
    skip: {path: type, values: [fee, discount]}
    line_id: uid
    item_id: sku
    name: title
    category: group
    tags: [labels, "marks[*].text", flag]
    quantity: {path: grams, divide: 1000, default: "1000"}
    unit: unit
    course: course
    note: wish
    state: {path: fired, table: {"true": ordered, "false": held}}
    modifiers:
      - {at: options, inside: sub, name: {template: "{set}: {label}"}, quantity: count,
         kind: {path: verb, table: {NO: remove, EXTRA: add}, default: choice}}
      - {at: hints, name: ., kind: {value: note}}
    parts: dishes
"""
_EPOS = """
order:
  order_id: {template: "{kind}-{id}"}
  number: id
  service: {path: kind, table: {eat-in: dine_in, eat-out: takeaway}}
  table: tableName
  guests: numberOfGuests
  placed_at: dateTime
  customer: [customer.name, customer.orderId]
  note: notes
  lines:
    at: items
    line_id: orderItemId
    name: name
    quantity: quantity
    modifiers: {at: editOptions, name: .}
"""
_PAYLOAD: dict[str, Any] = {
    "event": {"type": "new"},
    "shop": {"note": "shop"},
    "data": {
        "order": {
            "ref": 9007199254740993,
            "version": 3,
            "kind": "GO",
            "paid": True,
            "place": {"name": "", "guests": 2},
            "created": "2026-11-21T19:00:00",
            "wanted": 1795345200,
            "guest": {"first": "Li", "last": ""},
            "fields": [{"name": "level", "value": "gold"}, {"name": "wish", "value": "no nuts"}],
            "notes": '[{"text": "hot"}, {"text": "hot"}, {"text": "fast"}]',
            "items": [
                {
                    "uid": "a",
                    "sku": 7,
                    "title": "Feast &amp; more",
                    "grams": 1500,
                    "unit": "斤",
                    "labels": ["new", "", {"x": 1}],
                    "marks": [{"text": "spicy"}, {"text": 7}],
                    "flag": "hot",
                    "fired": False,
                    "options": [
                        {
                            "set": "Sauce",
                            "label": "Chili",
                            "count": 2,
                            "verb": "EXTRA",
                            "sub": [{"label": "Onion", "verb": "NO", "sub": {"label": "Green"}}],
                        }
                    ],
                    "hints": ["well done"],
                    "dishes": [{"uid": "b", "title": "Soup", "grams": 1000}],
                },
                {"title": "Delivery", "type": "fee"},
            ],
            "extras": {"uid": "c", "title": "Bread", "grams": "2000"},
        }
    },
}


def mapped(text: str = _MAP) -> Mapped:
    """Return the adapter of a mapping that has no faults."""
    spec, faults = read_map("pos/acme.yaml", text)
    assert spec is not None, [found.text() for found in faults]
    return Mapped("acme", spec)


def changed(**fields: Any) -> dict[str, Any]:
    """Return the payload with other fields in its order."""
    copy: dict[str, Any] = json.loads(json.dumps(_PAYLOAD))
    event = fields.pop("event", None)
    copy["data"]["order"] |= fields
    if event is not None:
        copy["event"]["type"] = event
    return copy


def read(payload: Any) -> Reading:
    """Read a payload by the mapping above."""
    return mapped().read(json_push(payload), CONTEXT)


def test_every_field_is_found_where_the_file_says() -> None:
    (order,) = read(_PAYLOAD).orders
    lines = order["lines"]
    assert {key: value for key, value in order.items() if key != "lines"} == {
        "source": "shop-1",
        "order_id": "9007199254740993",
        "revision": 3,
        "number": "9007199254740993",
        "service": "takeaway",
        "channel": "kiosk",
        "guests": 2,
        "placed_at": "2026-11-21T19:00:00+08:00",
        "due_at": "2026-11-22T11:00:00+00:00",
        "payment": "paid",
        "member": {"tier": "gold", "note": "no nuts"},
        "customer": "Li",
        "note": "hot / fast / shop",
        "partial": False,
        "closed": False,
        "cancelled": False,
    }
    modifiers = lines[0].pop("modifiers")
    assert lines == [
        {
            "line_id": "a",
            "name": "Feast & more",
            "item_id": "7",
            "unit": "斤",
            "tags": ["new", "spicy", "7", "hot"],
            "state": "held",
            "quantity": "1.5",
        },
        {"line_id": "b", "parent": "a", "name": "Soup", "quantity": "1"},
        {"line_id": "c", "name": "Bread", "quantity": "2"},
    ]
    deepest = {"name": "Green", "kind": "choice", "quantity": "1"}
    onion = {"name": "Onion", "kind": "remove", "quantity": "1", "modifiers": [deepest]}
    assert modifiers == [
        {"name": "Sauce: Chili", "kind": "add", "quantity": "2", "modifiers": [onion]},
        {"name": "well done", "kind": "note", "quantity": "1"},
    ]


def test_the_sender_hears_its_own_words() -> None:
    assert read(_PAYLOAD).acknowledgement == b'{"code":0}'


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"event": "draft"}, "state draft"),
        ({"event": "PRICE"}, "state price"),
        ({"paid": False}, "not paid"),
    ],
)
def test_what_must_not_cook_is_ignored(fields: dict[str, Any], why: str) -> None:
    reading = read(changed(**fields))
    assert (reading.orders, reading.ignored) == ((), why)


def test_a_cancel_voids_and_an_end_closes() -> None:
    (order,) = read(changed(event="void", items=None, extras=None)).orders
    assert (order["cancelled"], order["partial"], order["lines"]) == (True, True, [])
    reading = read(changed(event="done"))
    assert not reading.orders
    assert reading.amendments[0]["closed"]


def test_a_state_that_nobody_knows_is_a_card() -> None:
    with pytest.raises(BodyError, match="does not say what the state 'baked' means"):
        read(changed(event="baked"))


def test_half_an_id_is_no_id() -> None:
    """Two orders that lose the same half would be one ticket."""
    adapter = mapped(_MAP.replace("order_id: ref", 'order_id: {template: "{kind}-{ref}"}'))
    (order,) = adapter.read(json_push(_PAYLOAD), CONTEXT).orders
    assert order["order_id"] == "GO-9007199254740993"
    with pytest.raises(BodyError, match="is missing"):
        adapter.read(json_push(changed(ref=None)), CONTEXT)


def test_a_form_with_json_in_it() -> None:
    form = {"event": json.dumps(_PAYLOAD["event"]), "data": json.dumps(_PAYLOAD["data"])}
    push = Push(urlencode(form).encode(), "application/x-www-form-urlencoded; charset=utf-8")
    assert len(mapped().read(push, CONTEXT).orders[0]["lines"]) == 3
    twice = Push(push.body + b"&event=x", push.content_type)
    with pytest.raises(BodyError, match="event: comes twice"):
        mapped().read(twice, CONTEXT)


def test_no_mutation_crashes_it_or_loses_a_line_in_silence() -> None:
    outcomes = survives(
        mapped().read,
        _PAYLOAD,
        may_ignore=frozenset({"paid", "event"}),
        may_lose=frozenset({"event", "type", "items", "extras", "dishes"}),
    )
    assert outcomes["ticket"] > 300
    assert outcomes["card"] > 100


def test_no_mutation_loses_a_line_of_one_list() -> None:
    till = {"id": 1, "kind": "eat-in", "items": [{"name": "Rice", "editOptions": ["hot"]}] * 2}
    assert survives(mapped(_EPOS).read, till)["ticket"] > 50


# --- signatures ----------------------------------------------------------------------------


def signed(body: bytes, *, secret: str = "s", at_s: int = int(AT.timestamp())) -> Push:
    """Return a push signed as the mapping above says."""
    content = f"{at_s}.".encode() + body
    proof = "sha256=" + hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()
    return Push(body, headers={"x-sign": proof, "x-time": str(at_s)})


def test_a_signature_over_time_and_body() -> None:
    mapped().verify(signed(b"{}"), ["other", "s"], AT)
    late = AT + timedelta(minutes=6)
    for push, at in ((signed(b"{}", secret="x"), AT), (signed(b"{}"), late), (Push(b"{}"), AT)):
        with pytest.raises(BadSignature):
            mapped().verify(push, ["s"], at)


def test_without_a_scheme_the_secret_is_a_bearer_token() -> None:
    adapter = mapped("order: {order_id: id, lines: {at: items, name: name}}")
    adapter.verify(Push(b"", headers={"authorization": "Bearer s"}), ["s"], AT)
    with pytest.raises(BadSignature):
        adapter.verify(Push(b"", headers={"authorization": "Bearer t"}), ["s"], AT)


def test_standard_webhooks_with_several_signatures() -> None:
    order = "order: {order_id: id, lines: {at: items, name: name}}"
    adapter = mapped(f"{order}\nsignature: {{scheme: standard-webhooks}}")
    key = base64.b64encode(b"a key of some length").decode()
    stamp = str(int(AT.timestamp()))
    content = f"msg_1.{stamp}.".encode() + b"{}"
    made = hmac.new(b"a key of some length", content, hashlib.sha256).digest()
    proof = f"v1,{base64.b64encode(b'x' * 32).decode()} v1,{base64.b64encode(made).decode()}"
    headers = {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": proof}
    adapter.verify(Push(b"{}", headers=headers), [f"whsec_{key}"], AT)
    with pytest.raises(BadSignature):
        adapter.verify(Push(b"{ }", headers=headers), [f"whsec_{key}"], AT)


# --- faults of a file ----------------------------------------------------------------------

_BAD = """\
order:
  order_id: {path: a, first: [b]}
  servce: kind
  service: {path: kind, table: {a: dinein}}
  number: a..b
  note: {template: "{a"}
  lines:
    at: items[x]
    nam: name
states: {path: s, cook: [a], ignor: [b]}
signature: {scheme: hmac, header: "X Y", content: "{bdy}"}
"""
_TOLD = [
    "2:13: write exactly one of path, first, join, template, value",
    "3:3: unknown key 'servce' (did you mean 'service'?)",
    f"4:36: 'dinein' is not one of: {', '.join(Service)} (did you mean 'dine_in'?)",
    "5:11: the path 'a..b' can not be read from '.b' on",
    "6:20: a brace in '{a' has no counterpart",
    "8:5: 'name' is missing",
    "8:9: in the path 'items[x]' brackets hold 0, * or key=value",
    "9:5: unknown key 'nam' (did you mean 'name'?)",
    "10:30: unknown key 'ignor' (did you mean 'ignore'?)",
    f"11:21: 'hmac' is not one of: {', '.join(SCHEMES)}",
    "11:35: 'X Y' is no name of a header",
    "11:51: 'bdy' is not one of: body, url, timestamp (did you mean 'body'?)",
]


def test_every_fault_of_a_file_is_told_with_its_place() -> None:
    spec, faults = read_map("pos/acme.yaml", _BAD)
    assert spec is None
    told = sorted(faults, key=lambda found: (found.line, found.col))
    assert [found.text("en") for found in told] == [f"pos/acme.yaml:{each}" for each in _TOLD]
    assert "是不是“service”" in told[1].text("zh")


@pytest.mark.parametrize(
    "text", ["", "[]", "order: 1", "order: {", "a: *b", "\tx: 1", "x: 1\n---\n"]
)
def test_no_text_crashes_the_reading(text: str) -> None:
    spec, faults = read_map("pos/acme.yaml", text)
    assert spec is None
    assert faults


def test_the_example_in_the_readme_has_no_faults() -> None:
    readme = (Path(__file__).resolve().parents[3] / "README.md").read_text("utf-8")
    (example,) = [each for each in readme.split("```yaml\n") if each.startswith("order:")]
    order = {"status": "new", "id": 1, "items": [{"title": "Rice", "options": [{"name": "hot"}]}]}
    reading = mapped(example.partition("```")[0]).read(json_push(order), CONTEXT)
    assert reading.orders[0]["lines"][0]["modifiers"][0]["name"] == "hot"


# --- editors -------------------------------------------------------------------------------

_SCHEMA = map_schema("zh")


def test_no_key_of_the_schema_is_without_words() -> None:
    shapes = [_SCHEMA, *_SCHEMA["definitions"].values()]
    bare = [
        key
        for shape in shapes
        for key, value in shape.get("properties", {}).items()
        if not value.get("description")
    ]
    assert not bare


@pytest.mark.parametrize("text", [_MAP, _EPOS])
def test_what_is_right_is_not_underlined(text: str) -> None:
    assert fits(YAML(typ="safe", pure=True).load(text), _SCHEMA)


def test_what_is_wrong_is() -> None:
    assert not fits(YAML(typ="safe", pure=True).load(_BAD), _SCHEMA)


# --- other people's payloads ---------------------------------------------------------------


@pytest.mark.parametrize("name", ["eat-in_2", "eat-in_3", "eat-out_2", "eat-out_7"])
def test_a_till_that_nobody_has_heard_of(samples_dir: Path, name: str) -> None:
    file = f"spicalous/joined_{name}.json"
    wanted = expected(samples_dir, file)
    body = (samples_dir / file).read_bytes()
    (order,) = mapped(_EPOS).read(Push(body), CONTEXT).orders
    assert lines_made(order) == lines_expected(wanted)
    assert order["order_id"] == wanted["order_id"]
    for ours, theirs in (("number", "number"), ("table", "table"), ("note", "order_note")):
        assert order.get(ours) == wanted[theirs]
    assert (order.get("guests"), order.get("customer")) == (wanted["guests"], wanted["customer"])
