"""The outermost layer of HTTP: who may call, and the last resort when something of ours fails."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pos_bridge.access import FORWARDING, Access, Caller
from pos_bridge.capture.jobs import PICTURES
from pos_bridge.http.answers import error

_logger = logging.getLogger(__name__)
PUBLIC = frozenset({"/health"})
PAGES = frozenset({"/order", "/docs", "/openapi.json"})

_FORWARDING = frozenset(name.encode() for name in FORWARDING)
PUSHES = "/v1/pos/"
"""Calls below here prove themselves by the vendor's signature; `pos` sees to that."""


class Guard:
    """An ASGI application around another: checks access, and turns faults into a plain 500.

    Not BaseHTTPMiddleware: it adds a task and several switches to every request. `hot`: calls by
    method and path that go past the inner application's own layers, which cost more than the
    work that is done in them.
    """

    def __init__(
        self, inner: ASGIApp, access: Access, hot: Mapping[tuple[str, str], ASGIApp]
    ) -> None:
        self._inner = inner
        self._access = access
        self._hot = hot

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        refusal, is_page = None, False
        if not scope["path"].startswith(PUSHES):
            is_public = scope["path"] in PUBLIC
            is_page = is_for_people(scope["path"])
            caller = caller_of(scope)
            refusal = self._access.refusal(caller, is_public=is_public, is_page=is_page)
        if refusal is not None:
            asks = 'Basic realm="pos-bridge", charset="UTF-8"' if is_page else "Bearer"
            challenge = {"WWW-Authenticate": asks} if refusal.status == 401 else {}
            answer = error(refusal.status, refusal.message, challenge)
            await answer(scope, receive, send)
            return
        await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on; answer 500 and log one line when something fails."""
        has_begun = False

        async def noting(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            inner = self._hot.get((scope["method"], scope["path"]), self._inner)
            await inner(scope, receive, noting)
        except ClientDisconnect:
            _logger.info("%s %s: the caller went away", scope["method"], scope["path"])
        except Exception:
            _logger.exception("%s %s failed", scope["method"], scope["path"])
            if not has_begun:
                await error(500, "The bridge failed; its log says why.")(scope, receive, send)


def is_for_people(path: str) -> bool:
    """Say whether people open `path` in a browser, which asks them for a password."""
    return path in PAGES or path.startswith(PICTURES)


def caller_of(scope: Scope) -> Caller:
    """Return what a request says of who sends it."""
    host, origin, authorization = [], [], []
    is_forwarded = False
    for name, value in scope["headers"]:
        if name == b"host":
            host.append(value.decode("latin-1"))
        elif name == b"origin":
            origin.append(value.decode("latin-1"))
        elif name == b"authorization":
            authorization.append(value.decode("latin-1"))
        elif name in _FORWARDING:
            is_forwarded = True
    address = scope["client"][0] if scope["client"] and not is_forwarded else ""
    return Caller(host, origin, authorization, address)
