"""From the bytes that somebody sent to parsed JSON: charset, size, depth, unusable characters."""

from __future__ import annotations

import codecs
import json
import re
from decimal import Decimal, DecimalException
from functools import lru_cache
from typing import Any, NoReturn

from pydantic_core import from_json

from kds.records.errors import NotJson, TooLarge

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 32

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark starts with UTF-16's
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CHARSETS = re.compile(
    r"utf-?(8|16|32)(-[lb]e)?|gbk|gb2312|gb18030|hz|big5(hkscs)?|shift_jis|euc_(jp|kr)|cp\d+"
    r"|iso8859-\d+|ascii|koi8-[ru]"
)
"""Codecs a sender may name. Python has stranger ones, some of them slow on hostile input."""

_DECLARED = re.compile(r"charset\s*=\s*\"?([^\s\";]+)", re.IGNORECASE)
_UNUSABLE = re.compile("[\0\ud800-\udfff]")
_MAY_BE_UNUSABLE = re.compile(r"\\u(?:0000|d[89a-f])", re.IGNORECASE)
_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKETS = re.compile(r"[\[\]{}]")


def read_json(body: bytes, content_type: str | None = None) -> tuple[Any, tuple[str, ...]]:
    """Return the JSON value of `body` and warnings for the sender.

    NUL and lone surrogates in texts are U+FFFD afterwards. Raises `NotJson` and `TooLarge`.
    """
    if len(body) > MAX_BYTES:
        raise TooLarge(f"the body has {len(body):,} bytes; at most {MAX_BYTES:,} are taken")
    text, warnings = _text(body, content_type)
    try:
        value = from_json(text, allow_inf_nan=False)
    except ValueError:  # not JSON, or what only the slower parser takes: lone surrogates
        value = _parse(text)
    if text.count("[") + text.count("{") > MAX_DEPTH and _is_deeper(value, MAX_DEPTH):
        raise TooLarge(f"the body is nested deeper than {MAX_DEPTH} levels")
    if _MAY_BE_UNUSABLE.search(text):
        value = _cleaned(value)
    return value, warnings


def legible(body: bytes, content_type: str | None = None) -> str:
    """Return `body` as text for people, whatever it is: what cannot be read becomes U+FFFD."""
    try:
        text, _ = _text(body, content_type)
    except NotJson:
        text = body.decode("utf-8", "replace")
    return clean(text)


def clean(text: str) -> str:
    """Replace what no store, font or socket can carry; everything else stays as it is."""
    return _UNUSABLE.sub("\ufffd", text)


# --- bytes to text -------------------------------------------------------------------------


def _text(body: bytes, content_type: str | None) -> tuple[str, tuple[str, ...]]:
    """Decode: a byte order mark, the declared charset, UTF-8 and its kin, then GB 18030."""
    declared = _declared(content_type or "")
    if body[:1] == b"{" and declared in {None, "utf-8"}:  # as nearly all do: no need to guess
        decoded = _decoded(body, "utf-8")
        if decoded is not None and "\0" not in decoded:
            return decoded, ()
    for mark, name in _BOMS:
        if body.startswith(mark):
            decoded = _decoded(body[len(mark) :], name)
            if decoded is not None:
                return decoded, ()
    if declared is not None:
        decoded = _decoded(body, "utf-8")
        if decoded is not None and _is_utf8_after_all(decoded, declared):
            return decoded, (
                f"the text is said to be {declared}; it was read as UTF-8, which it is",
            )
    for candidate in (declared, json.detect_encoding(body)):
        decoded = None if candidate is None else _decoded(body, candidate)
        if decoded is not None:
            return decoded, ()
    decoded = _decoded(body, "gb18030")
    if decoded is not None and _looks_chinese(body):
        return decoded, ("the text is not UTF-8; it was read as GB 18030",)
    raise NotJson("the body is not text that can be read: neither UTF-8 nor GB 18030")


def _is_utf8_after_all(text: str, declared: str) -> bool:
    """Say whether a till that declares another charset sends UTF-8, as JSON must be (RFC 8259).

    What reads as UTF-8 with characters of three bytes is none of the others. One of two bytes
    can be a common ideograph of theirs.
    """
    if declared == "utf-8" or "\0" in text:
        return False
    if declared.startswith(("utf-16", "utf-32")):
        return text.lstrip()[:1] in {"{", "["}
    return any(character > "\u07ff" for character in text)


@lru_cache(maxsize=64)
def _declared(content_type: str) -> str | None:
    """Return the codec that a Content-Type (or a bare charset) names, if it is one of ours."""
    found = _DECLARED.search(content_type)
    name = found[1] if found else content_type
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    return codec if _CHARSETS.fullmatch(codec) else None


def _decoded(body: bytes, charset: str) -> str | None:
    try:
        return body.decode(charset)
    except UnicodeDecodeError:
        return None


def _looks_chinese(body: bytes) -> bool:
    """Tell GB 18030 from Western single bytes, which it would read as rare ideographs.

    Common ideographs have both bytes above A0; an é before a letter has not.
    """
    pairs = re.findall(rb"[\x81-\xfe][\x40-\xfe]", body)
    common = sum(1 for pair in pairs if pair[0] > 0xA0 and pair[1] > 0xA0)
    return common * 2 > len(pairs)


# --- text to values ------------------------------------------------------------------------


def _parse(text: str) -> Any:
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise NotJson(f"not JSON: {error.msg} at {place}") from None
    except RecursionError:
        _refuse_deep(text)


def _refuse_deep(text: str) -> NoReturn:
    """Say of a text too deep to parse whether it was JSON at all, as far as brackets tell."""
    opened = []
    for bracket in _BRACKETS.findall(_STRINGS.sub("", text)):
        if bracket in "[{":
            opened.append("]" if bracket == "[" else "}")
        elif not opened or opened.pop() != bracket:
            raise NotJson("not JSON: the brackets do not match")
    if opened:
        raise NotJson("not JSON: the text ends inside a bracket")
    raise TooLarge(f"the body is nested deeper than {MAX_DEPTH} levels")


def _constant(name: str) -> NoReturn:
    raise NotJson(f"not JSON: {name} is no JSON number")


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except DecimalException:  # an exponent beyond what Decimal can hold: as good as endless
        return Decimal("Infinity")


def _integer(text: str) -> int | Decimal:
    # Python refuses to turn thousands of digits into an int, for a good reason.
    return int(text) if len(text) < 1000 else _decimal(text)


_DECODER = json.JSONDecoder(
    parse_constant=_constant, parse_float=_decimal, parse_int=_integer, strict=True
)


def _is_deeper(value: Any, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        level = [child for item in level for child in _children(item)]
        if not level:
            return False
    return any(isinstance(item, dict | list) for item in level)


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _cleaned(value: Any) -> Any:
    """Return `value` with `clean` texts and keys; at most `MAX_DEPTH` deep."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {clean(key): _cleaned(item) for key, item in value.items()}
    return value
