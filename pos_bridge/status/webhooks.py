"""The webhooks of `DATA/pos.toml`: where states go, signed with which secrets. Pure.

    [[webhook]]
    name = "back office"                      # for people; else the host of the address
    url = "https://pos.example.com/kitchen"
    secrets = ["whsec_new…", "whsec_old…"]    # two while one is exchanged for the other
    sources = ["till-1"]                      # absent: of every source
    events = ["order.*", "stock.sold_out"]    # absent: all

A text with a fault names them all and gives no webhooks: what was in force stays so.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from kds.kitchen.wording import Wording
from kds.rulebook.diagnostics import Diagnostic, Place, did_you_mean, fault
from kds.store.values import Outgoing
from pos_bridge.status.changes import What
from pos_bridge.status.messages import STOCK_LEFT, STOCK_ON_SALE, STOCK_SOLD_OUT
from pos_bridge.status.outcome import Messenger
from pos_bridge.status.signing import headers, secret_of

TOPICS = (
    *(f"order.{what}" for what in What),
    *(f"line.{what}" for what in What),
    *(STOCK_SOLD_OUT, STOCK_LEFT, STOCK_ON_SALE),
)
_PATTERNS = (*TOPICS, "order.*", "line.*", "stock.*", "*")
_KEYS = ("name", "url", "secrets", "sources", "events")
_AGENT = "kitchen-display"


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request to an absolute address."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str]
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that is told, a `telling.Destination`. Empty `sources`, `events`: all."""

    name: str
    channel: str
    url: str = field(repr=False)
    secrets: tuple[bytes, ...] = field(repr=False)
    sources: frozenset[str] = frozenset()
    events: tuple[str, ...] = ()

    def wants(self, source: str) -> bool:
        """Say whether it is told of orders from `source`."""
        return not self.sources or source in self.sources

    def topic(self, topics: Sequence[str]) -> str | None:
        """Return the first of `topics` that it wants, None if it wants none."""
        if not self.events:
            return topics[0]
        return next((t for t in topics if any(fnmatchcase(t, e) for e in self.events)), None)

    def messenger(self) -> Messenger:
        """Return a way there."""
        from pos_bridge.status.posting import Poster  # a tenth of a second, for who has a webhook

        return Poster(self.request)

    def request(self, entry: Outgoing, now_s: int) -> Request:
        """Make the signed request."""
        body = entry.body.encode()
        signed = headers(self.secrets, entry.id, now_s, body)
        kind = {"content-type": "application/json", "user-agent": _AGENT}
        return Request("POST", self.url, kind | signed, body)


def read_webhooks(
    file: str, text: str
) -> tuple[tuple[Webhook, ...] | None, tuple[Diagnostic, ...]]:
    """Return the webhooks of `text`, or None with the faults that keep it from being used.

    Of a text that is no TOML at all the faults are told by `pos_bridge.channels`.
    """
    try:
        tables = tomllib.loads(text).get("webhook", [])
    except tomllib.TOMLDecodeError:
        return None, ()  # the channels, whose file it is too, say where
    reader = _Reader(file, text)
    found = [reader.webhook(i, table) for i, table in enumerate(_listed(tables))]
    hooks = [hook for hook in found if hook is not None]
    reader.refuse_twins(hooks)
    return (None if reader.faults else tuple(hooks)), tuple(reader.faults)


def _listed(tables: object) -> list[object]:
    return tables if isinstance(tables, list) else [tables]


