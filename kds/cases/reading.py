"""Case files to cases, and every fault of their form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kds.cases.schema import CaseSpec, CasesSpec
from kds.rulebook import nodes
from kds.rulebook.checking import Located, check
from kds.rulebook.diagnostics import Diagnostic, Place, did_you_mean, fault, in_order
from kds.rulebook.sources import CASES_SUFFIX


@dataclass(frozen=True, slots=True)
class Cases:
    """The cases of all files that are sound in form, and what is wrong with the others."""

    cases: tuple[Located[CaseSpec], ...]
    diagnostics: tuple[Diagnostic, ...]


def read_cases(files: Mapping[str, str]) -> Cases:
    """Return the cases among `files` (name -> text); rule files are passed over."""
    cases: list[Located[CaseSpec]] = []
    faults: list[Diagnostic] = []
    for file in sorted(name for name in files if name.endswith(CASES_SUFFIX)):
        root, told = nodes.parse(file, files[file])
        faults += told
        if told:
            continue
        if not isinstance(root, nodes.Mapping) or "cases" not in root.keys:
            place = Place(file, 1, 1) if root is None else root.place
            faults.append(fault(place, "这里应为“cases: …”", "'cases: …' is expected here"))
            continue
        for name, key in root.keys.items():
            if name != "cases":
                hint = did_you_mean(name, CasesSpec.model_fields)
                faults.append(fault(key.place, f"未知的键“{name}”", f"unknown key '{name}'", hint))
        items = root.keys["cases"].value
        if not isinstance(items, nodes.Sequence):
            faults.append(fault(items.place, "这里应为列表", "a list is expected here"))
            continue
        for item in items.items:
            piece, told = check(CaseSpec, item)
            faults += told
            cases += () if piece is None else (piece,)
    return Cases(tuple(cases), in_order(faults))
