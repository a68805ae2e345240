"""Orders out of somebody's own file: a table of text with time, order number, dish, quantity.

Files come as they are: any usual encoding and separator, most spellings of a time. A row that can
not be read is named with its line and left out; nothing else suffers.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from kds.demo.house import FILE, Order, order

LONGEST_GAP_S, SHORTEST_GAP_S = 30.0, 2.0
"""Between two orders: a night in the file would be a dull demo."""
_ENCODINGS = ("utf-8-sig", "gb18030", "latin-1")
_SEPARATORS = ",;\t|"
_MOST_QUANTITY = 1000
_MOST_TEXT = 200
_TIMES = (
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%H:%M:%S",
    "%H:%M",
)
_USUAL = {
    "time": (
        "time",
        "order_time",
        "order_time_iso_local",
        "order date",
        "date",
        "时间",
        "下单时间",
    ),
    "order": ("order", "order number", "order_number", "order_id", "invoice", "订单号", "单号"),
    "dish": ("dish", "description", "item name", "item", "name", "product", "菜名", "菜品"),
    "quantity": ("quantity", "qty", "count", "数量", "份数"),
}


class FeedError(Exception):
    """The file is of no use; the message is for the person who named it."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The names of the columns, "" where the usual ones shall be looked for."""

    time: str = ""
    order: str = ""
    dish: str = ""
    quantity: str = ""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was left out, and why."""

    line: int
    why: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.why}"


@dataclass(slots=True)
class FiledOrder:
    """An order of the file: when, and its dishes with their quantities."""

    number: str
    at: datetime
    dishes: list[tuple[str, Decimal]] = field(default_factory=list)

    def as_order(self, placed_at: str) -> Order:
        """Return it as its till would write it."""
        lines: list[Order] = [
            {"line_id": str(i), "name": name, "quantity": str(quantity), "modifiers": []}
            for i, (name, quantity) in enumerate(self.dishes, 1)
        ]
        return order(FILE, self.number, lines, placed_at, number=self.number[-6:])


def read_feed(
    path: Path, columns: Columns, encoding: str = ""
) -> tuple[list[FiledOrder], list[BadRow]]:
    """Return the orders of a file by time, and the rows left out; raises `FeedError`."""
    try:
        text = _decoded(path.read_bytes(), encoding)
    except OSError as error:
        raise FeedError(f"{path} can not be read: {error.strerror}") from error
    orders, bad = parse_feed(text, columns)
    if not orders:
        first = f"; {bad[0]}" if bad else ""
        raise FeedError(f"{path} holds no orders{first}")
    return orders, bad


def _decoded(raw: bytes, encoding: str) -> str:
    if encoding:
        try:
            return raw.decode(encoding, errors="replace")
        except LookupError as error:
            raise FeedError(f"there is no encoding {encoding!r}") from error
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    for each in _ENCODINGS:
        try:
            return raw.decode(each)
        except UnicodeDecodeError:
            continue
    raise AssertionError("latin-1 takes any byte")


def parse_feed(text: str, columns: Columns) -> tuple[list[FiledOrder], list[BadRow]]:
    """Return the orders of a text by time, and the rows left out; raises `FeedError`. Pure."""
    rows = _rows(text)
    names = _chosen(next(rows, (1, [], ""))[1], columns)
    orders: dict[str, FiledOrder] = {}
    bad: list[BadRow] = []
    for line, cells, fault in rows:
        if not fault and not any(cell.strip() for cell in cells):
            continue
        why = fault or _taken(orders, cells, names)
        if why:
            bad.append(BadRow(line, why))
    return sorted(orders.values(), key=lambda each: each.at), bad


def _rows(text: str) -> Iterator[tuple[int, list[str], str]]:
    """Yield line number, cells, and what is wrong with each row of a table, its head first."""
    text = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    head = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=head.count)
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    while True:
        line = reader.line_num + 1
        try:
            yield line, next(reader), ""
        except StopIteration:
            return
        except csv.Error as error:
            yield line, [], str(error)


def _chosen(head: Sequence[str], columns: Columns) -> dict[str, int]:
    """Return the place of each column; raises `FeedError` that names what there is."""
    known = {name.strip().lower(): place for place, name in reversed(list(enumerate(head)))}
    places: dict[str, int] = {}
    for what, usual in _USUAL.items():
        asked = getattr(columns, what)
        wanted = (asked.strip().lower(),) if asked else usual
        found = next((known[name] for name in wanted if name in known), None)
        if found is None:
            there = ", ".join(name.strip() for name in head) or "none"
            raise FeedError(f"no column for the {what}: name it by --column-{what} (of: {there})")
        places[what] = found
    return places


def _cell(cells: Sequence[str], place: int, what: str) -> str:
    if place >= len(cells) or not cells[place].strip():
        raise ValueError(f"has no {what}")
    text = " ".join(cells[place].split())
    if len(text) > _MOST_TEXT:
        raise ValueError(f"its {what} is longer than {_MOST_TEXT} letters")
    return text


def _taken(orders: dict[str, FiledOrder], cells: Sequence[str], names: Mapping[str, int]) -> str:
    """Take up a row; returns why not, "" if it could be."""
    try:
        _add(orders, {what: _cell(cells, at, what) for what, at in names.items()})
    except ValueError as error:
        return str(error)
    return ""


def _add(orders: dict[str, FiledOrder], row: Mapping[str, str]) -> None:
    """Add a row to its order; raises ValueError with what is wrong with it."""
    at, quantity = _time(row["time"]), _quantity(row["quantity"])
    found = orders.setdefault(row["order"], FiledOrder(row["order"], at))
    found.dishes.append((row["dish"], quantity))


def _time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        pass
    for each in _TIMES:
        try:
            return datetime.strptime(text, each)  # noqa: DTZ007 - only differences are used
        except ValueError:
            continue
    raise ValueError(f"{text!r} is no time")


def _quantity(text: str) -> Decimal:
    try:
        quantity = Decimal(text.replace(",", "."))
    except InvalidOperation as error:
        raise ValueError(f"{text!r} is no quantity") from error
    if not (quantity.is_finite() and 0 < quantity <= _MOST_QUANTITY):
        raise ValueError(f"{text!r} is no quantity from 0 to {_MOST_QUANTITY}")
    return (
        quantity.quantize(Decimal("0.001")).normalize() if quantity % 1 else Decimal(int(quantity))
    )


class Feed:
    """Hands out the orders of a file, one after the other, with the pauses between them."""

    def __init__(self, orders: Iterable[FiledOrder]) -> None:
        self._orders = list(orders)[::-1]

    @property
    def is_empty(self) -> bool:
        """All have been handed out."""
        return not self._orders

    @property
    def gap_s(self) -> float:
        """How long the next two orders are apart: as in the file, but neither long nor none."""
        if len(self._orders) < 2:
            return SHORTEST_GAP_S
        apart = (self._orders[-2].at - self._orders[-1].at).total_seconds()
        return min(max(apart, SHORTEST_GAP_S), LONGEST_GAP_S)

    def take(self, placed_at: str) -> Order:
        """Return the next order."""
        return self._orders.pop().as_order(placed_at)
