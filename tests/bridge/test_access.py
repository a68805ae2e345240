"""Who may talk to the bridge."""

from __future__ import annotations

import pytest

from pos_bridge.access import Access, Caller


def caller(
    host: str = "127.0.0.1:8480", origin: str = "", token: str = "", address: str = "127.0.0.1"
) -> Caller:
    return Caller([host], [origin] if origin else [], [token] if token else [], address)


def status(access: Access, who: Caller, *, is_public: bool = False) -> int | None:
    refusal = access.refusal(who, is_public=is_public)
    return None if refusal is None else refusal.status


OPEN = Access((), "127.0.0.1")
LOCKED = Access(("first", "second"), "0.0.0.0")


def test_without_tokens_programs_of_this_machine_are_believed() -> None:
    assert status(OPEN, caller()) is None
    assert status(OPEN, caller(host="localhost:8480")) is None
    assert status(OPEN, caller(host="[::1]:8480", address="::1")) is None


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "[::1", "", "10.0.0.5"])
def test_a_name_that_was_pointed_at_this_machine_is_refused(host: str) -> None:
    """DNS rebinding: a web page's own name resolves to 127.0.0.1, so only the Host tells."""
    assert status(OPEN, caller(host=host)) == 403
    assert status(OPEN, caller(host=host), is_public=True) == 403


def test_two_host_headers_are_refused() -> None:
    assert status(OPEN, Caller(["127.0.0.1", "evil"], [], [], "127.0.0.1")) == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "file://", "http://127.0.0.1:1"])
@pytest.mark.parametrize("access", [OPEN, LOCKED])
def test_pages_of_other_origins_are_refused(access: Access, origin: str) -> None:
    """Cross-site requests and websocket hijacking: the browser sends the page's origin along."""
    assert status(access, caller(origin=origin, token="Bearer first")) == 403


def test_a_page_of_the_bridge_itself_may_call() -> None:
    assert status(OPEN, caller(origin="http://127.0.0.1:8480")) is None


def test_without_tokens_a_caller_from_elsewhere_is_refused() -> None:
    assert status(OPEN, caller(address="192.168.1.7")) == 401


@pytest.mark.parametrize("token", ["Bearer first", "bearer second", "BEARER  first"])
def test_any_of_several_tokens_lets_in(token: str) -> None:
    assert status(LOCKED, caller(host="bridge.lan:8480", token=token)) is None


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer ", "Bearer firs", "Basic first", "first"])
def test_anything_else_does_not(token: str) -> None:
    assert status(LOCKED, caller(token=token)) == 401


def test_health_needs_no_token() -> None:
    assert status(LOCKED, caller(), is_public=True) is None