class _Reader:
    """Reads tables and notes what is wrong with them in `faults`."""

    def __init__(self, file: str, text: str) -> None:
        self.faults: list[Diagnostic] = []
        self._file = file
        self._lines = text.splitlines()

    def webhook(self, nth: int, table: object) -> Webhook | None:
        """Return one webhook; None where something of it is wrong."""
        before = len(self.faults)
        if not isinstance(table, dict):
            self._fault(
                nth, "", "webhook 应写成 [[webhook]]", "webhook must be written [[webhook]]"
            )
            return None
        self._refuse_unknown(nth, table)
        url, name = self._url(nth, table.get("url")), self._name(nth, table.get("name", ""))
        secrets = tuple(self._secrets(nth, table.get("secrets")))
        sources = self._texts(nth, "sources", table.get("sources", []))
        events = self._events(nth, table.get("events", []))
        if len(self.faults) > before:
            return None
        channel = f"webhook:{name or sha256(url.encode()).hexdigest()[:16]}"
        shown = name or urlsplit(url).hostname or channel
        return Webhook(shown, channel, url, secrets, frozenset(sources), tuple(events))

    def refuse_twins(self, hooks: Sequence[Webhook]) -> None:
        """Refuse two that could not be told apart."""
        channels = [hook.channel for hook in hooks]
        for nth, channel in enumerate(channels):
            if channel in channels[:nth]:
                zh = "这个 webhook 与前一个相同：请用不同的 name"
                self._fault(nth, "", zh, "this webhook is there already: give each its own name")

    def _refuse_unknown(self, nth: int, table: Mapping[str, Any]) -> None:
        for key in sorted(table.keys() - set(_KEYS)):
            hint = did_you_mean(key, _KEYS)
            self._fault(nth, key, f"不认识 {key}", f"there is no '{key}' here", hint)

    def _url(self, nth: int, value: object) -> str:
        """Return an absolute address without a user in it."""
        text = value.strip() if isinstance(value, str) else ""
        try:
            parts = urlsplit(text)
            is_good = parts.scheme in ("http", "https") and bool(parts.hostname)
            _ = parts.port
        except ValueError:
            is_good = False
        if not is_good or "@" in parts.netloc:
            zh, en = "url 应是 https:// 开头的地址", "url must be an address such as https://…"
            self._fault(nth, "url", zh, en)
        return text

    def _name(self, nth: int, value: object) -> str:
        if isinstance(value, str) and len(value) <= 64 and value.isprintable():
            return value.strip()
        zh, en = "name 应是 64 个字以内的文字", "name must be text of up to 64 letters"
        self._fault(nth, "name", zh, en)
        return ""

    def _secrets(self, nth: int, value: object) -> Iterator[bytes]:
        if not isinstance(value, list) or not value:
            zh, en = "缺少 secrets", "secrets are missing: a list of whsec_…"
            self._fault(nth, "secrets", zh, en)
            return
        for place, text in enumerate(value, 1):
            try:
                yield secret_of(text if isinstance(text, str) else "")
            except ValueError as error:
                zh = f"第 {place} 个密钥应是 whsec_ 加 24 至 64 字节的 base64"
                self._fault(nth, "secrets", zh, f"secret {place} {error}")

    def _events(self, nth: int, value: object) -> list[str]:
        events = self._texts(nth, "events", value)
        for event in events:
            if event not in _PATTERNS:
                hint = did_you_mean(event, _PATTERNS)
                self._fault(nth, "events", f"没有事件 {event}", f"no event '{event}'", hint)
        return events

    def _texts(self, nth: int, key: str, value: object) -> list[str]:
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return value
        self._fault(nth, key, f"{key} 应是一列文字", f"{key} must be a list of texts")
        return []

    def _fault(self, nth: int, key: str, zh: str, en: str, hint: Wording | None = None) -> None:
        place = Place(self._file, self._line(nth, key), 1)
        self.faults.append(fault(place, zh, en, hint))

    def _line(self, nth: int, key: str) -> int:
        """Return the line where a key of the nth table stands, as far as that can be seen."""
        heads = [
            i for i, line in enumerate(self._lines) if re.match(r"\s*\[\[\s*webhook\s*]]", line)
        ]
        start = heads[nth] if nth < len(heads) else 0
        end = heads[nth + 1] if nth + 1 < len(heads) else len(self._lines)
        for number in range(start, end):
            if key and re.match(rf"\s*\"?{re.escape(key)}\"?\s*=", self._lines[number]):
                return number + 1
        return start + 1
