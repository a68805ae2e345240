"""`DATA/pos/*.yaml`: one mapping file per vendor, named like it.

A file with faults leaves in force what it said before; without that its pushes wait with 503.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from kds.rulebook.diagnostics import Diagnostic, Place, fault, has_errors
from kds.rulefiles.texts import read_texts
from pos_bridge.adapters.adapter import Adapter

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


@dataclass(frozen=True, slots=True)
class Maps:
    """What the mapping files say. `broken`: vendors whose file has never been usable."""

    adapters: Mapping[str, Adapter] = field(default_factory=dict)
    broken: frozenset[str] = frozenset()
    diagnostics: tuple[Diagnostic, ...] = ()


def read_maps(folder: Path, before: Maps, taken: Collection[str]) -> Maps:
    """Read the files in `folder`. `taken`: vendors that have an adapter of their own."""
    if not folder.is_dir():
        return Maps()
    from pos_bridge.adapters.mapped.mapped import Mapped, read_map  # pydantic models: when needed

    texts, diagnostics = read_texts(folder)
    faults = [replace(each, file=f"{folder.name}/{each.file}") for each in diagnostics]
    adapters: dict[str, Adapter] = {}
    broken: set[str] = set()
    for name in sorted({*texts, *(each.file for each in diagnostics)} - {str(folder)}):
        vendor, file = name.rpartition(".")[0], f"{folder.name}/{name}"
        told = _name_faults(file, vendor, taken)
        spec = None
        if not told and name in texts:
            spec, told = read_map(file, texts[name])
        faults += told
        is_bad = has_errors([*told, *(each for each in diagnostics if each.file == name)])
        if spec is not None and not is_bad:
            adapters[vendor] = Mapped(vendor, spec)
        elif vendor in before.adapters:
            adapters[vendor] = before.adapters[vendor]
        elif vendor not in taken:
            broken.add(vendor)
    return Maps(adapters, frozenset(broken), tuple(faults))


def _name_faults(file: str, vendor: str, taken: Collection[str]) -> tuple[Diagnostic, ...]:
    if vendor in taken:
        told = (
            f"“{vendor}”已有内置的渠道，请换一个文件名",
            f"there is a vendor '{vendor}' already; give the file another name",
        )
    elif not _NAME.fullmatch(vendor):
        told = (
            f"文件名“{vendor}”就是渠道名：只能用 a-z、0-9、-",
            f"the file's name '{vendor}' is the vendor's id: a-z, 0-9 and - only",
        )
    else:
        return ()
    return (fault(Place(file, 1, 1), *told),)
