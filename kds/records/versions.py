"""One kind of record: its schema version and the way up from every older one."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError, from_json, to_json

from kds.records.errors import NewerRecord, RecordError

T_co = TypeVar("T_co", covariant=True)

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
"""From the JSON object of one version to that of the next."""


class Codec(Generic[T_co]):
    """Dumps and loads one class of frozen dataclasses.

    `version` is one more than there are upcasters: each turns the JSON of its version (the first:
    of version 1) into that of the next. What equals a field's default is left out.
    """

    def __init__(self, kind: str, of: type[T_co], upcasters: tuple[Upcaster, ...] = ()) -> None:
        self.kind = kind
        self.of = of
        self.version = 1 + len(upcasters)
        self._upcasters = upcasters

    @cached_property
    def _adapter(self) -> TypeAdapter[T_co]:
        """Made when first used: there are dozens of kinds, and a start meets a few."""
        return TypeAdapter(self.of)

    def dump(self, value: T_co) -> str:  # type: ignore[misc]  # covariant for a table of codecs
        """Return the JSON text of `value`; `RecordError` for text that no file can hold."""
        try:
            return self._adapter.dump_json(value, exclude_defaults=True).decode()
        except PydanticSerializationError as error:
            raise RecordError(
                f"a record of the kind {self.kind!r} can not be kept: {error}"
            ) from error

    def plain(self, value: T_co) -> dict[str, Any]:  # type: ignore[misc]  # as above
        """Return `value` as JSON for other people: an object with every field."""
        plain: dict[str, Any] = self._adapter.dump_python(value, mode="json")
        return plain

    def load(self, version: int, text: str | bytes) -> T_co:
        """Return the value of a record; `RecordError` when it is newer or does not fit."""
        if version > self.version:
            raise NewerRecord(
                f"a record of the kind {self.kind!r} has version {version}, "
                f"this program reads up to {self.version}; a newer program wrote it"
            )
        try:
            if version < self.version:
                text = self._lifted(version, text)
            return self._adapter.validate_json(text)
        except (ValidationError, KeyError, TypeError, ValueError) as error:
            raise RecordError(f"a record of the kind {self.kind!r} is damaged: {error}") from error

    def _lifted(self, version: int, text: str | bytes) -> bytes:
        if version < 1:
            raise ValueError(f"there is no version {version}")
        value = from_json(text)
        for upcaster in self._upcasters[version - 1 :]:
            value = upcaster(value)
        return to_json(value)
