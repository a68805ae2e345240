"""A vendor's API where every request is signed, and every answer is HTTP 200."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pytest

from pos_bridge.adapters.adapter import Fetch
from pos_bridge.adapters.signing import Key, Meaning, Request
from pos_bridge.channels.settings import Api, read_settings
from pos_bridge.channels.tokens import Token
from pos_bridge.channels.vendor_api import NoAnswerError, VendorApi
from tests.bridge.toy_http import Quiet, serving

SECRET, TOKEN = "a long secret", "a long token"
FETCH = Fetch("f1", "42", "/orders/42")


class Signer:
    """An adapter of a vendor that wants time, nonce and token signed."""

    api = "https://api.toy.example/"

    def signed(self, fetch: Fetch, key: Key, at: datetime, nonce: str) -> Request:
        stamp = str(int(at.timestamp()))
        sig = _digest(nonce, stamp, key.token, key.secret)
        query = f"nonce={nonce}&at={stamp}&token={key.token}&sig={sig}"
        return Request("GET", f"{key.base}{fetch.path}?{query}")

    def meaning(self, fetch: Fetch, body: bytes) -> Meaning:
        del fetch
        said = json.loads(body)
        return Meaning(said.get("code", 200), said.get("message", ""))

    def token_request(self, url: str, key: Key) -> Request:
        return Request("POST", url, {"X-Key": f"{key.id} {key.secret}"}, "please")


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@dataclass
class Vendor:
    """The vendor: answers as planned, and checks what is signed."""

    url: str = ""
    plan: list[dict[str, Any]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    tokens: int = 0

    def says(self, query: str) -> dict[str, Any]:
        """Return the next answer."""
        told = dict(each.split("=", 1) for each in query.split("&"))
        self.asked.append(told)
        known = told["token"].replace("%20", " ")
        if told["sig"] != _digest(told["nonce"], told["at"], known, SECRET):
            return {"code": 401, "message": "not signed with our key"}
        return self.plan.pop(0) if self.plan else {"order": 42}

    @contextmanager
    def serving(self) -> Iterator[Vendor]:
        vendor = self

        class Handler(Quiet):
            def do_GET(self) -> None:  # noqa: N802 - http.server calls it so
                path, _, query = self.path.partition("?")
                assert path == "/orders/42"
                self.say(200, json.dumps(vendor.says(query)).encode(), {})

            def do_POST(self) -> None:  # noqa: N802
                assert self.headers["x-key"] == f"us {SECRET}"
                self.rfile.read(int(self.headers["content-length"]))
                vendor.tokens += 1
                said = {"access_token": f"own-{vendor.tokens}", "expires_in": 3600}
                self.say(200, json.dumps(said).encode(), {})

        with serving(Handler) as port:
            self.url = f"http://127.0.0.1:{port}"
            yield self


@contextmanager
def vendor_and_api(**settings: str) -> Iterator[tuple[Vendor, VendorApi]]:
    with Vendor().serving() as vendor:
        known = {"client_id": "us", "key": SECRET, "token": TOKEN} | settings
        yield vendor, VendorApi(Api(base=vendor.url, **known), Signer(), Token())  # type: ignore[arg-type]


async def refused(api: VendorApi) -> NoAnswerError:
    with pytest.raises(NoAnswerError) as caught:
        await api.ask(FETCH)
    return caught.value


async def test_each_try_is_signed_anew() -> None:
    """A signature that was kept would be too old when the line is back."""
    with vendor_and_api() as (vendor, api):
        for _ in range(2):
            assert (await api.ask(FETCH)).body == b'{"order": 42}'
        first, second = vendor.asked
        assert first["nonce"] != second["nonce"]
        assert len(first["nonce"]) == 32
        await api.close()


async def test_what_is_wrong_in_the_body_is_a_failure() -> None:
    with vendor_and_api() as (vendor, api):
        for code in (429, 503):
            vendor.plan = [{"code": code, "message": "so many"}]
            error = await refused(api)
            assert (str(error), error.is_about_all) == (f"it answers {code}: so many", True)
            assert error.why.zh == f"对方回答 {code}：so many"
        vendor.plan = [{"code": 425, "message": "wait a minute"}]
        assert not (await refused(api)).is_about_all
        vendor.plan = [{"code": 404}, {"code": 409, "message": "not\nnow"}]
        assert (await api.ask(FETCH)).status == 404
        answer = await api.ask(FETCH)
        assert (answer.status, answer.why) == (409, "not now")
        await api.close()


async def test_a_wrong_key_is_told_as_the_vendor_tells_it() -> None:
    with vendor_and_api(key="another secret") as (_, api):
        told = "401: the credentials are refused: not signed with our key"
        assert str(await refused(api)) == told
        await api.close()


async def test_no_secret_is_told_whatever_the_vendor_says() -> None:
    """Fault: a vendor that repeats what was to be signed shows the secret to all who read."""
    with vendor_and_api() as (vendor, api):
        vendor.plan = [{"code": 400, "message": f"{SECRET}{TOKEN} x"}]
        assert (await api.ask(FETCH)).why == "…… x"
        vendor.plan = [{"code": 503, "message": f"{SECRET} y"}]
        assert str(await refused(api)) == "it answers 503: … y"
        await api.close()
    gone = VendorApi(Api(vendor.url, TOKEN, client_id="us", key=SECRET), Signer(), Token())
    error = await refused(gone)
    assert not any(each in f"{error!r} {error.why}" for each in ("sig=", TOKEN, SECRET))
    await gone.close()


async def test_a_token_that_has_expired_is_asked_for_anew_in_the_vendors_way() -> None:
    with vendor_and_api(token="", token_url="set below") as (vendor, _):
        known, token = Api(vendor.url, "", f"{vendor.url}/token", "us", key=SECRET), Token()
        api = VendorApi(known, Signer(), token)
        await api.ask(FETCH)
        vendor.plan = [{"code": 401, "message": "own-1 has expired"}]
        assert str(await refused(api)) == "401: the credentials are refused: … has expired"
        await api.ask(FETCH)
        assert [told["token"] for told in vendor.asked] == ["own-1", "own-1", "own-2"]
        await api.close()


async def test_all_who_ask_a_vendor_share_one_token() -> None:
    """With some vendors a new token ends the one before: two askers would take turns for ever."""
    with vendor_and_api() as (vendor, _):
        known, token = Api(vendor.url, "", f"{vendor.url}/token", "us", key=SECRET), Token()
        some = [VendorApi(known, Signer(), token) for _ in range(2)]
        await asyncio.gather(*(api.ask(FETCH) for api in some * 3))
        assert vendor.tokens == 1
        token.refused("own-0")  # an answer that comes late: another was given since
        await some[0].ask(FETCH)
        assert vendor.tokens == 1
        other = VendorApi(replace(known, scope="more"), Signer(), token)
        await other.ask(FETCH)
        assert vendor.tokens == 2  # what was given for other settings is not used
        for api in (*some, other):
            await api.close()


async def test_nothing_is_asked_without_a_key() -> None:
    with vendor_and_api(key="") as (vendor, api):
        assert str(await refused(api)) == "client_id, client_secret are not set in pos.toml"
        assert vendor.asked == []
        await api.close()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('secrets = ["new", "old"]', "new"),
        ('secrets = ["new"]\nclient_secret = "other"', "other"),
        ('client_id = "us"', ""),
    ],
)
def test_requests_are_signed_with_the_clients_secret_else_the_first_of_all(
    text: str, key: str
) -> None:
    settings, _ = read_settings("pos.toml", f"[pos.toy]\n{text}\n")
    assert settings is not None
    assert settings["toy"].api.key == key
    assert not key or key not in repr(settings)
