"""An adapter as somebody else's package has it; copied to where a bridge finds it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from kds.kitchen.wording import Wording
from pos_bridge.adapters import signatures, values
from pos_bridge.adapters.adapter import Context, Fetch, Fetched, Order, Push, Reading


class Acme:
    """Its body says itself what its reading is to be."""

    vendor = "acme"

    def verify(self, push: Push, secrets: Sequence[str], at: datetime) -> None:
        """Signed over address and body."""
        sent = signatures.header_of(push, "X-Acme-Signature")
        url = push.url.encode()
        signatures.require(sent, secrets, lambda key: signatures.hmac_hex(key, url, push.body))

    def read(self, push: Push, context: Context) -> Reading:
        """Return what the body says."""
        said = values.json_object(push.body, push.content_type)
        if "crash" in said:
            raise ZeroDivisionError
        return Reading(
            _orders(said, "orders", context),
            _orders(said, "amendments", context),
            said.get("ignored"),
            acknowledgement=b'{"data":"ok"}' if push.topic == "ok" else None,
            doubts=tuple(Wording(each, each) for each in said.get("doubts", ())),
            missed=_orders(said, "missed", context),
        )


class Local(Acme):
    """Another vendor, for which nothing is set."""

    vendor = "local"


class Thin(Acme):
    """A vendor that only tells ids."""

    vendor = "thin"
    api = "https://api.acme.example"

    def read(self, push: Push, context: Context) -> Reading:
        """Ask for the order."""
        said = values.json_object(push.body, push.content_type)
        order = values.text(said.get("order"))
        path, event = f"/orders/{order}", values.text(said.get("event"))
        only_new = said.get("unless_known") is True
        return Reading(fetch=(Fetch(event, order, path, about=said, unless_known=only_new),))

    def read_fetched(self, fetched: Fetched, context: Context) -> Reading:
        """Return the order as the API has it."""
        if fetched.status == 404:
            return Reading(ignored="there is no such order")
        said = values.json_object(fetched.body, fetched.content_type)
        said["note"] = values.text(fetched.fetch.about.get("event"))
        return Reading(_orders({"orders": [said]}, "orders", context))


def _orders(said: dict[str, Any], key: str, context: Context) -> tuple[Order, ...]:
    return tuple({"source": context.source, **order} for order in said.get(key, ()))


_ENTRY_POINTS = """[pos_bridge.adapters]
acme = acme_kitchen:Acme
local = acme_kitchen:Local
thin = acme_kitchen:Thin
broken = acme_kitchen:Nothing
"""


def install(folder: Path) -> str:
    """Install this package into `folder`; return the PYTHONPATH of a bridge that has it."""
    about = folder / "acme_kitchen-1.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Name: acme-kitchen\nVersion: 1\n")
    (about / "entry_points.txt").write_text(_ENTRY_POINTS)
    (folder / "acme_kitchen.py").write_text(Path(__file__).read_text("utf-8"), "utf-8")
    return f"{Path(__file__).resolve().parents[2]}:{folder}"
