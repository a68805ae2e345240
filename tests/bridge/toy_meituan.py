"""A toy of Meituan's two open platforms over real HTTP, which check what is signed themselves."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode

from tests.bridge.toy_http import Quiet, serving

APP, SECRET, STORE, TOKEN = "4242", "a secret of the app", "31号测试店", "token-of-the-shop"
_WINDOW_S = 300


@dataclass
class Meituan:
    """Both platforms. `orders`: by id; `numbers`: ids by number of the day.

    `faults`: what to answer next to `ACTION ORDER`: a status of HTTP, or code and words. `asked`:
    action and order, of what was signed well.
    """

    url: str = ""
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    numbers: dict[int, str] = field(default_factory=dict)
    faults: dict[str, list[str | int]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    # --- waimai ---

    def waimai(self, path: str, query: str, form: str = "") -> tuple[int, dict[str, Any]]:
        """Answer a request below /api/v1; both query and form are signed."""
        pairs = [each.split("=", 1) for each in query.split("&")]
        fields = {name: unquote_plus(value) for name, value in pairs}
        fields |= dict(parse_qsl(form))
        sig = fields.pop("sig", "")
        signed = f"{self.url}{path}?" + "&".join(f"{n}={fields[n]}" for n in sorted(fields))
        made = hashlib.md5((signed + SECRET).encode(), usedforsecurity=False).hexdigest()
        if fields.get("app_id") != APP:
            return 200, _ng("702 app_id不存在")
        if made != sig or abs(int(fields["timestamp"]) - time.time()) > _WINDOW_S:
            return 200, _ng("703 签名验证错误")
        action = path.rpartition("/")[2]
        about = ("order_id", "day_seq", "food_data")
        fault = self._noted(action, next((fields[name] for name in about if name in fields), ""))
        if isinstance(fault, int):
            return fault, {}
        return 200, _ng(fault) if fault else {"data": self._data(action, fields)}

    def _data(self, action: str, fields: dict[str, str]) -> Any:
        if action == "getOrderDetail":
            return self.orders[fields["order_id"]]
        if action in {"getOrderDaySeq", "getOrderIdByDaySeq", "stock"}:
            assert fields["app_poi_code"] == STORE
        if action == "getOrderDaySeq":
            return {"result": "ok", "day_seq": max(self.numbers, default=0)}
        if action == "getOrderIdByDaySeq":
            assert len(fields["date_time"]) == 8
            return {"result": "ok", "order_id": int(self.numbers[int(fields["day_seq"])])}
        return "ok"

    # --- SaaS ---

    def saas(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Answer a POST below /waimai/order."""
        sign = form.pop("sign", "")
        joined = "".join(name + form[name] for name in sorted(form) if form[name])
        made = hashlib.sha1((SECRET + joined).encode(), usedforsecurity=False).hexdigest()
        if (made, form["developerId"], form["businessId"]) != (sign, APP, "2"):
            return 200, {"code": "OP_SIGN_ERROR", "msg": "签名错误", "data": None}
        if form["appAuthToken"] != TOKEN:
            return 200, {"code": "OP_TOKEN_EXPIRED", "msg": f"{form['appAuthToken']} 过期"}
        action, biz = path.rpartition("/")[2], json.loads(form["biz"])
        order_id = biz["dishSkuStocks"] if action == "updateStock" else biz["orderId"]
        fault = self._noted(action, order_id)
        if isinstance(fault, int):
            return fault, {}
        if fault:
            code, _, words = fault.partition(" ")
            return 200, {"code": code, "msg": words, "data": None}
        data = self.orders[order_id] if action == "queryById" else "ok"
        return 200, {"code": "OP_SUCCESS", "msg": "成功", "data": data}

    def _noted(self, action: str, about: str) -> str | int:
        self.asked.append(f"{action} {about}".strip())
        planned = self.faults.get(f"{action} {about}")
        return planned.pop(0) if planned else ""

    @contextmanager
    def serving(self) -> Iterator[Meituan]:
        """Serve both."""
        platform = self

        class Handler(Quiet):
            def do_GET(self) -> None:  # noqa: N802 - http.server calls it so
                path, _, query = self.path.partition("?")
                assert path.startswith("/api/v1/order/")
                assert not path.endswith("/stock")
                self.tell(*platform.waimai(path, query))

            def do_POST(self) -> None:  # noqa: N802
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                path, _, query = self.path.partition("?")
                if path.startswith("/api/v1/"):
                    assert path == "/api/v1/food/sku/stock"
                    return self.tell(*platform.waimai(path, query, body))
                assert path.startswith(("/waimai/order/", "/waimai/dish/"))
                return self.tell(*platform.saas(self.path, dict(parse_qsl(body, True))))

            def tell(self, status: int, said: dict[str, Any]) -> None:
                self.say(status, json.dumps(said, ensure_ascii=False).encode(), {})

        with serving(Handler) as port:
            self.url = f"http://127.0.0.1:{port}"
            yield self


def _ng(fault: str) -> dict[str, Any]:
    code, _, words = fault.partition(" ")
    return {"data": "ng", "error": {"code": int(code), "msg": words}}


def pushed(address: str, fields: dict[str, str]) -> str:
    """Return the body of a waimai push to `address`, signed."""
    said = {**fields, "app_id": APP, "timestamp": str(int(time.time()))}
    signed = f"{address}?" + "&".join(f"{name}={said[name]}" for name in sorted(said))
    made = hashlib.md5((signed + SECRET).encode(), usedforsecurity=False).hexdigest()
    return urlencode({**said, "sig": made})
