"""One vendor's API over HTTPS: authorised, bounded, never redirected. Event loop thread only."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from kds.kitchen.wording import Wording
from kds.records.body import MAX_BYTES
from pos_bridge.adapters.adapter import Fetch
from pos_bridge.channels.settings import Api

if TYPE_CHECKING:
    import httpx

_PATIENCE_S = 10.0
_SPARE_S = 60.0
_LONGEST_WAIT_S = 3600.0


class NoAnswerError(Exception):
    """The vendor has not answered usefully. `why`: for people; `wait_s`: as it asked us to."""

    def __init__(self, zh: str, en: str, wait_s: float | None = None) -> None:
        super().__init__(en)
        self.why = Wording(zh, en)
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class Response:
    """What came back. `status`: not 401, 403, 408, 425, 429 and not 5xx: those are no answers."""

    status: int
    body: bytes
    content_type: str


class VendorApi:
    """Asks one vendor's API, as `api` says; a token of the client's own is kept while it lasts."""

    def __init__(self, api: Api, usual_base: str) -> None:
        self._api = api
        self._base = api.base or usual_base.rstrip("/")
        self._client: httpx.AsyncClient | None = None
        self._token, self._lasts_until = "", 0.0

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
            told = str(error) or type(error).__name__
            raise NoAnswerError(f"连不上：{told}", told) from error

    async def _ask(self, fetch: Fetch) -> Response:
        headers = {**self._api.headers, **fetch.headers}
        token = self._api.token or await self._own_token()
        if token:
            headers["Authorization"] = f"Bearer {token}"
        content = fetch.body.encode() if fetch.body else None
        if content is not None:
            headers.setdefault("Content-Type", "application/json")
        request = self._http().build_request(
            fetch.method, self._base + fetch.path, headers=headers, content=content
        )
        status, body, found = await self._sent(request)
        if status in {401, 403}:
            self._token = ""
            raise NoAnswerError(f"{status}：凭证被拒", f"{status}: the credentials are refused")
        if status in {408, 425, 429} or status >= 500:
            raise NoAnswerError(f"对方回答 {status}", f"it answers {status}", _retry_after(found))
        return Response(status, body, found.get("content-type", ""))

    async def _sent(self, request: httpx.Request) -> tuple[int, bytes, httpx.Headers]:
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

    async def _own_token(self) -> str:
        """Return a token asked for with the client's credentials (OAuth 2.0, RFC 6749 4.4)."""
        api, clock = self._api, asyncio.get_running_loop().time
        if not api.token_url or (self._token and clock() < self._lasts_until):
            return self._token
        form = {
            "grant_type": "client_credentials",
            "client_id": api.client_id,
            "client_secret": api.client_secret,
        }
        form |= {"scope": api.scope} if api.scope else {}
        response = await self._http().post(api.token_url, data=form)
        if response.status_code != 200:
            status = response.status_code
            raise NoAnswerError(f"token_url 回答 {status}", f"token_url answers {status}")
        self._token, lasts_s = _token_in(response)
        self._lasts_until = clock() + max(0.0, lasts_s - _SPARE_S)
        return self._token

    def _http(self) -> httpx.AsyncClient:
        import httpx

        if self._client is None:
            self._client = httpx.AsyncClient(
                timeout=_PATIENCE_S, follow_redirects=False, trust_env=False
            )
        return self._client


def _token_in(response: httpx.Response) -> tuple[str, float]:
    try:
        said: Any = response.json()
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
