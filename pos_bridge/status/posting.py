"""One try to send: what the answer means. Only what is configured is called, nothing followed."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from email.utils import parsedate_to_datetime

import httpx

from kds.store.values import Outgoing
from pos_bridge.status.outcome import Delivered, Later, Outcome, Refused
from pos_bridge.status.webhooks import Request

_CONNECT_S, _ALL_S = 5.0, 15.0
"""Standard Webhooks asks for 15 to 30 s of patience."""
_MOST_READ = 4_096
_LONGEST_REST_S = 3_600.0
_GONE, _GONE_REST_S = 410, 600.0
"""Standard Webhooks: who answers so wants no message any more. Somebody must put that right, there
or in pos.toml, so all is kept and one is tried now and then.
"""
_TRY_AGAIN = frozenset({408, 425, 429})
_SHOWN = 200


class Poster:
    """The way to a webhook: only its own address is called. Event loop thread only."""

    def __init__(self, request: Callable[[Outgoing, int], Request]) -> None:
        self._request = request
        self._client: httpx.AsyncClient | None = None

    async def send(self, entry: Outgoing, now_s: float) -> Outcome:
        """Try to tell `entry` once."""
        if self._client is None:
            self._client = await asyncio.to_thread(_new_client)
        return await post(self._client, self._request(entry, int(now_s)), now_s)

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()


def _new_client() -> httpx.AsyncClient:
    """Return a client that follows nothing and asks no proxy. Takes a moment: reads certificates.

    TLS is checked against the system's certificates, so that a shop's own authority can be added.
    """
    timeout = httpx.Timeout(_ALL_S, connect=_CONNECT_S)
    trust = ssl.create_default_context()
    return httpx.AsyncClient(timeout=timeout, trust_env=False, follow_redirects=False, verify=trust)


async def post(client: httpx.AsyncClient, request: Request, now_s: float) -> Outcome:
    """Send `request` once. `now_s`: Unix seconds, for answers that name a time."""
    try:
        async with asyncio.timeout(_ALL_S):
            return await _post(client, request, now_s)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        return Later(f"not reached: {_words(error)}", is_about_all=True)
    except (httpx.TimeoutException, TimeoutError):
        return Later(f"no answer within {_ALL_S:.0f} s")
    except httpx.HTTPError as error:
        return Later(f"the connection failed: {_words(error)}")
    except (httpx.InvalidURL, ValueError) as error:
        return Refused(f"cannot be sent: {_words(error)}")


async def _post(client: httpx.AsyncClient, request: Request, now_s: float) -> Outcome:
    sent = client.stream(
        request.method, request.url, headers=dict(request.headers), content=request.content
    )
    async with sent as answer:
        status = answer.status_code
        if 200 <= status < 300:
            return Delivered()
        why = f"answered {status}"
        if text := await _start_of(answer):
            why = f"{why}: {text}"
        if status == _GONE:
            why = "it wants no messages any more (410): put its new address into pos.toml"
            return Later(why, _GONE_REST_S, is_about_all=True)
        if status not in _TRY_AGAIN and 400 <= status < 500:
            return Refused(why)
        if 300 <= status < 400:
            why = f"{why}, a redirect, which is not followed: put the last address into pos.toml"
        wait_s = retry_after_s(answer.headers.get("retry-after", ""), now_s)
        return Later(why, wait_s, is_about_all=status == 429 or wait_s is not None)


async def _start_of(answer: httpx.Response) -> str:
    """Return the start of an answer's text in one line."""
    read = b""
    async for part in answer.aiter_raw():
        read += part[: _MOST_READ - len(read)]
        if len(read) >= _MOST_READ:
            break
    text = "".join(c if c.isprintable() else " " for c in read.decode("utf-8", "replace"))
    return " ".join(text.split())[:_SHOWN]


def retry_after_s(value: str, now_s: float) -> float | None:
    """Return how long a Retry-After header asks to wait, at most an hour; None if it does not."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(float(value), _LONGEST_REST_S)
    try:
        at_s = parsedate_to_datetime(value).timestamp()
    except (ValueError, OverflowError):
        return None
    return min(max(0.0, at_s - now_s), _LONGEST_REST_S)


def _words(error: Exception) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return text[:_SHOWN]
