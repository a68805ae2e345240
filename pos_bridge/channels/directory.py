"""Which vendors there are: our adapters, those of other packages, and the settings of each.

Everything is read again when `pos.toml` changes; a text with faults leaves in force what was.
"""

from __future__ import annotations

import logging
import stat
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from kds.kitchen.wording import Wording
from kds.rulebook.diagnostics import Diagnostic, Place, Severity, did_you_mean
from pos_bridge.adapters.adapter import Adapter
from pos_bridge.adapters.signing import Signing
from pos_bridge.channels.mapfiles import Maps, read_maps
from pos_bridge.channels.options import check_options
from pos_bridge.channels.settings import VendorSettings, read_settings, read_sources
from pos_bridge.pulse.settings import SourceSettings
from pos_bridge.settings import plain

_logger = logging.getLogger(__name__)
GROUP = "pos_bridge.adapters"
BUILT_IN: Mapping[str, str] = {
    "clover": "pos_bridge.adapters.clover:Clover",
    "deliverect": "pos_bridge.adapters.deliverect:Deliverect",
    "doordash": "pos_bridge.adapters.doordash:DoorDash",
    "eleme": "pos_bridge.adapters.eleme:Eleme",
    "justeat": "pos_bridge.adapters.justeat:JustEat",
    "meituan": "pos_bridge.adapters.meituan:Meituan",
    "shopify": "pos_bridge.adapters.shopify:Shopify",
    "square": "pos_bridge.adapters.square:Square",
    "toast": "pos_bridge.adapters.toast:Toast",
    "ubereats": "pos_bridge.adapters.ubereats:UberEats",
    "woocommerce": "pos_bridge.adapters.woocommerce:WooCommerce",
}
"""Vendor id to `module:class`. Ours are named here and not in our own entry points, which are
missing where the program runs from a tree or a frozen folder."""

_MOST_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Channel:
    """One vendor: how its pushes are read, and with which settings."""

    adapter: Adapter
    settings: VendorSettings

    @property
    def may_ask(self) -> bool:
        """Whether the settings name credentials of the vendor's API."""
        api = self.settings.api
        has_token = bool(api.token or api.token_url or api.headers)
        return bool(api.client_id and api.key) if isinstance(self.adapter, Signing) else has_token


@dataclass(frozen=True, slots=True)
class Directory:
    """What is in force. `sources`: what an admin says of sources, by name.

    `maps`: the mapping files. `is_settled`: the settings could be read, so it is known who must
    sign.
    """

    channels: Mapping[str, Channel] = field(default_factory=dict)
    sources: Mapping[str, SourceSettings] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()
    is_settled: bool = True
    maps: Maps = Maps()

    @property
    def cloud(self) -> frozenset[str]:
        """The sources whose orders come through the internet."""
        return frozenset(
            channel.settings.source for name, channel in self.channels.items() if name in BUILT_IN
        )


def load_adapters() -> dict[str, Adapter]:
    """Return every adapter that is installed; one that fails to load is logged and left out."""
    found: dict[str, Adapter] = {}
    ours = [EntryPoint(name, value, GROUP) for name, value in BUILT_IN.items()]
    for entry in (*ours, *entry_points(group=GROUP)):
        adapter = _loaded(entry)
        if adapter is None:
            continue
        if adapter.vendor in found:
            _logger.warning("adapter %s is left out: there is a %s", entry.value, adapter.vendor)
            continue
        found[adapter.vendor] = adapter
    return found


def _loaded(entry: EntryPoint) -> Adapter | None:
    try:
        made = entry.load()
        adapter: Adapter = made() if isinstance(made, type) else made
        _ = (adapter.vendor, adapter.verify, adapter.read)
    except Exception:  # somebody else's package: whatever is wrong with it stays its own fault
        _logger.exception("adapter %s can not be loaded", entry.value)
        return None
    return adapter


def read_directory(
    adapters: Mapping[str, Adapter], file: Path, maps: Path, before: Directory
) -> Directory:
    """Read the settings in `file` and the mapping files in the folder `maps`.

    Of what can not be used, that stays which was `before`.
    """
    found = read_maps(maps, before.maps, adapters)
    try:
        text = text_of(file)
    except (OSError, ValueError) as error:
        return _unsettled(before, (_fault(file.name, plain(error), plain(error)),))
    settings, faults = read_settings(file.name, text)
    sources, more = read_sources(file.name, text)
    if settings is None or sources is None:
        return _unsettled(before, (*faults, *more))
    installed = {**adapters, **found.adapters}
    channels = {
        name: Channel(adapter, settings.get(name, VendorSettings(name)))
        for name, adapter in installed.items()
    }
    known = {*installed, *found.broken}
    told = (
        *found.diagnostics,
        *_unknown(file.name, text, settings, known),
        *check_options(file.name, text, installed, settings),
    )
    return Directory(channels, sources, told, maps=found)


def text_of(file: Path) -> str:
    """Return the text of the settings, "" where there is no such file."""
    if not file.exists():
        return ""
    if file.stat().st_size > _MOST_BYTES:
        raise ValueError(f"larger than {_MOST_BYTES // 1024} KB")
    if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        _logger.warning("%s holds secrets and can be read by others: chmod 600", file)
    return file.read_text("utf-8-sig")


def _unsettled(before: Directory, faults: tuple[Diagnostic, ...]) -> Directory:
    is_settled = before.is_settled and bool(before.channels)
    return replace(before, diagnostics=faults, is_settled=is_settled)


def _unknown(
    file: str, text: str, settings: Mapping[str, VendorSettings], known: Collection[str]
) -> tuple[Diagnostic, ...]:
    """Warn of tables that are of no vendor here."""
    lines = text.splitlines()
    return tuple(
        Diagnostic(
            Severity.WARNING,
            file,
            next((n for n, line in enumerate(lines, 1) if f"pos.{name}" in line), 1),
            1,
            Wording(f"没有渠道“{name}”", f"there is no vendor '{name}'"),
            did_you_mean(name, known),
        )
        for name in settings
        if name not in known
    )


def _fault(file: str, zh: str, en: str) -> Diagnostic:
    place = Place(file, 1, 1)
    return Diagnostic(Severity.ERROR, place.file, place.line, place.col, Wording(zh, en))
