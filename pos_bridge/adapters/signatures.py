"""Proofs of where a push comes from, as vendors make them. Every comparison takes the same time."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from pos_bridge.adapters.adapter import BadSignature, Push

WINDOW = timedelta(minutes=5)


def header_of(push: Push, name: str) -> str:
    """Return a header's value; raises `BadSignature` where it is missing or empty."""
    value = push.headers.get(name.lower(), "").strip()
    if not value:
        raise BadSignature(f"no header {name}")
    return value


def hmac_hex(secret: str, *parts: bytes) -> str:
    """Return HMAC-SHA256 over all parts, as lower-case hexadecimal digits."""
    return hmac.new(secret.encode(), b"".join(parts), hashlib.sha256).hexdigest()


def hmac_base64(secret: str, *parts: bytes) -> str:
    """Return HMAC-SHA256 over all parts, as Base64."""
    digest = hmac.new(secret.encode(), b"".join(parts), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def require(sent: str, secrets: Iterable[str], sign: Callable[[str], str]) -> None:
    """Raise `BadSignature` unless `sent` is what `sign` makes of one of `secrets`."""
    require_one(sent, [sign(secret) for secret in secrets])


def require_one(sent: str, allowed: Sequence[str]) -> None:
    """Raise `BadSignature` unless `sent` is one of `allowed`; all of them are compared."""
    given = sent.encode("utf-8", "replace")
    fits = [hmac.compare_digest(given, each.encode("utf-8", "replace")) for each in allowed]
    if not any(fits):
        raise BadSignature("the signature does not fit")


def require_recent(signed_at: datetime, at: datetime, window: timedelta = WINDOW) -> None:
    """Raise `BadSignature` where a signed time lies too far off: an old push sent again."""
    if abs(at - signed_at) > window:
        raise BadSignature(f"signed at {signed_at.isoformat()}, which is not now")
