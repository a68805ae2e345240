"""The one codec of log, wire, HTTP and outboxes: frozen values of the core to JSON and back.

Pure: bytes and text come in as arguments. `facts` and `state` keep what the store writes,
`canonical` and `commands` read what others send, `events` shows the log to the outside.
"""

from kds.records.canonical import ParsedOrder, canonical_schema, order_from, parse_order
from kds.records.commands import command_from, command_json, parse_commands
from kds.records.errors import (
    BadBody,
    BadCommands,
    BadOrder,
    BodyError,
    FieldError,
    NotJson,
    RecordError,
    TooLarge,
)
from kds.records.events import event_json

__all__ = [
    "BadBody",
    "BadCommands",
    "BadOrder",
    "BodyError",
    "FieldError",
    "NotJson",
    "ParsedOrder",
    "RecordError",
    "TooLarge",
    "canonical_schema",
    "command_from",
    "command_json",
    "event_json",
    "order_from",
    "parse_commands",
    "parse_order",
]
