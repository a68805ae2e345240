"""Signatures of Standard Webhooks: https://www.standardwebhooks.com, symmetric scheme `v1`.

Signed is `id.timestamp.body`; a secret is `whsec_` and base64 of 24 to 64 bytes. Several
signatures, one per secret, stand in one header, so that a receiver can change secrets at leisure.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence

PREFIX = "whsec_"
_SHORTEST, _LONGEST = 24, 64


def secret_of(text: str) -> bytes:
    """Return the key that `whsec_…` stands for; raises ValueError with plain words."""
    is_marked = text.startswith(PREFIX)
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True) if is_marked else b""
    except ValueError:
        key = b""
    if not key:
        raise ValueError("is no secret: it must be whsec_ and base64")
    if not _SHORTEST <= len(key) <= _LONGEST:
        raise ValueError(f"must hold {_SHORTEST} to {_LONGEST} bytes, it holds {len(key)}")
    return key


def headers(
    secrets: Sequence[bytes], message_id: str, timestamp_s: int, body: bytes
) -> dict[str, str]:
    """Return the three headers of a message that is sent at `timestamp_s` (Unix seconds)."""
    signed = f"{message_id}.{timestamp_s}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp_s),
        "webhook-signature": " ".join(_signature(secret, signed) for secret in secrets),
    }


def _signature(secret: bytes, signed: bytes) -> str:
    return "v1," + base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()
