"""What `pos-bridge send` does: reads orders, keeps them, waits, and says what became of each."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pos_bridge.client.client import Client
from pos_bridge.client.spool import Fate, NotAnOrderError, SpoolError
from pos_bridge.settings import StartError, plain, read_tokens

_LOOK_S = 0.02
_BETWEEN = " \t\r\n,"
WAITS = 3


def run(options: argparse.Namespace) -> int:
    """Do so; return the exit status. Raises `StartError` where nothing can be done at all."""
    token = read_tokens(options.token_file)[0] if options.token_file else ""
    try:
        with Client(options.spool, options.bridge, token) as client:
            return _Sending(client, options).run()
    except (SpoolError, ValueError) as error:
        raise StartError(str(error)) from error


class _Sending:
    """One run."""

    def __init__(self, client: Client, options: argparse.Namespace) -> None:
        self._client = client
        self._options = options
        self._unsettled: dict[str, None] = {}
        self._is_sound = True
        self._shown_trouble = ""
        self._look_at = 0.0

    def run(self) -> int:
        try:
            self._take()
            self._see_through()
        except KeyboardInterrupt:
            pass  # what is in the spool is safe
        waiting = len(self._unsettled)
        if waiting:
            self._say(f"{waiting} orders are safe and wait; they go out with the next send")
            return WAITS if self._is_sound else 1
        return 0 if self._is_sound else 1

    def _take(self) -> None:
        if self._options.file is None:
            self._unsettled.update(dict.fromkeys(self._client.waiting()))
            return
        for number, text in enumerate(_texts(self._options.file), 1):
            try:
                self._unsettled[self._client.send(text)] = None
            except NotAnOrderError as error:
                self._is_sound = False
                self._say(f"order {number} of {self._options.file}: {error}")
            if time.monotonic() >= self._look_at:
                self._tell_settled()

    def _see_through(self) -> None:
        """Wait until all is settled, or for as long as we may."""
        wait_s = self._options.wait
        until = None if wait_s is None else time.monotonic() + wait_s
        while self._unsettled and (until is None or time.monotonic() < until):
            time.sleep(_LOOK_S)
            if time.monotonic() >= self._look_at:
                self._tell_settled()
                self._tell_trouble()
        self._tell_settled()

    def _tell_settled(self) -> None:
        began = time.monotonic()
        for key, fate in self._client.fates(list(self._unsettled)).items():
            if fate.is_settled:
                del self._unsettled[key]
                self._is_sound &= not fate.refused
                print(_as_json(fate) if self._options.json else _as_text(fate), flush=True)
        took_s = time.monotonic() - began
        self._look_at = began + max(_LOOK_S, 10 * took_s)  # of thousands it takes its time

    def _tell_trouble(self) -> None:
        trouble = self._client.trouble
        if trouble and trouble != self._shown_trouble:
            self._say(f"orders are safe and wait: {trouble}")
        self._shown_trouble = trouble

    def _say(self, text: str) -> None:
        print(f"pos-bridge: {text}", file=sys.stderr, flush=True)


def _as_json(fate: Fate) -> str:
    found = {"source": fate.source, "order_id": fate.order_id, "refused": fate.refused or None}
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
