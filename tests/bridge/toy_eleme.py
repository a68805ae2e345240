"""A toy of Ele.me's open platform: its API over real HTTP, which checks what is signed itself."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from tests.bridge.toy_http import Quiet, serving

KEY, SECRET, SHOP = "wYO4C8ZLzB", "8e81ef8b73593d6b24e0cd9f11cbe3132d11ab8e", 968861
_WINDOW_S = 300


@dataclass
class Eleme:
    """The platform. `orders`: all it has, by id; `faults`: what it answers next to `ACTION ORDER`.

    `asked`: actions and parameters, of what was signed well; `tokens`: those that hold, the last
    is given out.
    """

    url: str = ""
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    faults: dict[str, list[str | int]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=lambda: ["token-0"])

    def answer(self, said: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Return status and body of the answer to a request."""
        fault: str | int = self._fault(said)
        planned = self.faults.get(f"{said['action']} {said['params'].get('orderId')}")
        if not fault:
            self.asked.append((said["action"], said["params"]))
            fault = planned.pop(0) if planned else ""
        if isinstance(fault, int):
            return fault, {}
        if fault:
            code, _, words = fault.partition(" ")
            error = {"code": code, "message": words or code.lower()}
            return 200, {"nop": "1.0.0", "id": said["id"], "result": None, "error": error}
        result = self._result(said["action"], said["params"])
        return 200, {"nop": "1.0.0", "id": said["id"], "result": result, "error": None}

    def _fault(self, said: dict[str, Any]) -> str:
        """Return what is wrong with a request, in the platform's order."""
        metas, params = said["metas"], said["params"]
        if said["token"] != self.tokens[-1]:
            return f"UNAUTHORIZED {said['token']} has expired"
        if abs(metas["timestamp"] - time.time()) > _WINDOW_S:
            return "INVALID_TIMESTAMP"
        joined = said["action"] + said["token"]
        for name, value in sorted({**metas, **params}.items()):
            joined += name + "=" + json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        made = hashlib.md5((joined + SECRET).encode(), usedforsecurity=False).hexdigest()
        is_ours = metas["app_key"] == KEY and made.upper() == said["signature"]
        return "" if is_ours else "INVALID_SIGNATURE"

    def _result(self, action: str, params: dict[str, Any]) -> Any:
        if action == "eleme.order.getOrder":
            return self.orders[params["orderId"]]
        if action == "eleme.order.getAllOrders":
            assert params["shopId"] == SHOP
            of_day = [o for o in self.orders.values() if o["activeAt"][:10] == params["date"]]
            start = (params["pageNo"] - 1) * params["pageSize"]
            return {"total": len(of_day), "list": of_day[start : start + params["pageSize"]]}
        return None

    def token(self, authorization: str, form: bytes) -> dict[str, Any]:
        """Return the answer to who asks for a token."""
        pair = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        assert (pair, parse_qs(form.decode())["grant_type"]) == (
            f"{KEY}:{SECRET}",
            ["client_credentials"],
        )
        return {"access_token": self.tokens[-1], "token_type": "Bearer", "expires_in": 86400}

    @contextmanager
    def serving(self) -> Iterator[Eleme]:
        """Serve it."""
        platform = self

        class Handler(Quiet):
            def do_POST(self) -> None:  # noqa: N802 - http.server calls it so
                body = self.rfile.read(int(self.headers["content-length"]))
                status, said = 200, {}
                if self.path == "/token":
                    said = platform.token(self.headers["authorization"], body)
                else:
                    assert self.path == "/api/v1/"
                    status, said = platform.answer(json.loads(body))
                self.say(status, json.dumps(said, ensure_ascii=False).encode(), {})

        with serving(Handler) as port:
            self.url = f"http://127.0.0.1:{port}"
            yield self


def pushed(kind: int, said: dict[str, Any]) -> dict[str, Any]:
    """Return a message as the platform pushes it, signed."""
    message = {
        "appId": 62933118,
        "message": json.dumps(said, ensure_ascii=False),
        "requestId": str(time.monotonic_ns()),
        "shopId": SHOP,
        "timestamp": int(time.time() * 1000),
        "type": kind,
        "userId": 62864532,
    }
    joined = "".join(f"{name}={value}" for name, value in sorted(message.items()))
    made = hashlib.md5((joined + SECRET).encode(), usedforsecurity=False).hexdigest()
    return {**message, "signature": made.upper()}
