"""A toy back office that takes webhooks: it checks signatures by the letter of the specification.

Written from https://www.standardwebhooks.com alone, without the code that it judges.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.bridge.toy_http import Quiet, serving

SECRET = "whsec_" + base64.b64encode(b"a secret of the kitchen, new").decode()
OLD_SECRET = "whsec_" + base64.b64encode(b"a secret of the kitchen, old").decode()
TOLERANCE_S = 300


def is_genuine(headers: Mapping[str, str], body: bytes, secret: str) -> bool:
    """Say whether one of the signatures is that of `secret`, and the time is now."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b".".join(
        (headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body)
    )
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
    given = [s.partition(",") for s in headers["webhook-signature"].split(" ")]
    fits = any(
        version == "v1" and hmac.compare_digest(signature.encode(), expected)
        for version, _, signature in given
    )
    return fits and abs(time.time() - int(headers["webhook-timestamp"])) <= TOLERANCE_S


@dataclass(frozen=True)
class Got:
    """One request. `status`: what it was answered."""

    id: str
    message: dict[str, Any]
    status: int
    headers: dict[str, str] = field(repr=False)

    @property
    def order_id(self) -> str:
        return str(self.message["data"].get("order_id", ""))

    @property
    def type(self) -> str:
        return str(self.message["type"])


@dataclass
class Receiver:
    """What came, and what is to be answered: `answer` gives status and headers for a message."""

    got: list[Got] = field(default_factory=list)
    answer: Callable[[dict[str, Any]], tuple[int, dict[str, str]]] = lambda _: (204, {})
    forged: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/kitchen?shop=7"

    def taken(self, order_id: str = "") -> list[Got]:
        """Return what was accepted, of one order or of all."""
        return [g for g in list(self.got) if g.status < 300 and order_id in ("", g.order_id)]

    def types(self, order_id: str) -> list[str]:
        return [got.type for got in self.taken(order_id)]

    def take(self, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        if not all(is_genuine(headers, body, secret) for secret in (SECRET, OLD_SECRET)):
            self.forged.append(body.decode())
        message = json.loads(body)
        status, more = self.answer(message)
        self.got.append(Got(headers["webhook-id"], message, status, headers))
        return status, more


@contextmanager
def receiving(receiver: Receiver) -> Iterator[Receiver]:
    """Serve on the receiver's port, any free one at first, so that it can go and come back."""

    class Handler(Quiet):
        def do_POST(self) -> None:  # noqa: N802 - http.server calls it so
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, more = receiver.take(headers, body)
            text = b"" if status in (204, 200) else b"<b>no\n\x1b[31m such order</b>"
            self.say(status, text, more)

    with serving(Handler, receiver.port) as receiver.port:
        yield receiver


def settings(receiver: Receiver, **more: object) -> str:
    """Return the settings that name the receiver, with both secrets."""
    named: dict[str, object] = {"url": receiver.url, "secrets": [SECRET, OLD_SECRET], **more}
    return "[[webhook]]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in named.items())
