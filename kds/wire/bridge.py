"""The bridge's side of the wire: serves one connection of one display."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

from kds.kitchen.commands import Command, Outcome, Result
from kds.kitchen.ids import Instant
from kds.kitchen.wording import Wording
from kds.records.commands import command_from
from kds.records.errors import BodyError
from kds.wire import messages as m
from kds.wire import versions
from kds.wire.history import History, Snapshot
from kds.wire.notices import Asked, BridgeNotice, Leave

MOST_WAITING = 256
MOST_FAULTS = 20
_NAME_CHARS = 64


class BridgeSession:
    """One connection of a display, without any I/O. Times as in `DisplaySession`.

    Call `receive` with each text, `tick` when `next_tick_ms` has come, and after every commit
    and every call send what `to_send` returns until it returns nothing. Answer each `Asked` with
    `answered` or `unavailable`; the next one comes after that. `at`: kitchen time now.

    `hello`: what the display said of itself last, None before. `seq`: how far it says it is,
    `unsent`: commands that wait there. `unknown`, `faults`: messages passed over, not understood.
    """

    def __init__(
        self, history: History, now_ms: int, *, scale: float = 1.0, program: str = ""
    ) -> None:
        self.hello: m.Hello | None = None
        self.seq = self.unsent = 0
        self.unknown = self.faults = 0
        self.snapshots = 0
        self._history = history
        self._scale = scale
        self._program = program
        self._heard_ms = now_ms
        self._is_over = False
        self._sent = 0
        self._snapshot: Snapshot | None = None
        self._parts = 0
        self._book_hash = ""
        self._condition: str | None = None
        self._asked: tuple[Command, ...] = ()
        self._waiting: deque[Command] = deque()
        self._first_refused: str | None = None
        self._out: list[str] = []
        self._notices: list[BridgeNotice] = []

    # --- what happens to it ---

    @property
    def next_tick_ms(self) -> int:
        """When the line counts as dead unless something comes."""
        return self._heard_ms + m.DEAD_AFTER_MS

    def heard(self, now_ms: int) -> None:
        """Note that something came, if only a piece of a message."""
        self._heard_ms = now_ms

    def tick(self, now_ms: int) -> None:
        """Give up a display that has been silent for too long."""
        if now_ms >= self.next_tick_ms:
            self._leave("silent")

    def receive(self, text: str, now_ms: int, at: Instant) -> None:
        """Take in one message of the display."""
        self._heard_ms = now_ms
        if self._is_over:
            return
        try:
            self._take(m.read_display(text), at)
        except m.UnknownKind:
            self.unknown += 1
        except m.WireError:
            self.faults += 1
            if self.faults >= MOST_FAULTS:
                self._say_bye("unclear", versions.NOT_A_DISPLAY)

    def end(self) -> None:
        """The bridge is being stopped."""
        self._say_bye("ending", versions.ENDING)

    def answered(self, outcomes: Sequence[Outcome]) -> None:
        """The commands asked for are on disk, with these outcomes; the display may know it."""
        for command, outcome in zip(self._asked, outcomes, strict=True):
            self._done(command.id, outcome.result, outcome.seq, outcome.why)
        self._asked = ()
        self._ask()

    def unavailable(self, why: str) -> None:
        """The commands asked for were not kept; what was given later must not overtake them."""
        refused = (*self._asked, *self._waiting)
        self._asked = ()
        self._waiting.clear()
        for command in refused:
            self._not_yet(command.id, why)

    def events(self) -> list[BridgeNotice]:
        """Return what has come of it since the last call."""
        notices, self._notices = self._notices, []
        return notices

    def to_send(self) -> list[str]:
        """Return the next texts to send, answers before news; call again once they are sent.

        At most one page of events or one part of a snapshot comes at a time, so that a slow line
        holds nothing back here and a display never waits for its answers behind a snapshot.
        """
        out, self._out = self._out, []
        if self.hello is not None and not self._is_over:
            out += self._news()
        return out

    # --- news ---

    def _news(self) -> list[str]:
        book = self._history.book
        if book is not None and book.hash != self._book_hash:
            self._book_hash = book.hash
            return [m.from_bridge(book)]
        condition = self._history.condition
        if condition is not None and condition != self._condition:
            self._condition = condition
            return [condition]
        text = self._next_part() if self._snapshot is not None else self._next_page()
        return [] if text is None else [text]

    def _next_page(self) -> str | None:
        try:
            page = self._history.page(self._sent)
        except LookupError:  # too slow: what it lacks is gone
            self._begin_snapshot()
            return self._next_part()
        if page is None:
            return None
        self._sent = page.until
        return page.text

    def _next_part(self) -> str | None:
        assert self._snapshot is not None
        text = self._snapshot.part(self._parts)
        if text is None:
            self._sent = self._snapshot.place.seq
            self._snapshot = None
            return self._next_page()
        self._parts += 1
        return text

    def _begin_snapshot(self) -> None:
        self._snapshot = self._history.snapshot()
        self._parts = 0
        self.snapshots += 1

    # --- messages ---

    def _take(self, message: m.FromDisplay, at: Instant) -> None:
        match message:
            case m.Hello():
                self._greet(message, at)
            case m.Ping():
                self._answer_ping(message, at)
            case m.Do():
                self._take_command(message.command)
            case m.Bye():
                self._leave("display left")

    def _greet(self, hello: m.Hello, at: Instant) -> None:
        is_newer = versions.newer(hello.protocol)
        if is_newer is None:
            self._say_bye("unclear", versions.NOT_A_DISPLAY)
        elif is_newer:
            self._say_bye("too_new", versions.DISPLAY_NEWER)
        elif versions.older(hello.protocol):
            self._say_bye("too_old", versions.DISPLAY_OLDER)
        else:
            self._welcome(hello, at)

    def _welcome(self, hello: m.Hello, at: Instant) -> None:
        resumed = self._history.holds(hello.place)
        self.hello = hello
        self.seq = hello.place.seq
        self._book_hash = hello.book
        self._condition = None
        self._snapshot, self._parts = None, 0
        self._sent = hello.place.seq
        if not resumed:
            self._begin_snapshot()
        epoch = self._history.place.epoch
        welcome = m.Welcome(
            versions.PROTOCOL, hello.attempt, epoch, resumed, at, self._scale, self._program
        )
        self._out.append(m.from_bridge(welcome))

    def _answer_ping(self, ping: m.Ping, at: Instant) -> None:
        self.seq, self.unsent = ping.seq, ping.unsent
        attempt = 0 if self.hello is None else self.hello.attempt
        sent = 0 if self._snapshot is not None else self._sent
        pong = m.Pong(ping.sent, at, self._scale, attempt, sent, self._parts)
        self._out.append(m.from_bridge(pong))

    # --- commands ---

    def _take_command(self, value: dict[str, Any]) -> None:
        """Queue a command; one that is queued or under way already is not taken twice."""
        if self.hello is None:
            raise m.WireError("a command before the greeting")
        try:
            command = command_from(value)
        except BodyError as error:
            self._refuse(value.get("id"), str(error))
            return
        if self._first_refused not in (None, command.id):
            self._not_yet(command.id, "an earlier command waits")
        elif len(self._waiting) >= MOST_WAITING:
            self._not_yet(command.id, "too many commands at once")
        elif command.id not in {c.id for c in (*self._asked, *self._waiting)}:
            self._first_refused = None
            self._waiting.append(command)
            self._ask()

    def _ask(self) -> None:
        """Hand on what waits, one bundle at a time, so that nothing overtakes."""
        if self._asked or not self._waiting:
            return
        self._asked = tuple(self._waiting)
        self._waiting.clear()
        self._notices.append(Asked(self._asked))

    def _refuse(self, command_id: object, why: str) -> None:
        if not isinstance(command_id, str):
            raise m.WireError("a command without an id")
        self._done(command_id, Result.REFUSED, self._history.place.seq, why)

    def _done(self, command_id: str, result: Result, seq: int, why: str) -> None:
        self._out.append(m.from_bridge(m.Done(command_id, result.value, seq, why)))

    def _not_yet(self, command_id: str, why: str) -> None:
        if self._first_refused is None:
            self._first_refused = command_id
        self._out.append(m.from_bridge(m.NotYet(command_id, why)))

    # --- the end ---

    def _say_bye(self, code: str, words: Wording) -> None:
        if not self._is_over:
            self._out.append(m.from_bridge(m.Bye(code, words.zh, words.en)))
            self._leave(code)

    def _leave(self, code: str) -> None:
        if not self._is_over:
            self._is_over = True
            self._notices.append(Leave(code))


def shown_name(text: str) -> str:
    """Return a name that a display gave itself, short enough to be listed."""
    return text[:_NAME_CHARS]
