"""Pushes that got lost: a bridge asks the vendor what has changed, and cooks it all the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.bridge.harness import Running, eventually, running
from tests.bridge.toy_api import ToyApi
from tests.unit.adapters import test_toast, test_ubereats

_LOGIN = "/authentication/v1/authentication/login"
_BULK = "GET /orders/v2/ordersBulk"
_LIST = "GET /v1/delivery/store/st-1/orders"


@contextmanager
def asking(data: Path, settings: str) -> Iterator[Running]:
    """Start a bridge that asks every second."""
    data.mkdir()
    (data / "pos.toml").write_text(f"{settings}\ncatch_up_s = 1\n")
    with running(data) as started:
        yield started


def dishes(bridge: Running, vendor: str, order: str) -> list[tuple[str, str]]:
    """Return what is to be cooked of an order, and how much."""
    answer = bridge.client.get(f"/v1/orders/{vendor}/{order}")
    lines = answer.json()["lines"] if answer.status_code == 200 else []
    found = [(line["name"], line["portions"]["queued"]) for line in lines]
    return [each for each in found if each[1] != "0"]


def times(toy: ToyApi, path: str) -> int:
    """Return how often something was asked for."""
    return [each.path for each in toy.asked].count(path)


@pytest.fixture(scope="module")
def toast() -> Iterator[ToyApi]:
    """Toast: its login, and nothing that has changed."""
    token = {"accessToken": "a day's token", "expiresIn": 86_400, "tokenType": "Bearer"}
    login = [(200, {"token": token, "status": "SUCCESS"})]
    with ToyApi({f"POST {_LOGIN}": login, _BULK: [(200, [])]}).serving() as toy:
        yield toy


@pytest.fixture(scope="module")
def toasting(tmp_path_factory: pytest.TempPathFactory, toast: ToyApi) -> Iterator[Running]:
    """A bridge that may ask Toast."""
    settings = (
        f'[pos.toast]\napi = "{toast.url}"\ntoken_url = "{toast.url}{_LOGIN}"\n'
        'client_id = "us"\nclient_secret = "a secret word"\nstores = ["r-1"]'
    )
    with asking(tmp_path_factory.mktemp("toast") / "data", settings) as bridge:
        yield bridge
        assert "a secret word" not in bridge.logged()


def test_toast_is_asked_with_a_login_of_its_own(toasting: Running, toast: ToyApi) -> None:
    toast.answers[_BULK] = [(200, [test_toast.sold(guid="lost-1")]), (200, [])]
    eventually(lambda: dishes(toasting, "toast", "lost-1") == [("Curry", "1")])
    login = next(each for each in toast.asked if each.path == _LOGIN)
    assert login.body == {
        "clientId": "us",
        "clientSecret": "a secret word",
        "userAccessType": "TOAST_MACHINE_CLIENT",
    }
    asked = [each for each in toast.asked if each.path.startswith("/orders")]
    assert {each.headers["authorization"] for each in asked} == {"Bearer a day's token"}
    assert {each.headers["toast-restaurant-external-id"] for each in asked} == {"r-1"}
    seen, logins = len(toast.asked), times(toast, _LOGIN)
    eventually(lambda: len(toast.asked) > seen + 1)
    assert times(toast, _LOGIN) == logins


def test_toasts_order_is_changed_and_void_by_what_no_push_has_told(
    toasting: Running, toast: ToyApi
) -> None:
    later, last = (f"2026-11-21T11:0{minute}:00.000+0000" for minute in (8, 9))
    toast.answers[_BULK] = [(200, [test_toast.sold(guid="lost-2")]), (200, [])]
    eventually(lambda: dishes(toasting, "toast", "lost-2") != [])
    soup = test_toast.check(test_toast.selection("s9", "Soup", modifiedDate=later))
    toast.answers[_BULK] = [(200, [test_toast.sold(soup, guid="lost-2")]), (200, [])]
    eventually(lambda: dishes(toasting, "toast", "lost-2") == [("Soup", "1")])
    gone = test_toast.sold(soup, guid="lost-2", voided=True, modifiedDate=last)
    toast.answers[_BULK] = [(200, [gone]), (200, [])]
    eventually(lambda: dishes(toasting, "toast", "lost-2") == [])


def test_a_toast_that_refuses_the_login_is_said_and_asked_again(
    toasting: Running, toast: ToyApi
) -> None:
    before = eventually(lambda: times(toast, _LOGIN))
    toast.answers[_BULK] = [(401, {}), (200, [test_toast.sold(guid="lost-3")]), (200, [])]
    eventually(lambda: dishes(toasting, "toast", "lost-3") != [])
    assert times(toast, _LOGIN) == before + 1
    assert "toast can not be asked for changes: 401" in toasting.logged()


# --- Uber Eats -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def uber() -> Iterator[ToyApi]:
    """Uber Eats."""
    with ToyApi({_LIST: [(200, {"data": []})]}).serving() as toy:
        yield toy


@pytest.fixture(scope="module")
def eating(tmp_path_factory: pytest.TempPathFactory, uber: ToyApi) -> Iterator[Running]:
    """A bridge that may ask Uber Eats."""
    settings = f'[pos.ubereats]\napi = "{uber.url}"\napi_token = "t"\nstores = ["st-1"]'
    with asking(tmp_path_factory.mktemp("uber") / "data", settings) as bridge:
        yield bridge


def listed(order: str, state: str = "ACCEPTED") -> tuple[int, Any]:
    """Return the list of a store with one order, placed just now."""
    placed = datetime.now(UTC).isoformat()
    return 200, {"data": [test_ubereats.entry(order, state, created_time=placed)]}


def test_ubers_order_is_read_once_and_cancelled_by_what_no_push_has_told(
    eating: Running, uber: ToyApi
) -> None:
    """It stands in the list for hours: it is not read anew each time."""
    path = "/v2/eats/order/lost-1"
    uber.answers[f"GET {path}"] = [(200, test_ubereats.sold(id="lost-1", store={"id": "st-1"}))]
    uber.answers[_LIST] = [listed("lost-1")]
    eventually(lambda: dishes(eating, "ubereats", "lost-1") == [("Curry", "2"), ("Soup", "1")])
    seen = len(uber.asked)
    eventually(lambda: len(uber.asked) > seen + 2)
    assert times(uber, path) == 1
    uber.answers[_LIST] = [listed("lost-1", "FAILED")]
    eventually(lambda: dishes(eating, "ubereats", "lost-1") == [])
