"""One vendor's API over HTTPS: authorised, bounded, never redirected. Event loop thread only.

Neither a secret nor the address of a signed request gets into any text that leaves this file.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode

from kds.kitchen.wording import Wording
from kds.records.body import MAX_BYTES
from pos_bridge.adapters.adapter import Fetch
from pos_bridge.adapters.forms import FORM
from pos_bridge.adapters.signing import (
    AskingForTokens,
    Key,
    Meaning,
    ReadingTokens,
    Request,
    Signing,
)
from pos_bridge.channels.settings import Api
from pos_bridge.channels.tokens import Token

if TYPE_CHECKING:
    import httpx

_PATIENCE_S = 10.0
_LONGEST_WAIT_S = 3600.0
_TOO_EARLY = 425
_LONGEST_WORDS = 200
_SHORTEST_SECRET = 4
"""What is shorter is no secret, and would be found in any text."""


class NoAnswerError(Exception):
    """The vendor has not answered usefully.

    `why`: for people; `wait_s`: as it asked us to; `is_about_all`: not about this request alone.
    """

    def __init__(
        self, zh: str, en: str, wait_s: float | None = None, *, is_about_all: bool = True
    ) -> None:
        super().__init__(en)
        self.why = Wording(zh, en)
        self.wait_s = wait_s
        self.is_about_all = is_about_all


class HavingApi(Protocol):
    """An adapter whose vendor has an API."""

    @property
    def api(self) -> str:
        """The base address where the settings name none."""
        ...


@dataclass(frozen=True, slots=True)
class Response:
    """What came back. `status`: not 401, 403, 408, 425, 429 and not 5xx: those are no answers.

    `why`: in the vendor's words, where it refuses.
    """

    status: int
    body: bytes
    content_type: str
    why: str = ""


class VendorApi:
    """Asks one vendor's API, as `api` says. `token`: the client's own, where it has one."""

    def __init__(self, api: Api, adapter: HavingApi, token: Token) -> None:
        self._api = api
        self._adapter = adapter
        self._base = api.base or adapter.api.rstrip("/")
        self._client: httpx.AsyncClient | None = None
        self._token = token

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()

    async def ask(self, fetch: Fetch) -> Response:
        """Return the answer; raises `NoAnswerError` where it makes sense to ask again later."""
        import httpx  # a tenth of a second, for those who have such a vendor

        if not self._base:
            raise NoAnswerError("pos.toml 里没有 api", "no api is set in pos.toml")
        try:
            async with asyncio.timeout(2 * _PATIENCE_S):
                return await self._ask(fetch)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            told = self._discreet(str(error)) or type(error).__name__
            raise NoAnswerError(f"连不上：{told}", told) from error

    async def _ask(self, fetch: Fetch) -> Response:
        token = self._api.token
        if self._api.token_url and not token:
            token = await self._token.of(self._api, self._new_token)
        status, body, found = await self._sent(self._request(fetch, token))
        meant = Meaning(status)
        if isinstance(self._adapter, Signing) and status < 300:
            meant = self._adapter.meaning(fetch, body)
        why = self._discreet(meant.why)
        if meant.status in {401, 403}:
            self._token.refused(token)
        _check(meant.status, why, _retry_after(found))
        if meant.status >= 300 and not why:
            why = self._discreet(body[: 2 * _LONGEST_WORDS].decode("utf-8", "replace"))
        return Response(meant.status, body, found.get("content-type", ""), why)

    def _request(self, fetch: Fetch, token: str) -> Request:
        """Return the request that `fetch` asks for, authorised or signed."""
        headers = {**self._api.headers, **fetch.headers}
        if isinstance(self._adapter, Signing):
            signed = self._adapter.signed(fetch, self._key(token), datetime.now(UTC), token_hex(16))
            return Request(signed.method, signed.url, {**headers, **signed.headers}, signed.body)
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if fetch.body:
            headers.setdefault("Content-Type", "application/json")
        return Request(fetch.method, self._base + fetch.path, headers, fetch.body)

    def _key(self, token: str = "") -> Key:
        api = self._api
        if isinstance(self._adapter, Signing) and not (api.client_id and api.key):
            told = "client_id, client_secret"
            raise NoAnswerError(f"pos.toml 里没有 {told}", f"{told} are not set in pos.toml")
        return Key(self._base, api.client_id, api.key, token)

    def _discreet(self, text: str) -> str:
        """Return words of somebody else's in one line, without what must not be told."""
        api = self._api
        secrets = {api.token, api.client_secret, api.key, self._token.value, *api.headers.values()}
        for each in sorted(secrets, key=len, reverse=True):
            if len(each) >= _SHORTEST_SECRET:
                text = text.replace(each, "…")
        return " ".join(text.split())[:_LONGEST_WORDS]

    async def _sent(self, asked: Request) -> tuple[int, bytes, httpx.Headers]:
        content = asked.body.encode() if asked.body else None
        headers = dict(asked.headers)
        request = self._http().build_request(
            asked.method, asked.url, headers=headers, content=content
        )
        response = await self._http().send(request, stream=True)
        try:
            body = b""
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise NoAnswerError("回答超过 4 MB", "its answer is larger than 4 MB")
        finally:
            await response.aclose()
        return response.status_code, body, response.headers

    async def _new_token(self) -> tuple[str, float]:
        """Return a token asked for with the client's credentials, and how long it lasts."""
        status, body, found = await self._sent(self._token_request())
        if status != 200:
            told = (f"token_url 回答 {status}", f"token_url answers {status}")
            raise NoAnswerError(*told, _retry_after(found))
        return _token_in(body, self._adapter)

    def _token_request(self) -> Request:
        """Return the request for a token: OAuth 2.0, RFC 6749 4.4, unless the adapter knows."""
        api = self._api
        if isinstance(self._adapter, AskingForTokens):
            return self._adapter.token_request(api.token_url, self._key())
        form = {
            "grant_type": "client_credentials",
            "client_id": api.client_id,
            "client_secret": api.client_secret,
        }
        form |= {"scope": api.scope} if api.scope else {}
        return Request("POST", api.token_url, {"Content-Type": FORM}, urlencode(form))

    def _http(self) -> httpx.AsyncClient:
        import httpx

        if self._client is None:
            self._client = httpx.AsyncClient(
                timeout=_PATIENCE_S, follow_redirects=False, trust_env=False
            )
        return self._client


