"""The display's side of the wire: follows a bridge's kitchen and brings commands to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import ValidationError

from kds.kitchen.commands import Command
from kds.kitchen.events import Event
from kds.kitchen.evolve import evolve
from kds.kitchen.ids import CommandId, Instant
from kds.kitchen.state import Kitchen
from kds.kitchen.wording import Wording
from kds.records.commands import command_json
from kds.rulebook.book import Book, book_from_json
from kds.wire import messages as m
from kds.wire import versions
from kds.wire.answers import read_answer
from kds.wire.clock import ClockSync
from kds.wire.encoding import event_of
from kds.wire.loading import Loading, PartMissing
from kds.wire.notices import (
    BookChanged,
    ConditionChanged,
    DisplayNotice,
    Following,
    Happened,
    LineDead,
    NotKept,
    Offline,
    Reloaded,
    TurnedAway,
)
from kds.wire.pending import Pending
from kds.wire.places import Place
from kds.wire.projection import NoRules, Projection, extend, project
from kds.wire.standing import Identity, Kept, Phase

GREET_EVERY_MS = 1_000
DOUBT_EVERY_MS = 5_000


class DisplaySession:
    """One display and its bridges, over any number of connections, without any I/O.

    `connected` and `disconnected` frame a connection; in between call `receive` with each text
    and `tick` when `next_tick_ms` has come, send what `to_send` returns, and act on `events`.
    Times are milliseconds of one steady clock. Not thread-safe.

    `confirmed`: the bridge's kitchen as of `place`. `book`: the rules it goes by, None before
    the first was loaded, `book_fault`: why the bridge's newest can not be read. `unknown`,
    `faults`: messages passed over, and not understood.
    """

    def __init__(self, identity: Identity, now_ms: int, kept: Kept | None = None) -> None:
        kept = kept or Kept()
        self.identity = identity
        self.phase = Phase.OFFLINE
        self.confirmed, self.place = kept.kitchen, kept.place
        self.book: Book | None = None
        self.book_fault: Wording | None = None
        self.condition = m.Condition()
        self.unknown = self.faults = 0
        self.heard_ms: int | None = None
        self._book_hash = ""
        self._clock = ClockSync(now_ms, kept.time)
        self._pending = Pending(kept.commands)
        self._projection: Projection | None = None
        self._epoch = ""
        self._loading = Loading()
        self._attempt = 0
        self._greeted_ms = now_ms - GREET_EVERY_MS
        self._greet_at_ms: int | None = None
        self._doubted_ms = now_ms - DOUBT_EVERY_MS
        self._is_doubtful = False
        self._is_dead = False
        self._pinged_ms = now_ms
        self._notices: list[DisplayNotice] = []
        self._out: list[str] = []
        if kept.book is not None:
            self._load_book(*kept.book)

    # --- what it knows ---

    @property
    def projection(self) -> Projection:
        """The confirmed kitchen with the own pending commands on top; made when asked for."""
        if self._projection is None:
            commands = self._pending.shown(self.place)
            self._projection = project(self.confirmed, commands, self.book or NoRules())
        return self._projection

    @property
    def unsent(self) -> int:
        """How many commands no bridge has answered yet."""
        return self._pending.unsent

    @property
    def commands(self) -> Sequence[Command]:
        """The commands of this display that are kept, oldest first: a day's at least."""
        return self._pending.commands

    @property
    def unacknowledged(self) -> int:
        """How many commands the log that is followed is not known to contain, old ones too."""
        return self._pending.unacknowledged

    def time(self, now_ms: int) -> Instant | None:
        """Return kitchen time; None when this display never had a bridge."""
        return self._clock.time(now_ms)

    @property
    def scale(self) -> float:
        """How many seconds of kitchen time a second of this display has."""
        return self._clock.scale

    def silent_ms(self, now_ms: int) -> int | None:
        """Return how long ago the bridge was last heard; None: not since this program runs."""
        return None if self.heard_ms is None else now_ms - self.heard_ms

    @property
    def next_tick_ms(self) -> int | None:
        """When `tick` has something to do next, None while offline."""
        if self.phase is Phase.OFFLINE or self._is_dead or self.heard_ms is None:
            return None
        due = [
            self._pinged_ms + m.PING_EVERY_MS,
            self.heard_ms + m.DEAD_AFTER_MS,
            self._greet_at_ms,
        ]
        if self._may_send:
            due.append(self._pending.next_due_ms())
        return min(at for at in due if at is not None)

    @property
    def _may_send(self) -> bool:
        return self.phase in (Phase.LOADING, Phase.FOLLOWING)

    # --- what happens to it ---

    def connected(self, now_ms: int) -> None:
        """Begin to talk on a new connection."""
        self.heard_ms = now_ms
        self._is_dead = False
        self._out.clear()
        self._clock.restart()
        self._greet(now_ms)

    def disconnected(self) -> None:
        """The connection is gone; what was under way goes out again on the next one."""
        if self.phase is not Phase.OFFLINE:
            self._notices.append(Offline())
        self.phase = Phase.OFFLINE
        self._greet_at_ms = None
        self._out.clear()

    def heard(self, now_ms: int) -> None:
        """Note that something came, if only a piece of a message on a slow line."""
        self.heard_ms = now_ms

    def act(self, command: Command, now_ms: int) -> None:
        """Take up a command that is kept on disk: show it and bring it to the bridge."""
        if not self._pending.add(command):
            return
        if self._projection is not None:
            self._projection = extend(self._projection, command, self.book or NoRules())
        self._send_due(now_ms)

    def forget(self, commands: Iterable[CommandId]) -> None:
        """Drop commands that are not kept any longer."""
        self._pending.forget(commands)

    def tick(self, now_ms: int) -> None:
        """Do what is due by time."""
        if self.phase is Phase.OFFLINE or self._is_dead or self.heard_ms is None:
            return
        if now_ms - self.heard_ms >= m.DEAD_AFTER_MS:
            self._is_dead = True
            self._notices.append(LineDead())
            return
        if self._greet_at_ms is not None and now_ms >= self._greet_at_ms:
            self._greet(now_ms)
        elif now_ms - self._pinged_ms >= m.PING_EVERY_MS:
            self._ping(now_ms)
        self._send_due(now_ms)

    def receive(self, text: str, now_ms: int) -> None:
        """Take in one message of the bridge."""
        self.heard_ms = now_ms
        try:
            self._take(m.read_bridge(text), now_ms)
        except m.UnknownKind:
            self.unknown += 1
        except m.WireError:
            self.faults += 1
            self._start_over(now_ms)
        self._send_due(now_ms)

    def events(self) -> list[DisplayNotice]:
        """Return what has come of it since the last call."""
        notices, self._notices = self._notices, []
        return notices

    def to_send(self) -> list[str]:
        """Return the texts to send now, in order."""
        out, self._out = self._out, []
        return out

    # --- greeting ---

    def _greet(self, now_ms: int) -> None:
        self.phase = Phase.GREETING
        self._greet_at_ms = None
        self._greeted_ms = now_ms
        self._attempt += 1
        me = self.identity
        hello = m.Hello(
            versions.PROTOCOL,
            me.program,
            me.view,
            me.device,
            self._attempt,
            Place() if self._is_doubtful else self.place,
            self._book_hash,
        )
        self._out.append(m.from_display(hello))
        self._ping(now_ms)

    def _ping(self, now_ms: int) -> None:
        self._pinged_ms = now_ms
        ping = m.Ping(now_ms, self.place.seq, self._pending.unsent)
        self._out.append(m.from_display(ping))

    def _greet_again(self, now_ms: int) -> None:
        """Something was missed: ask for the rest, but not many times a second."""
        self.phase = Phase.GREETING
        self._greet_at_ms = max(now_ms, self._greeted_ms + GREET_EVERY_MS)
        if self._greet_at_ms == now_ms:
            self._greet(now_ms)

    def _start_over(self, now_ms: int) -> None:
        """What came can not be read or does not fit: only the whole kitchen helps.

        Where that happens again and again, the bridge is newer: it is not asked every second.
        """
        wait_ms = GREET_EVERY_MS
        if now_ms - self._doubted_ms < 2 * DOUBT_EVERY_MS:
            wait_ms = DOUBT_EVERY_MS
        self._doubted_ms = now_ms
        self._is_doubtful = True
        self.phase = Phase.GREETING
        self._greet_at_ms = max(now_ms, self._greeted_ms + wait_ms)

    def _turned_away(self, code: str, words: Wording) -> None:
        self.phase = Phase.TURNED_AWAY
        self._notices.append(TurnedAway(code, words))

    # --- messages ---

    def _take(self, message: m.FromBridge, now_ms: int) -> None:
        match message:
            case m.Events():
                self._take_events(message, now_ms)
            case m.Pong():
                self._take_pong(message, now_ms)
            case m.Done():
                self._take_done(message)
            case m.NotYet():
                self._pending.postpone(CommandId(message.id), now_ms)
                self._notices.append(NotKept(CommandId(message.id), message.why))
            case m.Welcome():
                self._take_welcome(message, now_ms)
            case m.Part():
                self._take_part(message, now_ms)
            case m.BookText():
                self._load_book(message.hash, message.compiled)
            case m.Condition():
                self.condition = message
                self._notices.append(ConditionChanged())
            case m.Bye():
                self._turned_away(message.code, message.words)

    def _take_welcome(self, welcome: m.Welcome, now_ms: int) -> None:
        if welcome.attempt != self._attempt or self.phase is not Phase.GREETING:
            return
        self._clock.heard(self._greeted_ms, now_ms, welcome.at, welcome.scale)
        if versions.newer(welcome.protocol) is not False:
            self._turned_away("too_old", versions.DISPLAY_OLDER)
        elif versions.older(welcome.protocol):
            self._turned_away("too_new", versions.DISPLAY_NEWER)
        else:
            self._begin(welcome)

    def _begin(self, welcome: m.Welcome) -> None:
        if welcome.resumed and (self._is_doubtful or welcome.epoch != self.place.epoch):
            raise m.WireError("resumed where this display does not stand")
        self._epoch = welcome.epoch
        self._pending.turn_to(welcome.epoch)
        self._loading = Loading()
        self.condition = m.Condition()  # what another bridge has said is not this one's
        self.phase = Phase.LOADING
        if welcome.resumed:
            self.phase = Phase.FOLLOWING
            self._notices.append(Following(resumed=True))

    def _take_part(self, part: m.Part, now_ms: int) -> None:
        """Load a snapshot; the bridge may begin one at any time for a display that was too slow."""
        if not self._may_send or self._is_over(part):
            return
        self.phase = Phase.LOADING
        try:
            kitchen = self._loading.take(part)
        except PartMissing:
            self._greet_again(now_ms)
            return
        if kitchen is not None:
            self._swap(kitchen, part.place)

    def _is_over(self, part: m.Part) -> bool:
        """Say whether the part belongs to a snapshot of which nothing is wanted any more."""
        is_known = self.phase is Phase.FOLLOWING and part.place.seq <= self.place.seq
        return is_known or part.place.epoch != self._epoch

    def _swap(self, kitchen: Kitchen, place: Place) -> None:
        self._is_doubtful = False
        self.confirmed, self.place = kitchen, place
        self._projection = None
        self.phase = Phase.FOLLOWING
        self._notices += [Reloaded(), Following(resumed=False)]

    def _take_events(self, message: m.Events, now_ms: int) -> None:
        if self.phase is not Phase.FOLLOWING:
            return
        applied: list[Event] = []
        kitchens = [self.confirmed]
        for wire in message.events:
            if wire.seq > self.place.seq + 1:
                self._greet_again(now_ms)
                break
            if wire.seq == self.place.seq and wire.id != self.place.event:
                raise m.WireError(f"another event {wire.seq} than the one that is known")
            if wire.seq > self.place.seq:
                applied.append(self._apply(wire))
                kitchens.append(self.confirmed)
        if applied:
            self._projection = None
            self._notices.append(Happened(tuple(applied), tuple(kitchens)))

    def _apply(self, wire: m.WireEvent) -> Event:
        event = event_of(wire)
        self.confirmed = evolve(self.confirmed, event)
        self.place = Place(self.place.epoch, wire.seq, wire.id)
        return event

    def _take_done(self, done: m.Done) -> None:
        if not self._may_send:
            return
        ack = self._pending.acknowledge(CommandId(done.id), done.seq)
        if ack is None:
            return
        if ack.seq <= self.place.seq:
            self._projection = None
        self._notices.append(read_answer(done, ack, self.confirmed))

    def _take_pong(self, pong: m.Pong, now_ms: int) -> None:
        """Set the clock, and see from what the bridge has sent whether something was missed."""
        self._clock.heard(pong.sent, now_ms, pong.at, pong.scale)
        if pong.sent < self._greeted_ms or self._greet_at_ms is not None:
            return
        if self._has_missed(pong):
            self._greet_again(now_ms)

    def _has_missed(self, pong: m.Pong) -> bool:
        match self.phase:
            case Phase.GREETING:
                return True
            case Phase.LOADING:
                return pong.attempt != self._attempt or pong.parts > self._loading.parts
            case Phase.FOLLOWING:
                return pong.attempt != self._attempt or pong.seq > self.place.seq
            case _:
                return False

    def _load_book(self, book_hash: str, compiled: str) -> None:
        try:
            self.book = book_from_json(compiled)
        except ValidationError:
            self.book_fault = versions.UNREADABLE_BOOK
            return
        self.book_fault = None
        self._book_hash = book_hash
        self._projection = None
        self._notices.append(BookChanged(self.book, book_hash, compiled))

    def _send_due(self, now_ms: int) -> None:
        if self._may_send:
            for command in self._pending.take_due(now_ms):
                self._out.append(m.from_display(m.Do(command_json(command))))
