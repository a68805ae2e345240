"""`DATA/pos.toml`: each vendor's secrets, addresses and options. Any thread.

    [pos.meituan]
    secrets = ["new secret", "old secret"]   # two while one is exchanged for the other
    public_url = "https://kitchen.example.com/v1/pos/meituan"   # where the signature covers it
    source = "meituan-1"                     # what its orders are from; else the vendor's id
    cook_unpaid = false                      # whatever else: an option of the adapter

    [source.till-1]                          # any source, by the name that its orders carry
    name = "收银 1"                          # as people call it
    where = "lan"                            # or "cloud"
    silence = "10 min"                       # instead of what is learnt; "never": may be silent
    heartbeat = "30 s"                       # it promises a sign of life so often
    numbering = "number"                     # its order numbers run on: a missing one is told

A file that cannot be used changes nothing: what was in force stays so, and its faults are told.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from kds.rulebook.diagnostics import Diagnostic, Place, fault
from pos_bridge.pulse.settings import SourceSettings, source_settings
from pos_bridge.settings import is_loopback

_SOURCE = re.compile(r"[A-Za-z0-9._-]{1,64}")
_TEXTS = ("source", "public_url", "api", "api_token", "token_url", "client_id", "client_secret")
_URLS = ("public_url", "api", "token_url")
SETTINGS = frozenset({*_TEXTS, "scope", "secret", "secrets", "api_headers"})
"""What a vendor's table has for every vendor; the rest are options of its adapter."""


@dataclass(frozen=True, slots=True)
class Api:
    """How a vendor's API is asked. `base`: "" for the vendor's usual one.

    Either a fixed `token`, or one asked for at `token_url` with the client's own credentials.
    `key`: what requests are signed with, for vendors that want that: `client_secret`, else the
    first of the vendor's `secrets`.
    """

    base: str = ""
    token: str = field(default="", repr=False)
    token_url: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    scope: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class VendorSettings:
    """The settings of one vendor. `secrets`: any of them signs; empty: only this machine sends."""

    source: str
    secrets: tuple[str, ...] = field(default=(), repr=False)
    public_url: str = ""
    api: Api = Api()
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)


def read_settings(
    file: str, text: str
) -> tuple[dict[str, VendorSettings] | None, tuple[Diagnostic, ...]]:
    """Return the vendors of `text`, or None with the faults that keep it from being used."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, (_syntax(file, str(error)),)
    faults: list[Diagnostic] = []
    reader = _Reader(file, text, faults)
    vendors = reader.table("pos", tables.get("pos", {}))
    read = {name: reader.vendor(name, reader.table(name, table)) for name, table in vendors.items()}
    return (None if faults else read), tuple(faults)


def read_sources(
    file: str, text: str
) -> tuple[dict[str, SourceSettings] | None, tuple[Diagnostic, ...]]:
    """Return what the `[source.NAME]` of a sound TOML `text` say, or None with their faults."""
    faults: list[Diagnostic] = []
    reader = _Reader(file, text, faults)
    try:
        tables = reader.table("source", tomllib.loads(text).get("source", {}))
    except tomllib.TOMLDecodeError:
        return None, ()
    read = {name: reader.source(name, table) for name, table in tables.items()}
    return (None if faults else read), tuple(faults)


def _syntax(file: str, told: str) -> Diagnostic:
    found = re.search(r"\(at line (\d+), column (\d+)\)", told)
    place = Place(file, int(found[1]), int(found[2])) if found else Place(file, 1, 1)
    plain = told.partition(" (at ")[0]
    return fault(place, f"不是有效的 TOML：{plain}", f"not valid TOML: {plain}")


class _Reader:
    """Reads tables and notes what is wrong with them."""

    def __init__(self, file: str, text: str, faults: list[Diagnostic]) -> None:
        self._file = file
        self._lines = text.splitlines()
        self._faults = faults

    def table(self, name: str, value: Any) -> dict[str, Any]:
        """Return a table."""
        if isinstance(value, dict):
            return value
        self._fault("", name, f"“{name}”应是一个表", f"'{name}' must be a table")
        return {}

    def vendor(self, name: str, table: Mapping[str, Any]) -> VendorSettings:
        """Return one vendor's settings."""
        texts = {key: self._text(name, key, table) for key in (*_TEXTS, "scope")}
        for key in _URLS:
            self._check_url(name, key, texts[key])
        source = texts["source"] or name
        if not _SOURCE.fullmatch(source):
            self._fault(
                name,
                "source",
                "source 只能用 A-Z a-z 0-9 . _ -，最多 64 个",
                "source must have 1 to 64 of the characters A-Z a-z 0-9 . _ -",
            )
        secrets = self._secrets(name, table)
        headers = self.table("api_headers", table.get("api_headers", {}))
        return VendorSettings(
            source,
            secrets,
            texts["public_url"],
            self._api(texts, headers, texts["client_secret"] or next(iter(secrets), "")),
            {key: value for key, value in table.items() if key not in SETTINGS},
        )

    def source(self, name: str, table: Any) -> SourceSettings:
        """Return what is said of one source."""
        settings, faults = source_settings(table)
        for found in faults:
            self._fault(name, found.key, found.zh, found.en)
        return settings

    def _api(self, texts: Mapping[str, str], headers: Mapping[str, Any], key: str) -> Api:
        return Api(
            base=texts["api"].rstrip("/"),
            token=texts["api_token"],
            token_url=texts["token_url"],
            client_id=texts["client_id"],
            client_secret=texts["client_secret"],
            scope=texts["scope"],
            headers={name: str(value) for name, value in headers.items()},
            key=key,
        )

    def _secrets(self, vendor: str, table: Mapping[str, Any]) -> tuple[str, ...]:
        given = table.get("secrets", [table["secret"]] if "secret" in table else [])
        if isinstance(given, list) and all(isinstance(each, str) and each for each in given):
            return tuple(given)
        self._fault(
            vendor,
            "secrets",
            "secrets 应是一列不为空的文字",
            "secrets must be a list of texts that are not empty",
        )
        return ()

    def _text(self, vendor: str, key: str, table: Mapping[str, Any]) -> str:
        value = table.get(key, "")
        if isinstance(value, str):
            return value.strip()
        self._fault(vendor, key, f"{key} 应是文字", f"{key} must be text")
        return ""

    def _check_url(self, vendor: str, key: str, url: str) -> None:
        """Refuse what is no address, and plain HTTP to anywhere but this machine."""
        if not url:
            return
        parts = urlsplit(url)
        is_plain = parts.scheme == "http" and (
            key == "public_url" or is_loopback(parts.netloc.partition(":")[0])
        )
        if not parts.netloc or not (parts.scheme == "https" or is_plain):
            self._fault(
                vendor,
                key,
                f"{key} 应以 https:// 开头",
                f"{key} must be an address that starts with https://",
            )

    def _fault(self, vendor: str, key: str, zh: str, en: str) -> None:
        self._faults.append(fault(place_of(self._file, self._lines, vendor, key), zh, en))


def place_of(file: str, lines: Sequence[str], vendor: str, key: str) -> Place:
    """Return where a key of a vendor's table stands, as far as that can be seen."""
    start = 0
    for number, line in enumerate(lines):
        if re.match(rf"\s*\[.*\b{re.escape(vendor or key)}\b.*\]", line):
            start = number
            break
    for number, line in enumerate(lines[start:], start):
        if re.match(rf"\s*\"?{re.escape(key)}\"?\s*=", line):
            return Place(file, number + 1, 1)
    return Place(file, start + 1, 1)
