"""What an adapter offers besides whose vendor wants each request signed.

    def signed(self, fetch: Fetch, key: Key, at: datetime, nonce: str) -> Request: ...
    def meaning(self, fetch: Fetch, body: bytes) -> Meaning: ...

Pure as the rest of it: the time, what happens once, and the secrets are given. A `Fetch` lies in
the outbox for as long as the vendor can not be reached, so it holds neither signature nor secret;
each try is signed anew. Vendors that sign often answer HTTP 200 to everything, and say in the body
what is wrong: `meaning` says it as a status of HTTP, from which all else follows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from pos_bridge.adapters.adapter import Fetch


@dataclass(frozen=True, slots=True)
class Key:
    """What the settings say of us, for one request.

    `base`: the address that the settings name, else the adapter's `api`; without a slash at its
    end. `id`: `client_id`. `secret`: `client_secret`, else the first of `secrets`. `token`:
    `api_token`, else one that was asked for at `token_url`, else "".
    """

    base: str
    id: str
    secret: str = field(repr=False)
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it goes out. `url`: whole, percent-encoded; nothing of it is ever logged."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an answer means, as a status of HTTP. `why`: in the vendor's words, for people.

    2xx: it went well, also where it had been done before. 401: the credentials or the signature
    are refused. 404: there is no such thing. 425: too early for this one. 429, 5xx: ask again
    later. Any other: it will never be taken.
    """

    status: int
    why: str = ""


@runtime_checkable
class Signing(Protocol):
    """An adapter whose vendor wants each request signed."""

    def signed(self, fetch: Fetch, key: Key, at: datetime, nonce: str) -> Request:
        """Return the request. `at`: now, aware; `nonce`: 32 hexadecimal digits, new each time."""
        ...

    def meaning(self, fetch: Fetch, body: bytes) -> Meaning:
        """Return what an answer with a status of 2xx means. Raises nothing, whatever `body` is."""
        ...


@runtime_checkable
class AskingForTokens(Protocol):
    """An adapter whose vendor wants to be asked for tokens in its own way.

    Else the client's credentials go as a form to `token_url` (RFC 6749 4.4). The answer is
    `{"access_token": …, "expires_in": seconds}`, unless it is a `ReadingTokens` as well.
    """

    def token_request(self, url: str, key: Key) -> Request:
        """Return the request for a token. `key.token` is empty."""
        ...


@runtime_checkable
class ReadingTokens(Protocol):
    """An adapter whose vendor gives tokens in its own way."""

    def token_in(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what of an answer has `access_token` and `expires_in`, by these names."""
        ...
