"""A menu as tills export it: CSV, or JSON in any nesting of sections and dishes."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from kds.commandline import CommandError
from kds.kitchen.ids import LineId
from kds.kitchen.messages import LineContent
from kds.rulefiles.texts import decoded

MOST_BYTES = 16 * 1024 * 1024
_NAMES = (
    "name",
    "dishname",
    "itemname",
    "productname",
    "title",
    "菜名",
    "名称",
    "菜品",
    "菜品名称",
)
_CATEGORIES = ("category", "categoryname", "group", "section", "分类", "类别", "菜品分类", "品类")
_IDS = ("itemid", "id", "dishid", "sku", "code", "编号", "编码", "菜品编号")
_TAGS = ("tags", "tag", "labels", "label", "标签")
_BETWEEN = re.compile("[,;|，、；]")
_SECTIONS = ("foods", "items", "dishes", "products", "children", "菜品", "菜单")


@dataclass(frozen=True, slots=True)
class Dish:
    """A dish of a menu, as far as rules look at it."""

    name: str
    category: str = ""
    item_id: str = ""
    tags: tuple[str, ...] = ()

    def content(self) -> LineContent:
        """Return it as the line of an order."""
        return LineContent(
            LineId("1"),
            self.name,
            Decimal(1),
            item_id=self.item_id,
            category=self.category,
            tags=self.tags,
        )


def read_menu(path: Path) -> tuple[Dish, ...]:
    """Return the dishes of a menu file, each once; raises `CommandError`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror or error}") from error
    if len(data) > MOST_BYTES:
        raise CommandError(f"{path} is larger than {MOST_BYTES // 1024 // 1024} MB")
    text = _text(path, data)
    found = _of_json(path, text) if text.lstrip()[:1] in {"[", "{"} else _of_csv(text)
    dishes = tuple(dict.fromkeys(dish for dish in found if dish.name))
    if not dishes:
        raise CommandError(
            f"{path} holds no dish: a CSV needs a column 'name' (or 菜名), a JSON objects with one"
        )
    return dishes


def _text(path: Path, data: bytes) -> str:
    """Return the text of an export; tills write GBK, too, which is no fault here."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text, _ = decoded(path.name, data)
        if text is None:
            raise CommandError(f"{path} is in no encoding that can be made out") from None
        return text


def _of_csv(text: str) -> Iterator[Dish]:
    start = text[:2_000]
    delimiter = max(",;\t", key=start.partition("\n")[0].count)
    for row in csv.DictReader(io.StringIO(text), delimiter=delimiter):
        yield _dish({name: value for name, value in row.items() if isinstance(name, str)}, "")


def _of_json(path: Path, text: str) -> Iterator[Dish]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{path} is not JSON: {error}") from error
    waiting: list[tuple[object, str]] = [(value, "")]
    while waiting:
        item, category = waiting.pop()
        if isinstance(item, list):
            waiting.extend((part, category) for part in reversed(item))
        elif isinstance(item, dict):
            parts = [part for key, part in item.items() if _plain(key) in _SECTIONS]
            inside = [part for part in parts if isinstance(part, list)]
            if inside or not _first(item, _NAMES):
                named = _first(item, (*_CATEGORIES, *_NAMES)) or category
                nested = inside or [*item.values()]
                waiting.extend((part, named) for part in reversed(nested))
            else:
                yield _dish(item, category)


def _dish(item: Mapping[str, object], category: str) -> Dish:
    return Dish(
        _first(item, _NAMES),
        _first(item, _CATEGORIES) or category,
        _first(item, _IDS),
        tuple(_tags(item)),
    )


def _tags(item: Mapping[str, object]) -> Iterator[str]:
    """Yield the tags of a dish: a list, or one text with commas between them."""
    for name, value in item.items():
        if _plain(name) in _TAGS:
            several = value if isinstance(value, list) else [value]
            for text in several:
                if isinstance(text, str):
                    yield from (part.strip() for part in _BETWEEN.split(text) if part.strip())


def _first(item: Mapping[str, object], known: tuple[str, ...]) -> str:
    """Return the first of the fields `known` that holds a text or number."""
    fields = {_plain(name): value for name, value in item.items()}
    for name in known:
        value = fields.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()
    return ""


def _plain(name: str) -> str:
    return name.strip().lower().replace("_", "").replace(" ", "")
