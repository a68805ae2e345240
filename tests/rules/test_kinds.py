"""Each kind of rule has a case in which time passes and one with a late amendment that need it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from kds.admin.ears import Ears
from kds.cases.reading import read_cases
from kds.cases.running import run_case, views_heard
from kds.cases.schema import StepSpec
from kds.rulebook.compile import compile_book
from kds.rulebook.schema import MECHANISMS

BOOKS = Path(__file__).resolve().parent
RULES = BOOKS.parents[1] / "rules"
FOLDERS = [
    *(RULES / name for name in ("hotpot", "full_service", "fast_food")),
    *(BOOKS / name for name in ("mixed", "rushed", "kinds")),
]
OF_THE_BOOK = ("bands", "slow_view", "sold_out")
OF_A_DISH = ("batch", "prep_plus", "preplated", "route_modifier", "spells_out")
OF_A_STATION = ("capacity", "fold")
KINDS = (*MECHANISMS, *OF_THE_BOOK, *OF_A_DISH, *OF_A_STATION)


def without(kind: str, text: str) -> str:
    """Return a file of rules without all of `kind`, "" where nothing is left."""
    yaml = YAML()
    data: dict[str, Any] = yaml.load(text)
    data.pop(kind, None)
    for entry in data.get("menu", []) if kind in OF_A_DISH else ():
        entry.pop(kind, None)
    for station in data.get("stations", []) if kind in OF_A_STATION else ():
        station.pop(kind, None)
    if "rules" in data:
        data["rules"] = [rule for rule in data["rules"] if rule["mechanism"] != kind]
    data = {key: value for key, value in data.items() if value}
    out = StringIO()
    yaml.dump(data, out)
    return out.getvalue() if data else ""


def data_of(text: str) -> object:
    return YAML(typ="safe").load(text)


@cache
def files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in folder.glob("*.yaml")}


def needing(kind: str) -> Iterator[list[StepSpec]]:
    """Yield the steps of every case that fails when all of `kind` is taken out of its book."""
    for folder in FOLDERS:
        rules = {n: text for n, text in files(folder).items() if not n.endswith(".cases.yaml")}
        kept = {name: without(kind, text) for name, text in rules.items()}
        if all(data_of(text) == data_of(rules[name]) for name, text in kept.items()):
            continue
        book = compile_book({name: text for name, text in kept.items() if text}).book
        assert book is not None, folder
        for case in read_cases(files(folder)).cases:
            if run_case(case, book, Ears if views_heard(case.spec) else None).mismatches:
                yield case.spec.steps


def is_amended(steps: list[StepSpec]) -> bool:
    """Some order comes again, later."""
    ids = Counter(step.order.id for step in steps if step.order is not None)
    return max(ids.values(), default=0) > 1


@pytest.mark.parametrize("kind", KINDS)
def test_time_and_amendments_are_played_with_each_kind_of_rule(kind: str) -> None:
    """A kind whose cases hold without it, too, would be played by none."""
    played = list(needing(kind))
    assert any(any(step.wait for step in steps) for steps in played)
    assert any(is_amended(steps) for steps in played)
