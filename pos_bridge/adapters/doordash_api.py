"""What DoorDash's API is told, as `doordash.py` shows, and the token of each request.

developer.doordash.com, "Create a JWT": HS256 with the decoded signing secret, at most 30 minutes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote

from pos_bridge.adapters.adapter import Fetch
from pos_bridge.adapters.signing import Key, Request
from pos_bridge.adapters.status import NotTakenError, StatusUpdate, reached, stock_of, stores_told
from pos_bridge.adapters.values import text

_LASTS_S = 300


def calls(update: StatusUpdate) -> Iterator[Fetch]:
    """Yield what tells `update`. Raises `NotTakenError` where the settings say too little."""
    if stock := stock_of(update):
        said = [{"merchant_supplied_id": stock.item, "is_active": stock.is_on_sale}]
        for store in stores_told(update):
            path = f"/api/v1/stores/{quote(store, safe='')}/items/status"
            yield _fetch(update, stock.item, "PUT", path, said)
    elif reached(update, "ready"):
        number = text(update.data.get("order_id"))
        path = f"/api/v1/orders/{quote(number, safe='')}/events/order_ready_for_pickup"
        yield _fetch(update, number, "PATCH", path, {"merchant_supplied_id": number})


def _fetch(update: StatusUpdate, key: str, method: str, path: str, said: Any) -> Fetch:
    key_id = text(update.options.get("key_id"))
    if not key_id:
        raise NotTakenError("key_id is not set in pos.toml", is_final=False)
    about = {"key_id": key_id}
    return Fetch(update.id, key, path, method, body=json.dumps(said), about=about)


# --- the token -----------------------------------------------------------------------------


def signed(fetch: Fetch, key: Key, at: datetime) -> Request:
    """Return the request with its token."""
    headers = {
        "Authorization": f"Bearer {_token(text(fetch.about.get('key_id')), key, at)}",
        "auth-version": "v2",
        "Content-Type": "application/json",
    }
    return Request(fetch.method, f"{key.base}{fetch.path}", headers, fetch.body)


def _token(key_id: str, key: Key, at: datetime) -> str:
    issued = int(at.timestamp())
    claims = {"aud": "doordash", "iss": key.id, "kid": key_id}
    head = {"alg": "HS256", "typ": "JWT", "dd-ver": "DD-JWT-V1"}
    parts = (head, {**claims, "iat": issued, "exp": issued + _LASTS_S})
    content = ".".join(_base64(json.dumps(part).encode()) for part in parts)
    digest = hmac.digest(_decoded(key.secret), content.encode(), hashlib.sha256)
    return f"{content}.{_base64(digest)}"


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _decoded(secret: str) -> bytes:
    """Return the bytes of a signing secret; one that is no Base64 signs nothing that fits."""
    try:
        return base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))
    except (binascii.Error, ValueError):
        return secret.encode()
