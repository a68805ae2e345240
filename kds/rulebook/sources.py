"""All rule texts of a book together: sections checked piece by piece, so no fault hides another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import ConfigDict

from kds.rulebook import nodes
from kds.rulebook.checking import Located, SpecT, check
from kds.rulebook.diagnostics import Diagnostic, Place, Severity, did_you_mean, fault
from kds.rulebook.intake_spec import CheckSpec, PayFirstSpec
from kds.rulebook.nodes import Key, Node
from kds.rulebook.pace_specs import CallSpec, CoursesSpec, DueSpec, TogetherSpec
from kds.rulebook.precedence import BandSpec, SlowViewSpec, SoldOutSpec
from kds.rulebook.printing_spec import PrinterSpec, PrintSpec
from kds.rulebook.schema import (
    A_MECHANISM,
    BookSpec,
    LimitsSpec,
    MenuSpec,
    Spec,
    StationSpec,
    WaitSpec,
)
from kds.rulebook.telling import AnnounceSpec, OvertimeSpec
from kds.rulebook.typography import slips

MAX_BOOK_BYTES = 512 * 1024
CASES_SUFFIX = ".cases.yaml"
"""Files with this ending hold examples for `kds rules test`, no rules."""


@dataclass(slots=True)
class Sources:
    """What the files say, as far as it is sound, in the order of file names and lines.

    `named`: every `id` and `class` of each section, also of pieces that are broken, so that one
    fault does not make others. `places`: where each section first stands. `is_whole`: no file was
    beyond reading. `start`: a place for what is nowhere.
    """

    start: Place
    book: Located[BookSpec] | None = None
    limits: Located[LimitsSpec] | None = None
    stations: list[Located[StationSpec]] = field(default_factory=list)
    menu: list[Located[MenuSpec]] = field(default_factory=list)
    rules: list[Located[WaitSpec]] = field(default_factory=list)
    overtimes: list[Located[OvertimeSpec]] = field(default_factory=list)
    announces: list[Located[AnnounceSpec]] = field(default_factory=list)
    bands: list[Located[BandSpec]] = field(default_factory=list)
    slow_view: Located[SlowViewSpec] | None = None
    calls: list[Located[CallSpec]] = field(default_factory=list)
    courses: list[Located[CoursesSpec]] = field(default_factory=list)
    togethers: list[Located[TogetherSpec]] = field(default_factory=list)
    dues: list[Located[DueSpec]] = field(default_factory=list)
    checks: list[Located[CheckSpec]] = field(default_factory=list)
    pay_firsts: list[Located[PayFirstSpec]] = field(default_factory=list)
    sold_out: Located[SoldOutSpec] | None = None
    printers: list[Located[PrinterSpec]] = field(default_factory=list)
    prints: list[Located[PrintSpec]] = field(default_factory=list)
    faults: list[Diagnostic] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)
    named: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    is_whole: bool = True


def read(files: Mapping[str, str]) -> Sources:
    """Return the pieces of all `files` (name -> text) and every fault of their form."""
    names = sorted(name for name in files if not name.endswith(CASES_SUFFIX))
    sources = Sources(start=Place(names[0] if names else "book.yaml", 1, 1))
    if sum(nodes.size_of(text) for text in files.values()) > MAX_BOOK_BYTES:
        sources.is_whole = False
        sources.faults.append(too_large(sources.start))
        return sources
    for file in names:
        _read_file(sources, file, files[file])
    return sources


def too_large(place: Place) -> Diagnostic:
    """Return the fault of a book whose files are too much together."""
    limit = MAX_BOOK_BYTES // 1024
    return fault(
        place,
        f"所有规则文件合计超过 {limit} KB，未读取",
        f"the rule files together are larger than {limit} KB and were not read",
    )


def _read_file(sources: Sources, file: str, text: str) -> None:
    """Take one file in. What seems wrong in a line with a known slip may come of it: not told."""
    root, faults = nodes.parse(file, text)
    _take_root(sources, file, root, faults)
    slipped = {found.line for found in slips(text)} if faults else set()
    if slipped:
        sources.faults = [
            told
            for told in sources.faults
            if told in faults or told.file != file or told.line not in slipped
        ]


def _take_root(
    sources: Sources, file: str, root: Node | None, faults: Sequence[Diagnostic]
) -> None:
    sources.faults.extend(faults)
    if root is None:
        sources.is_whole = sources.is_whole and not faults
        if not faults:
            _note(sources, Place(file, 1, 1), "文件为空", "the file is empty", Severity.WARNING)
    elif not isinstance(root, nodes.Mapping):
        sources.is_whole = False
        _note(sources, root.place, "这里应为“键: 值”", "a mapping (key: value) is expected here")
    else:
        for name, key in root.keys.items():
            _read_section(sources, name, key)


class AnyRuleSpec(Spec):
    """One of `rules:` of which nothing is known but that it needs a mechanism."""

    model_config = ConfigDict(extra="ignore")

    mechanism: Annotated[str, A_MECHANISM]


_SINGLE = ("book", "limits", "slow_view", "sold_out")


def _read_section(sources: Sources, name: str, key: Key) -> None:
    """Take one top-level section into `sources`."""
    lists: dict[str, Callable[[Node], None]] = {
        "stations": lambda item: _append(sources, StationSpec, item, sources.stations),
        "menu": lambda item: _append(sources, MenuSpec, item, sources.menu),
        "rules": lambda item: _append_rule(sources, item),
        "bands": lambda item: _append(sources, BandSpec, item, sources.bands),
        "printers": lambda item: _append(sources, PrinterSpec, item, sources.printers),
    }
    if name in _SINGLE:
        _read_single(sources, name, key)
    elif (take := lists.get(name)) is not None:
        sources.places.setdefault(name, key.place)
        for item in _items(sources, key.value):
            _note_names(sources, name, item)
            take(item)
    else:
        hint = did_you_mean(name, (*_SINGLE, *lists))
        sources.faults.append(fault(key.place, f"未知的键“{name}”", f"unknown key '{name}'", hint))


def _read_single(sources: Sources, name: str, key: Key) -> None:
    """Take a section that may stand once in all files."""
    first = sources.places.setdefault(name, key.place)
    if first is not key.place:
        _note(
            sources, key.place, f"“{name}”已在 {first} 定义", f"'{name}' already stands at {first}"
        )
    elif name == "book":
        sources.book = _checked(sources, BookSpec, key.value)
    elif name == "slow_view":
        sources.slow_view = _checked(sources, SlowViewSpec, key.value)
    elif name == "sold_out":
        sources.sold_out = _checked(sources, SoldOutSpec, key.value)
    else:
        sources.limits = _checked(sources, LimitsSpec, key.value)


def _items(sources: Sources, node: Node) -> Iterable[Node]:
    if isinstance(node, nodes.Sequence):
        return node.items
    _note(sources, node.place, "这里应为列表", "a list is expected here")
    return ()


def _note_names(sources: Sources, section: str, item: Node) -> None:
    if not isinstance(item, nodes.Mapping):
        return
    for name in ("id", "class"):
        key = item.keys.get(name)
        if key is not None and isinstance(key.value, nodes.Scalar) and key.value.text:
            sources.named.setdefault((section, name), set()).add(key.value.text.strip())


def _append_rule(sources: Sources, item: Node) -> None:
    """Read a rule as its mechanism asks; of one of an unknown mechanism say that and no more."""
    key = item.keys.get("mechanism") if isinstance(item, nodes.Mapping) else None
    node = None if key is None else key.value
    mechanism = (node.text or "").strip() if isinstance(node, nodes.Scalar) else ""
    match mechanism:
        case "overtime":
            _append(sources, OvertimeSpec, item, sources.overtimes)
        case "announce":
            _append(sources, AnnounceSpec, item, sources.announces)
        case "hold":
            _append(sources, CallSpec, item, sources.calls)
        case "courses":
            _append(sources, CoursesSpec, item, sources.courses)
        case "finish_together":
            _append(sources, TogetherSpec, item, sources.togethers)
        case "print":
            _append(sources, PrintSpec, item, sources.prints)
        case "due_time":
            _append(sources, DueSpec, item, sources.dues)
        case "check":
            _append(sources, CheckSpec, item, sources.checks)
        case "pay_first":
            _append(sources, PayFirstSpec, item, sources.pay_firsts)
        case "wait_for":
            _append(sources, WaitSpec, item, sources.rules)
        case _:
            _checked(sources, AnyRuleSpec, item)


def _append(sources: Sources, model: type[SpecT], node: Node, pieces: list[Located[SpecT]]) -> None:
    piece = _checked(sources, model, node)
    if piece is not None:
        pieces.append(piece)


def _checked(sources: Sources, model: type[SpecT], node: Node) -> Located[SpecT] | None:
    piece, faults = check(model, node)
    sources.faults.extend(faults)
    return piece


def _note(
    sources: Sources, place: Place, zh: str, en: str, severity: Severity = Severity.ERROR
) -> None:
    sources.faults.append(fault(place, zh, en, severity=severity))
