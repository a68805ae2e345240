"""YAML text to located nodes. Scalars stay text, whatever they look like: the schema reads them.

Built from the parser's events, not by its composer: that keeps the place of every key, sees
duplicate keys, and depth is a counter instead of the interpreter's stack.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from kds.kitchen.wording import Wording
from kds.rulebook.diagnostics import Diagnostic, Place, fault
from kds.rulebook.typography import mended, slips

MAX_BYTES = 128 * 1024
MAX_DEPTH = 32
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(slots=True)
class Scalar:
    """A text; None for an empty place."""

    place: Place
    text: str | None


@dataclass(slots=True)
class Sequence:
    """A list."""

    place: Place
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Key:
    """A key of a mapping, with its place, and what stands under it."""

    place: Place
    value: Node


@dataclass(slots=True)
class Mapping:
    """Keys with values; of a key that stands twice, the first counts."""

    place: Place
    keys: dict[str, Key] = field(default_factory=dict)


Node = Scalar | Sequence | Mapping


def parse(file: str, text: str) -> tuple[Node | None, tuple[Diagnostic, ...]]:
    """Return the root node of one file (None: nothing usable in it) and the faults of its form.

    A text typed with Chinese signs is read as if they were plain, so that it shows what else is
    wrong; that its form is wrong is then not said a second time.
    """
    if size_of(text) > MAX_BYTES:
        return None, (
            fault(
                Place(file, 1, 1),
                f"文件超过 {MAX_BYTES // 1024} KB，未读取",
                f"the file is larger than {MAX_BYTES // 1024} KB and was not read",
            ),
        )
    found = slips(text)
    root, faults = _parse(file, mended(text, found))
    if not found:
        return root, faults
    return root, tuple(slip.diagnostic(file) for slip in found)


def size_of(text: str) -> int:
    """Return how many bytes `text` has in a file."""
    return len(text.encode("utf-8", "surrogatepass"))


def _parse(file: str, text: str) -> tuple[Node | None, tuple[Diagnostic, ...]]:
    faults: list[Diagnostic] = []
    try:
        root = _Builder(file, faults).build(_events(text))
    except _RefusedError as refused:
        return None, (*faults, refused.fault)
    except MarkedYAMLError as error:
        return None, (*faults, _syntax_fault(file, error))
    except ReaderError as error:
        return None, (*faults, _character_fault(file, text, error))
    except (YAMLError, ValueError, AssertionError) as error:
        # The parser's own slips on hopeless text; the admin needs the file's name at least.
        return None, (
            *faults,
            fault(Place(file, 1, 1), f"无法读取：{error}", f"unreadable: {error}"),
        )
    return root, tuple(faults)


def _events(text: str) -> Iterator[Event]:
    yield from YAML(typ="safe", pure=True).parse(text)


class _RefusedError(Exception):
    """Something that rule files may not contain; reading stops there."""

    def __init__(self, fault: Diagnostic) -> None:
        super().__init__(fault.message.en)
        self.fault = fault


class _Builder:
    """Folds parser events into one tree of nodes, noting duplicate keys as it goes."""

    def __init__(self, file: str, faults: list[Diagnostic]) -> None:
        self._file = file
        self._faults = faults
        self._open: list[Sequence | Mapping] = []
        self._key: list[tuple[str, Place] | None] = []
        self._root: Node | None = None
        self._documents = 0

    def build(self, events: Iterable[Event]) -> Node | None:
        for event in events:
            self._take(event)
        return self._root

    def _take(self, event: Event) -> None:
        place = Place(self._file, event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, CollectionEndEvent):
            self._open.pop()
            self._key.pop()
        elif isinstance(event, DocumentStartEvent):
            self._start_document(place)
        elif isinstance(event, NodeEvent):
            self._refuse_specials(event, place)
            self._take_node(event, place)

    def _start_document(self, place: Place) -> None:
        self._documents += 1
        if self._documents > 1:
            raise _RefusedError(
                fault(place, "一个文件只能有一个文档", "a second document ('---') in one file")
            )

    def _refuse_specials(self, event: NodeEvent, place: Place) -> None:
        if isinstance(event, AliasEvent):
            raise _RefusedError(
                fault(place, "不支持引用（*）", "aliases (*name) are not supported")
            )
        if event.anchor is not None:
            raise _RefusedError(
                fault(place, "不支持锚点（&）", "anchors (&name) are not supported")
            )
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise _RefusedError(fault(place, f"不支持标签 {tag}", f"tags are not supported: {tag}"))

    def _take_node(self, event: NodeEvent, place: Place) -> None:
        if isinstance(event, ScalarEvent):
            is_plain = event.style is None
            text = None if is_plain and event.value in _NULLS else str(event.value)
            self._attach(Scalar(place, text))
            return
        node = Mapping(place) if isinstance(event, MappingStartEvent) else Sequence(place)
        assert isinstance(event, MappingStartEvent | SequenceStartEvent)
        self._attach(node)
        self._open.append(node)
        self._key.append(None)
        if len(self._open) > MAX_DEPTH:
            raise _RefusedError(
                fault(
                    place,
                    f"嵌套过深，最多 {MAX_DEPTH} 层",
                    f"nested deeper than {MAX_DEPTH} levels",
                )
            )

    def _attach(self, node: Node) -> None:
        """Put a finished or just opened node where it belongs."""
        if not self._open:
            self._root = node
            return
        parent = self._open[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
        elif (key := self._key[-1]) is None:
            self._key[-1] = self._as_key(node)
        else:
            self._set(parent, key, node)
            self._key[-1] = None

    def _as_key(self, node: Node) -> tuple[str, Place]:
        if not isinstance(node, Scalar):
            raise _RefusedError(fault(node.place, "键必须是文字", "a key must be a plain text"))
        return node.text or "", node.place

    def _set(self, parent: Mapping, key: tuple[str, Place], node: Node) -> None:
        name, place = key
        first = parent.keys.setdefault(name, Key(place, node))
        if first.place is not place:
            self._faults.append(
                fault(
                    place,
                    f"键“{name}”重复，首次出现在第 {first.place.line} 行",
                    f"duplicate key '{name}', first on line {first.place.line}",
                )
            )


def _syntax_fault(file: str, error: MarkedYAMLError) -> Diagnostic:
    mark = error.problem_mark or error.context_mark
    place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)
    problem = error.problem or error.context or "not YAML"
    if problem.startswith(r"found character '\t'"):
        return fault(
            place,
            f"第 {place.line} 行：这里是制表符（Tab），请改成空格",
            f"line {place.line}: this is a tab, write spaces",
        )
    zh = next((zh for start, zh in _SYNTAX if problem.startswith(start)), problem)
    return fault(place, f"YAML 语法错误：{zh}", f"not valid YAML: {problem}")


_SYNTAX = (
    ("expected ',' or '}'", "这里应为 , 或 }（检查花括号和逗号）"),
    ("expected ',' or ']'", "这里应为 , 或 ]（检查方括号和逗号）"),
    ("mapping values are not allowed", "这里不能再有“键: 值”（检查缩进和冒号）"),
    ("could not find expected ':'", "缺少冒号 :"),
    ("expected <block end>", "缩进不对，或上一行没有写完"),
    ("did not find expected", "缩进不对，或上一行没有写完"),
    ("found unexpected end of stream", "文件在引号或括号内结束"),
    ("while scanning a quoted scalar", "引号没有成对"),
    ("found character", "这个字符不能放在这里，请用英文引号括起来"),
)
"""The parser speaks English only; the starts of what it says most, and what that means."""


def _character_fault(file: str, text: str, error: ReaderError) -> Diagnostic:
    before = text[: error.position] if isinstance(error.position, int) else ""
    line = before.count("\n")
    col = len(before) - (before.rfind("\n") + 1)
    code = error.character if isinstance(error.character, int) else ord(str(error.character)[0])
    return fault(
        Place(file, line + 1, col + 1),
        f"不允许的字符 U+{code:04X}",
        f"character U+{code:04X} is not allowed",
        Wording("请用 UTF-8 保存文件", "save the file as UTF-8"),
    )
