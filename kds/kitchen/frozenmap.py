"""A persistent map: changing it gives a new map that shares all but one bucket with the old one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import compress
from operator import is_not
from typing import TypeVar, cast, overload
from zlib import crc32

K = TypeVar("K", bound=str | tuple[str, ...])
V = TypeVar("V")
D = TypeVar("D")

_BUCKETS = 64
_EMPTY: tuple[dict[str, object], ...] = tuple({} for _ in range(_BUCKETS))


def _bucket(key: str | tuple[str, ...]) -> int:
    """Return the bucket of `key`: the same in every process, unlike `hash(str)`.

    The last part of a tuple is the one that varies (an order's number).
    """
    text = key if isinstance(key, str) else key[-1]
    return crc32(text.encode("utf-8", "surrogatepass")) % _BUCKETS


class FrozenMap(Mapping[K, V]):
    """An immutable mapping from text (or tuples of text) to values.

    `set` and `remove` copy one bucket, 1/64 of the map, so five thousand open orders are about
    as quick to change as fifty. Iteration order depends on keys and history only, never on the
    process. Buckets that two maps share are skipped by `changes_since`.
    """

    __slots__ = ("_buckets", "_size")

    _buckets: tuple[dict[K, V], ...]
    _size: int

    def __init__(self, items: Iterable[tuple[K, V]] = ()) -> None:
        """Make a map of `items`; a later pair wins over an earlier one of the same key."""
        buckets = [cast("dict[K, V]", {}) for _ in range(_BUCKETS)]
        for key, value in items:
            buckets[_bucket(key)][key] = value
        self._size = sum(map(len, buckets))
        self._buckets = tuple(buckets) if self._size else cast("tuple[dict[K, V], ...]", _EMPTY)

    @classmethod
    def _of(cls, buckets: tuple[dict[K, V], ...], size: int) -> FrozenMap[K, V]:
        made: FrozenMap[K, V] = cls.__new__(cls)
        made._buckets = buckets
        made._size = size
        return made

    def __getitem__(self, key: K) -> V:
        return self._buckets[_bucket(key)][key]

    @overload
    def get(self, key: K, /) -> V | None: ...
    @overload
    def get(self, key: K, /, default: V | D) -> V | D: ...
    def get(self, key: K, /, default: V | D | None = None) -> V | D | None:
        """Return the value of `key`, `default` without one."""
        return self._buckets[_bucket(key)].get(key, default)

    def __iter__(self) -> Iterator[K]:
        for bucket in self._buckets:
            yield from bucket

    def __len__(self) -> int:
        return self._size

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FrozenMap) and self._buckets == other._buckets

    def __hash__(self) -> int:
        raise TypeError("a FrozenMap may hold values that cannot be hashed")

    def __repr__(self) -> str:
        return f"FrozenMap({dict(self)!r})"

    def set(self, key: K, value: V) -> FrozenMap[K, V]:
        """Return this map with `key` set to `value`."""
        index = _bucket(key)
        old = self._buckets[index]
        buckets = (*self._buckets[:index], {**old, key: value}, *self._buckets[index + 1 :])
        return self._of(buckets, self._size + (key not in old))

    def remove(self, key: K) -> FrozenMap[K, V]:
        """Return this map without `key`; the same map when it has none."""
        index = _bucket(key)
        old = self._buckets[index]
        if key not in old:
            return self
        kept = {k: v for k, v in old.items() if k != key}
        buckets = (*self._buckets[:index], kept, *self._buckets[index + 1 :])
        return self._of(buckets, self._size - 1)

    def changes_since(self, older: FrozenMap[K, V]) -> tuple[dict[K, V], frozenset[K]]:
        """Return what was set and which keys were removed since `older`, by identity of values."""
        changed: dict[K, V] = {}
        removed: list[K] = []
        # Every refresh of every wall asks this: the buckets that differ are found in C.
        differ = map(is_not, self._buckets, older._buckets)
        for index in compress(range(_BUCKETS), differ):
            mine, theirs = self._buckets[index], older._buckets[index]
            changed.update((k, v) for k, v in mine.items() if theirs.get(k) is not v)
            removed.extend(key for key in theirs if key not in mine)
        return changed, frozenset(removed)
