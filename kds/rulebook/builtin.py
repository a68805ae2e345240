"""The book of last resort: a first start with no sound book still serves."""

from __future__ import annotations

from kds.kitchen.ids import RuleId, StationId
from kds.kitchen.orders import Step
from kds.kitchen.wording import Wording
from kds.rulebook.book import Book, book_of
from kds.rulebook.compiled import BookData, Limits, Match, MenuClass, Station

_KITCHEN = StationId("kitchen")
_WHERE = "built-in"
_LIMITS = Limits(8 * 60, 12 * 60, 20 * 60, rule=RuleId("everything"), where=_WHERE)


def builtin_book() -> Book:
    """Return the built-in book: one station, `kitchen`, gets everything."""
    everything = MenuClass(
        id=RuleId("everything"),
        menu_class="dish",
        where=_WHERE,
        match=(Match(parts=False),),
        steps=(Step(_KITCHEN),),
        limits=_LIMITS,
    )
    return book_of(
        BookData(
            id="built-in",
            name=Wording("内置规则", "Built-in rules"),
            stations=(Station(_KITCHEN, Wording("厨房", "Kitchen")),),
            menu=(everything,),
            defaults=_LIMITS,
        )
    )
