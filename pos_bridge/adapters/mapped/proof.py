"""Where a push comes from, as a mapping file says it is proven."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime

from pos_bridge.adapters import signatures, values
from pos_bridge.adapters.adapter import BadSignature, Push
from pos_bridge.adapters.mapped.schema import FIELD, SignatureSpec

_BEARER = "Bearer "


def verify(spec: SignatureSpec | None, push: Push, secrets: Sequence[str], at: datetime) -> None:
    """Raise `BadSignature` unless a push is proven as `spec` says; None: by a bearer token."""
    if spec is None:
        sent = signatures.header_of(push, "authorization").removeprefix(_BEARER)
        return signatures.require_one(sent, secrets)
    if spec.scheme == "standard-webhooks":
        return _standard(push, secrets, at)
    sent = signatures.header_of(push, spec.header).removeprefix(spec.prefix)
    if spec.scheme == "token":
        is_bearer = spec.header == "authorization"
        return signatures.require_one(sent.removeprefix(_BEARER) if is_bearer else sent, secrets)
    stamp = ""
    if spec.timestamp is not None:
        stamp = signatures.header_of(push, spec.timestamp)
        _require_recent(stamp, at)
    _, algorithm, form = spec.scheme.split("-")
    content = _content(spec.content, push, stamp)
    return signatures.require(sent, secrets, lambda key: _signed(key, algorithm, form, content))


def _signed(secret: str, algorithm: str, form: str, content: bytes) -> str:
    digest = hmac.new(secret.encode(), content, algorithm).digest()
    return digest.hex() if form == "hex" else base64.b64encode(digest).decode()


def _content(template: str, push: Push, stamp: str) -> bytes:
    """Return what is signed; the body goes in as its raw bytes."""
    parts = {"body": push.body, "url": push.url.encode(), "timestamp": stamp.encode()}
    content, end = b"", 0
    for field in FIELD.finditer(template):
        content += template[end : field.start()].encode() + parts[field[1]]
        end = field.end()
    return content + template[end:].encode()


def _require_recent(stamp: str, at: datetime) -> None:
    signed_at = values.when(stamp, UTC)
    if signed_at is None:
        raise BadSignature(f"the time {stamp!r} can not be read")
    signatures.require_recent(signed_at, at)


def _standard(push: Push, secrets: Sequence[str], at: datetime) -> None:
    """Check by the Standard Webhooks specification 1.0: `id.timestamp.body`, several signatures."""
    message = signatures.header_of(push, "webhook-id")
    stamp = signatures.header_of(push, "webhook-timestamp")
    sent = signatures.header_of(push, "webhook-signature").split()
    _require_recent(stamp, at)
    content = f"{message}.{stamp}.".encode() + push.body
    allowed = [f"v1,{_of_whsec(secret, content)}" for secret in secrets]
    given = [each for each in sent if each.startswith("v1,")]
    fits = [hmac.compare_digest(one.encode(), each.encode()) for one in given for each in allowed]
    if not any(fits):
        raise BadSignature("the signature does not fit")


def _of_whsec(secret: str, content: bytes) -> str:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = secret.encode()
    return base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
