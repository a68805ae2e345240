"""What `pos-bridge send` does: reads orders, keeps them, waits, and says what became of each."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import RLock
from typing import Any

from pos_bridge.client.client import Client
from pos_bridge.client.spool import Fate, NotAnOrderError, Spooled, SpoolError
from pos_bridge.settings import StartError, plain, read_tokens

_LOOK_S, _LOOK_AT_OTHERS_S = 0.01, 0.5
_BETWEEN = " \t\r\n,"
WAITS = 3


def run(options: argparse.Namespace) -> int:
    """Do so; return the exit status. Raises `StartError` where nothing can be done at all."""
    token = read_tokens(options.token_file)[0] if options.token_file else ""
    sending = _Sending(options)
    try:
        with Client(
            options.spool,
            options.bridge,
            token,
            on_settled=sending.settled,
            on_try=sending.tried,
        ) as client:
            return sending.run(client)
    except (SpoolError, ValueError) as error:
        raise StartError(str(error)) from error


class _Sending:
    """One run. `settled` and `tried` are called by the client's thread, all else by ours.

    `_unsettled`: keys of the orders that this run is about, until their fate is told.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._unsettled: dict[str, None] = {}
        self._is_sound = True
        self._shown_trouble = ""
        self._lock = RLock()

    def run(self, client: Client) -> int:
        """Take the orders, see them through, return the exit status."""
        with suppress(KeyboardInterrupt):  # what is in the spool is safe
            self._take(client)
            self._see_through(client)
        waiting = len(self._unsettled)
        if waiting:
            self._say(f"{waiting} orders are safe and wait; they go out with the next send")
        if not self._is_sound:
            return 1
        return WAITS if waiting else 0

    def settled(self, key: str, fate: Fate) -> None:
        """Tell what became of an order, if it is one of ours."""
        with self._lock:
            if key in self._unsettled and fate.is_settled:
                del self._unsettled[key]
                self._is_sound &= not fate.refused
                self._print(_as_json(fate) if self._options.json else _as_text(fate))

    def tried(self, spooled: Spooled) -> None:
        """An order goes out."""
        if self._options.report_tries:
            self._report("trying", spooled.source, spooled.order_id, time.monotonic_ns())

    def _take(self, client: Client) -> None:
        if self._options.file is None:
            with self._lock:
                self._unsettled.update(dict.fromkeys(client.waiting()))
            return
        for number, text in enumerate(_texts(self._options.file), 1):
            try:
                self._keep(client, text)
            except NotAnOrderError as error:
                self._is_sound = False
                self._say(f"order {number} of {self._options.file}: {error}")

    def _keep(self, client: Client, text: bytes) -> None:
        with self._lock:  # its fate must not be told before we know of it
            key = client.send(text)
            self._unsettled[key] = None
            if self._options.report_tries:
                fate = client.fates([key])[key]
                self._report("safe", fate.source, fate.order_id, time.monotonic_ns())

    def _see_through(self, client: Client) -> None:
        """Wait until all is settled, or for as long as we may.

        Another program may deliver ours: then nobody tells us.
        """
        wait_s = self._options.wait
        until = None if wait_s is None else time.monotonic() + wait_s
        look_at = 0.0
        while self._unsettled and (until is None or time.monotonic() < until):
            time.sleep(_LOOK_S)
            if time.monotonic() >= look_at:
                self._look(client)
                look_at = time.monotonic() + _LOOK_AT_OTHERS_S
        self._look(client)

    def _look(self, client: Client) -> None:
        with self._lock:
            mine = list(self._unsettled)
        for key, fate in client.fates(mine).items():
            self.settled(key, fate)
        trouble = client.trouble
        if trouble and trouble != self._shown_trouble:
            self._say(f"orders are safe and wait: {trouble}")
        self._shown_trouble = trouble

    def _report(self, what: str, source: str, order_id: str, at_ns: int) -> None:
        told = {"what": what, "source": source, "order_id": order_id, "at_ns": at_ns}
        self._print(json.dumps(told, ensure_ascii=False))

    def _print(self, line: str) -> None:
        with self._lock, suppress(BrokenPipeError):  # the orders go on, whoever listens
            print(line, flush=True)

    def _say(self, text: str) -> None:
        print(f"pos-bridge: {text}", file=sys.stderr, flush=True)


def _as_json(fate: Fate) -> str:
    what = "refused" if fate.refused else "delivered"
    found = {"what": what, "source": fate.source, "order_id": fate.order_id}
    found |= {"why": fate.refused} if fate.refused else {}
    return json.dumps({**_read(fate.answer), **found}, ensure_ascii=False)


def _as_text(fate: Fate) -> str:
    result = _read(fate.answer).get("result", "taken")
    told = f"refused, {fate.refused}" if fate.refused else result
    return f"{fate.source} {fate.order_id}: {told}"


def _read(answer: str) -> dict[str, Any]:
    try:
        found = json.loads(answer)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _texts(name: str) -> Iterator[bytes]:
    """Yield the JSON texts of a file, as they stand there; of standard input line by line."""
    if name == "-":
        yield from (line for line in sys.stdin.buffer if line.strip())
        return
    try:
        text = Path(name).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise StartError(f"{name} cannot be read: {plain(error)}.") from error
    text = text.strip()
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    yield from _each(text)


def _each(text: str) -> Iterator[bytes]:
    """Yield JSON texts that stand one after the other; what is none goes as it is, to be told."""
    decoder = json.JSONDecoder()
    at = 0
    while True:
        while at < len(text) and text[at] in _BETWEEN:
            at += 1
        if at >= len(text):
            return
        try:
            _, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            yield text[at:].encode("utf-8", "replace")
            return
        yield text[at:end].encode("utf-8", "replace")
        at = end
