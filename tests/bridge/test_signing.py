"""Signatures and settings of webhooks, by the letter of Standard Webhooks."""

from __future__ import annotations

import base64

import pytest

from pos_bridge.status.posting import retry_after_s
from pos_bridge.status.signing import headers, secret_of
from pos_bridge.status.webhooks import read_webhooks
from tests.bridge.receiver import OLD_SECRET, SECRET, is_genuine


def test_the_vector_of_the_specification() -> None:
    """The example that the reference libraries of Standard Webhooks are tested with."""
    secret = secret_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = headers([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signed == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_while_secrets_change_either_fits_and_a_changed_byte_fits_none() -> None:
    from time import time

    signed = headers([secret_of(SECRET), secret_of(OLD_SECRET)], "msg_1", int(time()), b"{}")
    assert is_genuine(signed, b"{}", SECRET)
    assert is_genuine(signed, b"{}", OLD_SECRET)
    assert not is_genuine(signed, b"{ }", SECRET)
    assert not is_genuine(signed | {"webhook-id": "msg_2"}, b"{}", SECRET)
    stale = headers([secret_of(SECRET)], "msg_1", int(time()) - 301, b"{}")
    assert not is_genuine(stale, b"{}", SECRET)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is no secret"),
        ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "is no secret"),
        ("whsec_***", "is no secret"),
        ("whsec_" + base64.b64encode(b"short").decode(), "must hold 24 to 64 bytes, it holds 5"),
    ],
)
def test_a_text_that_is_no_secret_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        secret_of(text)


def test_every_fault_of_the_settings_is_named_with_its_line() -> None:
    text = f"""
[pos.toast]
secrets = ["of another part"]

[[webhook]]
url = "https://a.example/x"
secrets = ["{SECRET}"]
events = ["order.ready", "order.raedy"]

[[webhook]]
url = "https://user:word@a.example/"
secrets = ["whsec_no"]
source = "till-1"
"""
    hooks, faults = read_webhooks("pos.toml", text)
    assert hooks is None
    assert [fault.text("en") for fault in faults] == [
        "pos.toml:8:1: no event 'order.raedy' (did you mean 'order.ready'?)",
        "pos.toml:13:1: there is no 'source' here (did you mean 'sources'?)",
        "pos.toml:11:1: url must be an address such as https://…",
        "pos.toml:12:1: secret 1 is no secret: it must be whsec_ and base64",
    ]
    assert all(fault.text("zh") != fault.text("en") for fault in faults)


@pytest.mark.parametrize(
    "text",
    [
        "webhook = 7",
        "[webhook]",
        "webhook = [1]",
        '[[webhook]]\nurl = 5\nsecrets = "x"\nname = 3\nsources = "a"\nevents = {}',
        '[[webhook]]\nurl = "file:///etc/passwd"\nsecrets = []',
        '[[webhook]]\nurl = "http://[::1"\nsecrets = [""]',
    ],
)
def test_settings_of_the_wrong_kind_are_faults_not_crashes(text: str) -> None:
    hooks, faults = read_webhooks("pos.toml", text)
    assert hooks is None
    assert faults


def test_a_text_that_is_no_toml_changes_nothing() -> None:
    assert read_webhooks("pos.toml", "[[webhook]") == (None, ())


def test_two_that_could_not_be_told_apart_are_refused() -> None:
    one = f'[[webhook]]\nurl = "https://a.example"\nsecrets = ["{SECRET}"]\n'
    assert read_webhooks("pos.toml", one + one)[0] is None
    hooks, _ = read_webhooks("pos.toml", one + one + 'name = "second"\n')
    assert hooks is not None
    assert [hook.name for hook in hooks] == ["a.example", "second"]


def test_a_webhook_hears_of_what_it_asked_for_under_the_name_it_asked_for() -> None:
    hooks, _ = read_webhooks(
        "pos.toml",
        f'[[webhook]]\nurl = "https://a.example"\nsecrets = ["{SECRET}"]\n'
        'sources = ["till-1"]\nevents = ["line.ready", "stock.*"]\n',
    )
    assert hooks is not None
    (hook,) = hooks
    assert (hook.wants("till-1"), hook.wants("till-2")) == (True, False)
    assert hook.topic(("order.ready", "line.ready")) == "line.ready"
    assert hook.topic(("stock.sold_out",)) == "stock.sold_out"
    assert hook.topic(("order.accepted",)) is None


def test_neither_address_nor_secret_is_shown_by_accident() -> None:
    text = f'[[webhook]]\nurl = "https://a.example/t0ken"\nsecrets = ["{SECRET}"]\n'
    hooks, _ = read_webhooks("pos.toml", text)
    assert "t0ken" not in repr(hooks)
    assert "secret" not in repr(hooks)


@pytest.mark.parametrize(
    ("value", "wait_s"),
    [
        ("", None),
        ("soon", None),
        ("-5", None),
        ("٣", None),
        ("7", 7.0),
        ("99999999", 3600.0),
        ("Tue, 24 Nov 2026 12:00:30 GMT", 30.0),
        ("Tue, 24 Nov 2026 11:00:00 GMT", 0.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, wait_s: float | None) -> None:
    assert retry_after_s(value, 1795521600.0) == wait_s  # 2026-11-24T12:00:00Z
