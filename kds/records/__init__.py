"""The one codec of log, wire, HTTP and outboxes: frozen values of the core to JSON and back.

Pure: bytes and text come in as arguments. `facts` and `state` keep what the store writes,
`canonical` and `commands` read what others send, `events` shows the log to the outside. The first
and the last of these are imported by name: a display, which takes no orders, does without them.
"""

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

__all__ = [
    "BadBody",
    "BadCommands",
    "BadOrder",
    "BodyError",
    "FieldError",
    "NotJson",
    "RecordError",
    "TooLarge",
    "command_from",
    "command_json",
    "parse_commands",
]
