"""Facts as the log keeps them: kind, schema version, JSON text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import get_args

from kds.kitchen.events import Fact
from kds.records.errors import NewerRecord
from kds.records.versions import Codec, Upcaster

UPCASTERS: Mapping[str, tuple[Upcaster, ...]] = {}
"""By kind: the steps from version 1 to 2, 2 to 3 … A kind without any is at version 1.

A record leaves out what equals the field's default, so a new field with a default needs no step;
a new name, a new meaning or a new default does.
"""


def kind_of(fact_class: type) -> str:
    """Return the kind of a class of facts: `OrderReceived` is `order_received`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", fact_class.__name__).lower()


_CODECS: Mapping[str, Codec[Fact]] = {
    kind_of(c): Codec(kind_of(c), c, UPCASTERS.get(kind_of(c), ())) for c in get_args(Fact)
}
_BY_CLASS = {codec.of: codec for codec in _CODECS.values()}

KINDS = frozenset(_CODECS)


def dump_fact(fact: Fact) -> tuple[str, int, str]:
    """Return kind, version and JSON text of `fact`."""
    codec = _BY_CLASS[type(fact)]
    return codec.kind, codec.version, codec.dump(fact)


def load_fact(kind: str, version: int, text: str | bytes) -> Fact:
    """Return the fact of a record of this or an older program; else `RecordError`."""
    codec = _CODECS.get(kind)
    if codec is None:
        raise NewerRecord(f"this program knows no fact of the kind {kind!r}; a newer one wrote it")
    return codec.load(version, text)


def plain_fact(fact: Fact) -> tuple[str, dict[str, object]]:
    """Return the kind of `fact` and all its fields as plain JSON, for people and integrators."""
    codec = _BY_CLASS[type(fact)]
    return codec.kind, codec.plain(fact)


def fact_of(kind: str, data: Mapping[str, object]) -> Fact:
    """Return the fact that `plain_fact` of this program showed; else `RecordError`."""
    codec = _CODECS.get(kind)
    if codec is None:
        raise NewerRecord(f"this program knows no fact of the kind {kind!r}")
    return codec.load(codec.version, json.dumps(data))
