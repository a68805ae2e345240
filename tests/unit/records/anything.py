"""Any value of a type of the core: what the types allow, not only what makes sense."""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import is_dataclass
from decimal import Decimal
from enum import Enum
from typing import Any, NewType, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=6),
    int: st.integers(-(2**62), 2**62),
    bool: st.booleans(),
    Decimal: st.decimals(-99_999, 99_999, places=3),
    type(None): st.none(),
}


def anything(hint: Any, depth: int = 0) -> st.SearchStrategy[Any]:
    """Return a strategy for the type `hint`; deeper than a few levels, collections are empty."""
    if isinstance(hint, NewType):
        return anything(hint.__supertype__, depth)
    if hint in _PLAIN:
        return _PLAIN[hint]
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in {Union, types.UnionType}:
        return st.one_of([anything(argument, depth) for argument in arguments])
    if origin is not None:
        return _collection(origin, arguments, depth + 1)
    if issubclass(hint, Enum):
        return st.sampled_from(list(hint))
    assert is_dataclass(hint) or hasattr(hint, "_fields"), hint
    return _record(hint, depth)


def _collection(origin: Any, arguments: tuple[Any, ...], depth: int) -> st.SearchStrategy[Any]:
    most = 2 if depth < 3 else 0
    if origin is tuple and arguments[-1] is not Ellipsis:
        return st.tuples(*(anything(argument, depth) for argument in arguments))
    if most == 0:
        return st.builds(origin)
    if origin is dict:
        key, value = arguments
        return st.dictionaries(anything(key, depth), anything(value, depth), max_size=most)
    items = st.lists(anything(arguments[0], depth), max_size=most)
    return items.map(origin)


def _record(hint: Callable[..., Any], depth: int) -> st.SearchStrategy[Any]:
    hints = get_type_hints(hint)
    return st.builds(hint, **{name: anything(of, depth) for name, of in hints.items()})
