"""Who a guest is stays out of what is kept for long and shown to everybody."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import parse_qsl

_KEY = re.compile(
    r'"[^"\\]{0,40}?'
    r"(?:customer|consignee|contact|recipient|receiver|phone|mobile|tel|address|e-?mail"
    r"|(?:first|last|full|given|family|user|buyer|guest)[_-]?name"
    r"|姓名|名字|电话|電話|手机|手機|地址|收货|收貨|收件|联系|聯繫)"
    r'[^"\\]{0,40}"\s*:\s*',
    re.IGNORECASE,
)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?$)', re.DOTALL)
_BARE = re.compile(r"[^\s,\]}]*")
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_DEEPEST = 3
_MARK = re.compile(rf"{_STRING.pattern}|[\[\]{{}}]", re.DOTALL)


def without_guests(text: str) -> str:
    """Return `text`, JSON or the start of it, with the values left out that tell who a guest is.

    Whatever they are: text, a number, or all of an object or list.
    """
    return "".join(_kept(text))


def plainly(text: str, content_type: str) -> str:
    """Return a vendor's push, or the start of it, as people read it and `without_guests` sees it.

    A web form is a JSON object, JSON inside of texts is JSON, and mobile numbers that the vendor
    has written into a note are left out.
    """
    if content_type.partition(";")[0].strip().lower() == "application/x-www-form-urlencoded":
        text = json.dumps(dict(parse_qsl(text, keep_blank_values=True)), ensure_ascii=False)
    for _ in range(_DEEPEST):
        text = text.replace('\\"', '"')
    return _MOBILE.sub("…", text)


def _kept(text: str) -> Iterator[str]:
    at = 0
    while key := _KEY.search(text, at):
        yield text[at : key.end()]
        yield '"…"'
        at = _end_of_value(text, key.end())
    yield text[at:]


def _end_of_value(text: str, start: int) -> int:
    """Return where the value that begins at `start` ends: at the end of the text, if cut off."""
    if text[start : start + 1] not in ("{", "["):
        value = _STRING.match(text, start) or _BARE.match(text, start)
        return start if value is None else value.end()
    depth = 0
    for mark in _MARK.finditer(text, start):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(mark[0], 0)
        if depth == 0:
            return mark.end()
    return len(text)
