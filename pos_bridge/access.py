"""Who may talk to the bridge: one answer for HTTP and for the displays' websockets."""

from __future__ import annotations

import hmac
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from pos_bridge.settings import is_loopback

FORWARDING = frozenset(
    {"forwarded", "x-forwarded-for", "x-real-ip", "cf-connecting-ip", "true-client-ip"}
)
"""Headers that proxies and tunnels add (RFC 7239, and the older ones). What a proxy on this
machine hands on comes from this machine by its looks only."""


@dataclass(frozen=True, slots=True)
class Caller:
    """What a connection says of itself. Header values are as sent, all of one name.

    `address`: "" where a proxy stands between, so that nobody is believed for being here.
    """

    host: Sequence[str]
    origin: Sequence[str]
    authorization: Sequence[str]
    address: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a caller is turned away, as an HTTP status and a sentence that gives nothing away."""

    status: int
    message: str


class Access:
    """Says who is let in. `own_host`: where the server listens. Any thread.

    With tokens every caller proves itself. Without, the bridge listens on loopback only and
    believes every program of this machine, but no web page: pages show themselves by their
    `Origin`, or by a `Host` that an attacker's name server pointed at this machine.
    """

    def __init__(self, tokens: Sequence[str], own_host: str) -> None:
        self._tokens = tuple(token.encode() for token in tokens)
        self._own_host = own_host.lower()

    def refusal(
        self, caller: Caller, *, is_public: bool = False, is_page: bool = False
    ) -> Refusal | None:
        """Return why `caller` is refused, None when it may go on. `is_public`: needs no token.

        `is_page`: a person's browser may send the token as the password of HTTP Basic (RFC 7617).
        """
        if len(caller.host) != 1 or not (self._tokens or self._is_own(caller.host[0])):
            return Refusal(403, "This host name is not one of the bridge's.")
        if any(not _same_place(origin, caller.host[0]) for origin in caller.origin):
            return Refusal(403, "Pages of other origins may not talk to the bridge.")
        if is_public or (
            self._knows(caller.authorization, is_page=is_page) if self._tokens else _is_here(caller)
        ):
            return None
        return Refusal(401, "Send a valid token as 'Authorization: Bearer …'.")

    def _is_own(self, host: str) -> bool:
        name = _name_of(host)
        return name == self._own_host or is_loopback(name)

    def _knows(self, authorization: Sequence[str], *, is_page: bool) -> bool:
        """Compare with every token, so that the time taken tells nothing."""
        if len(authorization) != 1:
            return False
        scheme, _, sent = authorization[0].partition(" ")
        is_basic = is_page and scheme.lower() == "basic"
        given = _password(sent) if is_basic else sent.strip().encode("utf-8", "replace")
        found = [hmac.compare_digest(given, token) for token in self._tokens]
        return (is_basic or scheme.lower() == "bearer") and any(found)


def _password(sent: str) -> bytes:
    """Return the password of HTTP Basic, b"" when it is none."""
    try:
        return b64decode(sent.strip(), validate=True).partition(b":")[2]
    except ValueError:
        return b""


def _is_here(caller: Caller) -> bool:
    return is_loopback(caller.address)


@lru_cache(maxsize=256)
def _name_of(host: str) -> str:
    """Return the name in a `Host` header, without port and brackets; "" when malformed."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _same_place(origin: str, host: str) -> bool:
    """Say whether a page's origin is the very address that it calls."""
    scheme, separator, place = origin.partition("://")
    return separator != "" and scheme in {"http", "https"} and place.lower() == host.lower()
