"""A toy of a vendor's API on a real socket, and the way of a state there through the frame."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from kds.kitchen.ids import Instant
from kds.store.values import Outgoing
from pos_bridge.adapters.adapter import Adapter
from pos_bridge.channels.directory import Channel
from pos_bridge.channels.settings import Api, VendorSettings
from pos_bridge.channels.tokens import Tokens
from pos_bridge.status.api import vendors_told
from pos_bridge.status.messages import text
from pos_bridge.status.outcome import Outcome
from tests.bridge.toy_http import Quiet, serving


@dataclass(frozen=True)
class Asked:
    """A request as it came. `headers`: names in lower case; `body`: JSON, else text."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any

    @property
    def call(self) -> tuple[str, str, Any]:
        """What was asked for, without the headers."""
        return self.method, self.path, self.body


@dataclass
class ToyApi:
    """Notes what it is asked. `answers`: by method and path, the next first; the last one stays.

    Each is a status with JSON; what is not planned is answered 200 `{}`.
    """

    answers: dict[str, list[tuple[int, Any]]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    @property
    def calls(self) -> list[tuple[str, str, Any]]:
        """What was asked for so far."""
        return [each.call for each in self.asked]

    def was_asked(self, method: str, path: str, body: Any) -> bool:
        """Say whether something was asked for."""
        return (method, path, body) in self.calls

    def answer(self, method: str, path: str) -> tuple[int, Any]:
        """Return the next answer."""
        planned = self.answers.get(f"{method} {path.partition('?')[0]}", [(200, {})])
        return planned.pop(0) if len(planned) > 1 else planned[0]

    @contextmanager
    def serving(self) -> Iterator[ToyApi]:
        """Serve it for the block."""
        api = self

        class Handler(Quiet):
            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
                is_json = "json" in self.headers.get("content-type", "") and body
                headers = {name.lower(): value for name, value in self.headers.items()}
                said = json.loads(body) if is_json else body
                api.asked.append(Asked(self.command, self.path, headers, said))
                status, answer = api.answer(self.command, self.path)
                kind = {"Content-Type": "application/json"}
                self.say(status, json.dumps(answer).encode(), {**kind, **api.headers})

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815

        with serving(Handler) as port:
            self.url = f"http://127.0.0.1:{port}"
            yield self


def destinations(adapter: Adapter, api: Api, options: Mapping[str, Any]) -> list[Any]:
    """Return who is told of the orders of `shop-1`: nobody, or the vendor."""
    settings = VendorSettings("shop-1", api=api, options=options)
    return list(vendors_told({adapter.vendor: Channel(adapter, settings)}, Tokens()))


async def tell(
    adapter: Adapter, api: Api, options: Mapping[str, Any], topic: str, **data: Any
) -> Outcome | None:
    """Tell a vendor as the bridge does; None: it is not to be told of such."""
    for destination in destinations(adapter, api, options):
        if (wanted := destination.topic([topic])) is None:
            continue
        body = text(wanted, Instant(1_795_258_800_000), {"order_id": "ord/1", **data})
        entry = Outgoing(destination.channel, "msg_1", "key", body, Instant(0), Instant(0))
        messenger = destination.messenger()
        try:
            outcome: Outcome = await messenger.send(entry, 0)
        finally:
            await messenger.close()
        return outcome
    return None
