"""Asks a bridge over one kept connection, and says what its answers mean for an order."""

from __future__ import annotations

import http.client
import json
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

_TIMEOUT_S = 15.0
_MOST_READ = 256 * 1024
_LONGEST_WAIT_S = 3_600.0
_SHOWN = 300
_NOT_ABOUT_THE_ORDER = frozenset({401, 403, 404, 405, 407, 408, 421, 425, 426, 429})
"""Nothing is wrong with the order: it waits for a token, an address or a better time."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The bridge has the order. `answer`: its JSON."""

    answer: str


@dataclass(frozen=True, slots=True)
class NeverTaken:
    """No bridge will ever take this order as it is."""

    why: str


@dataclass(frozen=True, slots=True)
class FailedOn:
    """The bridge failed on this order; others may go well."""

    why: str


@dataclass(frozen=True, slots=True)
class Away:
    """No order can be delivered just now. `wait_s`: as the bridge asked, None if it did not."""

    why: str
    wait_s: float | None = None


Outcome = Taken | NeverTaken | FailedOn | Away


class Bridge:
    """A bridge at an address. One thread at a time."""

    def __init__(self, url: str, token: str = "") -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
            raise ValueError(f"{url} is no address such as http://127.0.0.1:8480")
        self._host, self._port = parts.hostname, parts.port
        self._base = parts.path.rstrip("/")
        self._is_tls = parts.scheme == "https"
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._connection: http.client.HTTPConnection | None = None

    def close(self) -> None:
        """Hang up."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def epoch(self) -> str | Away:
        """Return which log the bridge has."""
        found = self._ask("GET", "/health", b"", {})
        if isinstance(found, Away):
            return found
        status, text, _ = found
        try:
            epoch = json.loads(text)["epoch"] if status == 200 else None
        except (ValueError, KeyError, TypeError):
            epoch = None
        if isinstance(epoch, str):
            return epoch
        return Away(f"there is no bridge at this address: GET /health answered {status}")

    def post(self, body: bytes, key: str) -> Outcome:
        """Deliver an order; the same `key` on every try makes that harmless."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        found = self._ask("POST", "/v1/orders", body, headers)
        if isinstance(found, Away):
            return found
        status, text, retry_after = found
        if status in (200, 201):
            return Taken(text or "{}")
        why = f"answered {status}: {' '.join(text.split())[:_SHOWN]}"
        if status == 500:
            return FailedOn(why)
        if 400 <= status < 500 and status not in _NOT_ABOUT_THE_ORDER:
            return NeverTaken(why)
        return Away(why, retry_after)

    def _ask(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, str, float | None] | Away:
        """Return status, text and Retry-After of an answer.

        A connection left from before may have died with its bridge: then once more.
        """
        was_open = self._connection is not None
        try:
            return self._try(method, path, body, headers)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            if not was_open:
                return Away(f"not reached: {str(error) or type(error).__name__}")
        return self._ask(method, path, body, headers)

    def _try(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, str, float | None]:
        if self._connection is None:
            self._connection = self._new()
        self._connection.request(method, self._base + path, body, headers | self._headers)
        answer = self._connection.getresponse()
        text = answer.read(_MOST_READ).decode("utf-8", "replace")
        if not answer.isclosed():
            self.close()  # longer than any answer of a bridge
        return answer.status, text, _seconds(answer.headers.get("Retry-After", ""))

    def _new(self) -> http.client.HTTPConnection:
        if not self._is_tls:
            return http.client.HTTPConnection(self._host, self._port, timeout=_TIMEOUT_S)
        trust = ssl.create_default_context()
        return http.client.HTTPSConnection(
            self._host, self._port, timeout=_TIMEOUT_S, context=trust
        )


def _seconds(value: str) -> float | None:
    """Return how long a Retry-After in seconds asks to wait, as bridges send it."""
    value = value.strip()
    is_number = value.isascii() and value.isdigit()
    return min(float(value), _LONGEST_WAIT_S) if is_number else None
