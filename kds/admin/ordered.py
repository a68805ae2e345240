"""The dishes that a running bridge has been sent, as far as its log goes back."""

from __future__ import annotations

from kds.admin.bridge import Bridge
from kds.admin.menus import Dish

_PAGE = 1_000
_LOOKED_BACK = 50_000
"""So many events are some busy days; more would not find more dishes."""


def ordered_dishes(bridge: Bridge) -> tuple[Dish, ...]:
    """Return each dish of the log's last orders once, first ordered first."""
    last = int(bridge.get("health")["seq"])
    after = max(0, last - _LOOKED_BACK)
    found: dict[Dish, None] = {}
    while page := bridge.events(after, _PAGE):
        for event in page:
            if event["kind"] == "order_received":
                for line in event["data"]["message"]["lines"]:
                    dish = Dish(
                        line["name"],
                        line.get("category", ""),
                        line.get("item_id", ""),
                        tuple(line.get("tags", ())),
                    )
                    found[dish] = None
        after = page[-1]["seq"]
    return tuple(found)
