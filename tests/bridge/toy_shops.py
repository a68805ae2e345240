"""Every vendor that can be told something, as a shop sets it up, and a toy that answers for all."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

from pos_bridge.adapters.adapter import Adapter
from pos_bridge.adapters.clover import Clover
from pos_bridge.adapters.deliverect import Deliverect
from pos_bridge.adapters.doordash import DoorDash
from pos_bridge.adapters.justeat import JustEat
from pos_bridge.adapters.shopify import Shopify
from pos_bridge.adapters.square import Square
from pos_bridge.adapters.toast import Toast
from pos_bridge.adapters.ubereats import UberEats
from pos_bridge.adapters.woocommerce import WooCommerce
from pos_bridge.channels.settings import Api
from pos_bridge.status.outcome import Outcome
from tests.bridge.toy_api import ToyApi, tell

SECRET = base64.urlsafe_b64encode(b"a signing secret").decode().rstrip("=")


@dataclass(frozen=True)
class Shop:
    """A vendor as a shop has set it up. `api`: besides its address."""

    adapter: Adapter
    options: dict[str, Any]
    api: dict[str, Any] = field(default_factory=lambda: {"token": "a token"})

    async def tell(self, toy: ToyApi, topic: str, **data: Any) -> Outcome | None:
        """Tell it something, with all that it can be told switched on."""
        options = {"tell_states": True, "tell_stock": {"*": "*", "Rice": "1042"}, **self.options}
        api = Api(toy.url, **self.api)
        return await tell(self.adapter, api, options, topic, **{"service": "pickup", **data})


SHOPS = {
    "square": Shop(Square(), {}),
    "ubereats": Shop(UberEats(), {"stores": ["st/1"], "confirm_orders": True}),
    "doordash": Shop(
        DoorDash(),
        {"stores": ["st/1"], "key_id": "our key"},
        {"client_id": "us", "client_secret": SECRET, "key": SECRET},
    ),
    "justeat": Shop(JustEat(), {}, {"headers": {"Authorization": "JE-API-KEY hush"}}),
    "shopify": Shop(Shopify(), {}, {"headers": {"X-Shopify-Access-Token": "hush"}}),
    "woocommerce": Shop(
        WooCommerce(), {"statuses": {"ready": "packed"}}, {"headers": {"Authorization": "Basic x"}}
    ),
    "deliverect": Shop(Deliverect(), {"stores": ["st/1"], "account": "our account"}),
    "clover": Shop(Clover(), {"stores": ["st/1"]}),
    "toast": Shop(Toast(), {"stores": ["st/1"]}),
}

ORDER = {
    "location_id": "L1",
    "version": 7,
    "fulfillments": [
        {"uid": "f1", "state": "PROPOSED"},
        {"uid": "f2", "state": "PREPARED"},
        {"uid": "f3", "state": "RESERVED"},
    ],
}
_LEAVES = {
    "nodes": [
        {"id": "gid://1", "status": "OPEN", "deliveryMethod": {"methodType": "PICK_UP"}},
        {"id": "gid://2", "status": "OPEN", "deliveryMethod": {"methodType": "SHIPPING"}},
        {"id": "gid://3", "status": "CLOSED", "deliveryMethod": {"methodType": "PICK_UP"}},
    ]
}
GRAPHQL = "/admin/api/2025-07/graphql.json"
ANSWERS: dict[str, list[tuple[int, Any]]] = {
    "GET /v2/orders/ord%2F1": [(200, {"order": ORDER})],
    "GET /v2/eats/order/ord%2F1": [(200, {"current_state": "CREATED"})],
    f"POST {GRAPHQL}": [
        (200, {"data": {"order": {"fulfillmentOrders": _LEAVES}}}),
        (200, {"data": {"fulfillmentOrderLineItemsPreparedForPickup": {"userErrors": []}}}),
        (200, {}),
    ],
}


def planned() -> ToyApi:
    """Return a toy that answers as the vendors do."""
    return ToyApi({key: list(answers) for key, answers in ANSWERS.items()})
