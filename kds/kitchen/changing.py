"""`replace` for frozen values with slots: what `dataclasses.replace` does, at half its price.

The kitchen is one immutable value, so every event makes some of its parts anew; most of what
that costs is the general `replace`, which walks over field descriptions and `__init__`.
"""

from __future__ import annotations

from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import replace  # so that types of changes are checked
else:

    def replace(value: Any, /, **changes: Any) -> Any:
        """Return a copy of `value`, a frozen dataclass with slots, with `changes` made.

        Raises `KeyError` for a name that is no field. `__post_init__` is not called: the values
        of this room have none.
        """
        cls = type(value)
        read, write_all, write = _access(cls)
        made = object.__new__(cls)
        for write_one, part in zip(write_all, read(value), strict=False):
            write_one(made, part)
        for name, part in changes.items():
            write[name](made, part)
        return made


@cache
def _access(cls: type) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
    """Return how to read all slots of `cls` at once, and how to write each.

    The first name is read twice, because `attrgetter` gives a tuple only for several names.
    """
    names = tuple(cls.__dataclass_fields__)  # type: ignore[attr-defined]
    write = {name: cls.__dict__[name].__set__ for name in names}
    return attrgetter(*names, names[0]), tuple(write.values()), write


__all__ = ["replace"]
