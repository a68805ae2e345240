"""The log: standard error, one line each, safe to read in a terminal.

No guest data, no tokens, no bodies: callers log ids, counts and reasons.
"""

from __future__ import annotations

import logging
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TextIO

_LONGEST = 2000
_ESCAPES = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160), 0x2028, 0x2029)}
_ESCAPES |= {code: f"\\u{code:04x}" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}


class OneLine(logging.Formatter):
    """Format a record as one line: time with offset, level, who, what; control characters escaped.

    An exception becomes its type, its text and the places it came through, on the same line.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of `record`, without its line end."""
        text = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            text = f"{text}: {in_one_line(record.exc_info[1])}"
        at = datetime.fromtimestamp(record.created, UTC).astimezone()
        shown = escaped(text)
        if len(shown) > _LONGEST:
            shown = f"{shown[:_LONGEST]}…"
        stamp = at.isoformat(timespec="milliseconds")
        return f"{stamp} {record.levelname} {record.name}: {shown}"


def escaped(text: str) -> str:
    """Return `text` with everything escaped that could forge a line or move a cursor."""
    clean = text.translate(_ESCAPES)
    return clean.encode("utf-8", "backslashreplace").decode("utf-8")


def in_one_line(error: BaseException) -> str:
    """Return type, text and the way of an exception, innermost place first."""
    places = [
        f"{Path(frame.filename).name}:{frame.lineno}"
        for frame in reversed(traceback.extract_tb(error.__traceback__))
    ]
    return f"{type(error).__name__}: {error} ({' < '.join(places[:8]) or 'no place'})"


def start(stream: TextIO | None = None) -> None:
    """Send every logger of this process to `stream` (standard error), once."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(OneLine())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # httpx logs each address that it calls, and addresses of webhooks and vendors hold secrets.
    for noisy in ("uvicorn", "uvicorn.error", "websockets", "alembic", "sqlalchemy", "httpx"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_uncaught


def _log_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Log what nobody caught, as the last act of the process."""
    logging.getLogger("pos_bridge").critical("stopped by a fault", exc_info=(kind, error, trace))
