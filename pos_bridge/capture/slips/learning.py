"""From two or three printed slips to a draft of a template: what stays, what varies. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from kds.kitchen.wording import Wording
from pos_bridge.capture.paper.document import Document
from pos_bridge.capture.slips.finding import pieces_of
from pos_bridge.capture.slips.patterns import compile_pattern, fold, squeezed
from pos_bridge.capture.slips.slip import Kind

_LABELS = (
    ("number", r"单号|订单号|账单号|流水|取餐号|牌号|no\b|order|check|chk|ticket|docket|บิล|คิว"),
    ("table", r"桌|台|table|tbl|โต๊ะ"),
    ("guests", r"人数|客数|guest|cover|pax"),
    ("server", r"服务员|点菜员|操作员|员工|开单|收银员|server|waiter|staff|cashier|พนักงาน"),
    ("batch", r"批次|round|batch"),
    ("time", r"时间|日期|下单|time|date|เวลา|วันที่"),
    ("zone", r"区域|楼层|area|section|zone"),
    ("reason", r"原因|reason"),
    ("note", r"备注|note|remark|หมายเหตุ"),
    ("customer", r"姓名|顾客|customer|name"),
)
_KINDS = (
    (Kind.BILL, r"结账|结帐|预结|消费单|账单|收银|receipt|invoice|bill"),
    (Kind.VOID, r"退菜|减菜|void"),
    (Kind.RUSH, r"催菜|催单|rush"),
    (Kind.MERGE, r"并台|并桌|merge"),
    (Kind.MOVE, r"转台|换台|转桌|transfer"),
    (Kind.FIRE, r"叫起|起菜|fire"),
    (Kind.HOLD, r"等叫|挂起|hold"),
    (Kind.ADDON, r"加菜|加单|追加|add.?on"),
    (Kind.ORDER, r"单|order|docket|kitchen|chit|ครัว|สั่ง|dine in|take ?out|take ?away|堂食|外带"),
)
_USUAL = (
    (Kind.BILL, ("结账单", "预结单"), ("guest check", "receipt")),
    (Kind.CANCEL, ("整单退", "整单取消"), ("order cancelled", "void order")),
    (Kind.VOID, ("退菜",), ("void", "voided")),
    (Kind.RUSH, ("催菜",), ("rush",)),
    (Kind.MERGE, ("并台",), ("merge tables",)),
    (Kind.MOVE, ("转台", "换台"), ("transfer", "table change")),
    (Kind.FIRE, ("叫起", "起菜"), ("fire",)),
    (Kind.HOLD, ("等叫", "挂起"), ("hold",)),
    (Kind.ADDON, ("加菜", "加单"), ("add on", "added items")),
)
"""What other slips of the same till are most likely called, which no job has shown."""
_SERVICES = (
    ("delivery", ("外卖",), ("delivery",)),
    ("takeaway", ("打包", "外带", "自提"), ("take out", "takeout", "takeaway", "to go")),
)
_USUAL_REPRINT = (("补打", "重打"), ("reprint", "duplicate"))
_IDEOGRAPH = re.compile("[\u4e00-\u9fff]")
_REPRINT = re.compile(r"补打|重打|重印|reprint|duplicate")
_HEADING = re.compile(r"菜品|品名|菜名|名称|数量|\bqty\b|\bitem|รายการ|จำนวน")
_ENDING = re.compile(r"合计|共计|小计|总数|谢谢|total|thank|打印|printed|ขอบคุณ|รวม")
_DISHES = (
    "{quantity} x {name}",
    "{name} x{quantity}{unit}",
    "{name} x{quantity}",
    "{name}  {quantity}{unit}  {price}",
    "{name}  {quantity} {unit}  {price}",
    "{name}  {quantity}{unit}",
    "{name}  {quantity} {unit}",
    "{name}  {count}  {price}",
    "{name}  {count}",
    "{count} {name}",
)
_NOTED = re.compile(r"备注|要求|忌口|note|remark|หมายเหตุ")
_CLOCK = re.compile(r"\d:[0-5]\d")
_ORDERED = re.compile(r"下单|点菜|点单|加菜|退菜|开单|时间|日期|time|date|order|sent|เวลา")
_RULE = compile_pattern("{rule}")
_LABELLED = re.compile(r"^(.{1,12}?)([:：#])\s*(\S.*)$")
_BARE = re.compile(r"^(#?[^\W\d_][^\s\d:：#]{0,11}) +(\S.{0,29})$")
_TIME = compile_pattern("{time}")
_BEFORE = re.compile(r"^([\[【(（+*>#◆◇●○■□▲△★☆※・•·→└-]+|[^\W\d]{1,4}[:：])")
_CLOSING = {"[": "]", "【": "】", "(": ")", "（": "）"}
_HEAD_LINES = 4


@dataclass(slots=True)
class Draft:
    """What a template could say; each list in order of appearance, without doubles."""

    kinds: dict[str, Kind] = field(default_factory=dict)
    reprint: list[str] = field(default_factory=list)
    fields: dict[str, list[str]] = field(default_factory=dict)
    after: list[str] = field(default_factory=list)
    until: list[str] = field(default_factory=list)
    dishes: list[str] = field(default_factory=list)
    modifiers: list[str] = field(default_factory=list)
    indented: list[str] = field(default_factory=list)
    varies: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def learn(documents: Sequence[Document], name: str, lang: str = "en") -> str:
    """Return a template as YAML text, from slips of one till; the more they differ the better.

    `lang`: of the remarks in it.
    """
    jobs = [[ln.text for ln in doc.lines if ln.text.strip()] for doc in documents]
    seen = Counter(key for job in jobs for key in {squeezed(text) for text in job})
    constant = {key for key, count in seen.items() if count == len(jobs) and len(jobs) > 1}
    draft = Draft()
    for job in jobs:
        _Slip(job, constant, draft).study()
    charset = next((doc.charset for doc in documents if doc.charset not in ("", "cp437")), "")
    return "\n".join(_yaml(draft, name, charset, lang)) + "\n"


class _Slip:
    """One slip, from which the draft learns."""

    def __init__(self, lines: Sequence[str], constant: set[str], draft: Draft) -> None:
        self._lines = lines
        self._constant = constant
        self._draft = draft
        self._margin: int | None = None

    def study(self) -> None:
        begin, end = self._dishes_between()
        self._title(self._lines[: max(1, min(begin, _HEAD_LINES))])
        for text in (*self._lines[:begin], *self._lines[end:]):
            self._head(text)
        for text in self._lines[begin:end]:
            self._line(text)

    def _dishes_between(self) -> tuple[int, int]:
        """Return where the dishes begin and end: after the heading, or after the last label."""
        folded = [fold(text) for text in self._lines]
        heading = next((i for i, text in enumerate(folded) if _HEADING.search(text)), None)
        if heading is not None:
            _once(self._draft.after, _quoted(self._lines[heading]))
        begin = (heading + 1) if heading is not None else self._after_labels()
        for index in range(begin, len(folded)):
            if index > begin and _ENDING.search(folded[index]):
                _once(self._draft.until, f"{_constant_start(self._lines[index])}{{any}}")
                return begin, index
        return begin, len(folded)

    def _after_labels(self) -> int:
        last = 0
        for index, text in enumerate(self._lines[: 2 * _HEAD_LINES + 4]):
            if any(_label(piece) for piece in pieces_of(text)) or _RULE.find(text):
                last = index + 1
            elif _dish_pattern(text) and last:
                break
        return last

    def _title(self, lines: Sequence[str]) -> None:
        """The slip's own name: a line without a value; better one that others print, too."""
        for text in lines:
            folded = fold(text)
            if _REPRINT.search(folded):
                _once(self._draft.reprint, text.strip())
            elif not any(_label(p) for p in pieces_of(text)) and not re.search(r"\d", text):
                kind = next((kind for kind, words in _KINDS if re.search(words, folded)), None)
                if kind is not None:
                    self._draft.kinds.setdefault(text.strip(), kind)
                elif squeezed(text) in self._constant and not _RULE.find(text):
                    _once(self._draft.titles, text.strip())

    def _head(self, text: str) -> None:
        if _RULE.find(text) or _HEADING.search(fold(text)):
            return
        pieces = list(pieces_of(text))
        for piece in pieces[:-1] or pieces:
            found = _label(piece)
            if found is None:
                continue
            name, pattern = found
            if name:
                _once(self._draft.fields.setdefault(name, []), pattern)
            elif squeezed(text) not in self._constant:
                _once(self._draft.varies, piece.strip())

    def _line(self, text: str) -> None:
        if _RULE.find(text):
            return
        before = _BEFORE.match(text.strip())
        pattern = None if before else _dish_pattern(text)
        indent = len(text) - len(text.lstrip())
        if pattern is not None:
            _once(self._draft.dishes, pattern)
            self._margin = max(self._margin or 0, indent)
        elif before is not None:
            mark = before[1]
            is_note = _NOTED.search(fold(mark)) is not None
            into = self._draft.notes if is_note else self._draft.modifiers
            _once(into, f"{mark}{{text}}{_CLOSING.get(mark, '')}")
        elif self._margin is not None and indent > self._margin + 1:
            _once(self._draft.indented, " " * (self._margin + 2) + "{text}")