def _check(status: int, why: str, wait_s: float | None) -> None:
    """Raise `NoAnswerError` where it makes sense to ask again later."""
    zh, en = (f"：{why}", f": {why}") if why else ("", "")
    if status in {401, 403}:
        told = (f"{status}：凭证被拒{zh}", f"{status}: the credentials are refused{en}")
        raise NoAnswerError(*told)
    if status in {408, _TOO_EARLY, 429} or status >= 500:
        told = (f"对方回答 {status}{zh}", f"it answers {status}{en}")
        raise NoAnswerError(*told, wait_s, is_about_all=status != _TOO_EARLY)


def _token_in(body: bytes, adapter: HavingApi) -> tuple[str, float]:
    try:
        said: Any = json.loads(body)
        said = adapter.token_in(said) if isinstance(adapter, ReadingTokens) else said
        return str(said["access_token"]), float(said.get("expires_in", 600))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        told = ("token_url 没有给 access_token", "token_url answers without an access_token")
        raise NoAnswerError(*told) from error


def _retry_after(headers: httpx.Headers) -> float | None:
    """Return how many seconds the vendor asks us to wait: RFC 9110 10.2.3, a number or a date."""
    told, date = headers.get("retry-after", ""), headers.get("date", "")
    if told.isascii() and told.isdigit():
        return min(float(told), _LONGEST_WAIT_S)
    try:  # against the vendor's own clock: ours may be wrong
        wait = parsedate_to_datetime(told) - parsedate_to_datetime(date)
    except (ValueError, TypeError):
        return None
    return min(max(0.0, wait.total_seconds()), _LONGEST_WAIT_S)