def _label(piece: str) -> tuple[str, str] | None:
    """Return the field that a labelled piece states ("" for another) and its pattern."""
    found = _LABELLED.match(piece.strip())
    if found is None or re.search(r"\d", found[1]):  # the colon of a clock is no label's
        return _bare_label(piece.strip())
    label, sign = found[1], found[2]
    name = next((name for name, words in _LABELS if re.search(words, fold(label))), "")
    if _CLOCK.search(fold(found[3])):
        name = "time" if _ORDERED.search(fold(label)) else ""
    shown = {"note": "text"}.get(name, name)
    return name, f"{label}{sign} {{{shown}}}" if name else piece


def _bare_label(piece: str) -> tuple[str, str] | None:
    """Return the field of a label without a colon, Table 12 or 桌号 8, and of a bare time."""
    if _TIME.find(piece) is not None:
        return "time", "{time}"
    found = _BARE.match(piece)
    name = next((n for n, words in _LABELS if found and re.search(words, fold(found[1]))), "")
    if found is None or not name:
        return None
    shown = {"note": "text"}.get(name, name)
    pattern = f"{found[1]} {{{shown}}}"
    return (name, pattern) if compile_pattern(pattern).find(piece) is not None else None


def _dish_pattern(text: str) -> str | None:
    return next((p for p in _DISHES if compile_pattern(p).find(text) is not None), None)


def _constant_start(text: str) -> str:
    return re.split(r"[\d:：]", text.strip(), maxsplit=1)[0].strip()


def _quoted(text: str) -> str:
    return re.sub(r"\s{2,}", "  ", text.strip())


def _once(items: list[str], item: str) -> None:
    if item and item not in items:
        items.append(item)


# --- as YAML -----------------------------------------------------------------------------------


_FIRST = Wording(
    "哪些字说明这是什么小票；先符合的算",
    "which words make a slip what it is; the first that fits counts",
)
_OTHERS = Wording("没有见过的小票，通常这样称呼；不对就改", "slips not seen, as usually called")
_SHOWN = Wording("见过的小票", "slips seen")
_TITLE = Wording("把 TITLE 换成小票的标题", "write the slip's title for TITLE")
_VARIES = Wording("还有变化的", "also varies")


def _yaml(draft: Draft, name: str, charset: str, lang: str) -> Iterator[str]:
    yield f"template: {name}"
    if charset:
        yield f"encoding: {charset}"
    yield ""
    yield f"# {_FIRST[lang]}"
    yield "kinds:"
    order = {kind: place for place, (kind, _) in enumerate(_KINDS)}
    shown = sorted(draft.kinds.items(), key=lambda pair: order[pair[1]])
    yield from _others(draft, lang)
    for title, kind in shown:
        yield f"  - {{kind: {kind.value}, when: [{_text(title)}]}}"
    if not draft.kinds and draft.titles:  # the house's name comes before the slip's
        yield f"  - {{kind: order, when: [{_text(draft.titles[-1])}]}}"
    elif not draft.kinds:
        yield f"  - {{kind: order, when: [TITLE]}}   # {_TITLE[lang]}"
    here = 0 if _is_chinese(draft) else 1
    yield "services:"
    for service, *words in _SERVICES:
        yield f"  - {{service: {service}, when: {_texts(words[here])}}}"
    yield f"reprint: {_texts(draft.reprint or _USUAL_REPRINT[here])}"
    yield ""
    yield "fields:"
    for key, patterns in draft.fields.items():
        yield f"  {key}: {_texts(patterns)}"
    if not draft.fields:
        yield "  number: []"
    yield from (f"  # {_VARIES[lang]}: {text}" for text in draft.varies[:10])
    yield ""
    yield "dishes:"
    for key in ("after", "until"):
        if found := getattr(draft, key):
            yield f"  {key}: {_texts(found)}"
    yield f"  dish: {_texts(draft.dishes or list(_DISHES[:1]))}"
    for key, found in (("modifier", draft.modifiers + draft.indented), ("note", draft.notes)):
        if found:
            yield f"  {key}: {_texts(found)}"
    yield "  skip: ['{rule}']"


def _others(draft: Draft, lang: str) -> Iterator[str]:
    """Yield the kinds that no job has shown, as such slips are usually called."""
    yield f"  # {_OTHERS[lang]}"
    here = 0 if _is_chinese(draft) else 1
    for kind, *words in _USUAL:
        if kind not in draft.kinds.values():
            yield f"  - {{kind: {kind.value}, when: {_texts(words[here])}}}"
    yield f"  # {_SHOWN[lang]}"


def _is_chinese(draft: Draft) -> bool:
    seen = [*draft.kinds, *draft.titles, *draft.after, *draft.dishes, *draft.varies]
    labels = (pattern for patterns in draft.fields.values() for pattern in patterns)
    return any(_IDEOGRAPH.search(text) for text in (*seen, *labels))


def _texts(items: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, items))}]"


def _text(text: str) -> str:
    escaped = text.replace("'", "''")
    return f"'{escaped}'"
