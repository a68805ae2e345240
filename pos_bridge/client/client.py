"""The client: puts orders into the spool, and a thread that takes them to the bridge."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Self

from kds.lock import TakenError, only_one
from pos_bridge.client.bridge import Away, Bridge, FailedOn, NeverTaken, Taken
from pos_bridge.client.spool import Fate, Spool, Spooled, SpoolError, Standing

_logger = logging.getLogger(__name__)
MOST_TRIES = 20
"""So often the bridge may fail on one order before it is parked."""
_FIRST_GAP_S, _LONGEST_GAP_S = 0.25, 2.0
_LONGEST_GAP_OF_ONE_S = 300.0
_LOOK_S = 0.5
"""Another program may have put something into the spool, or have ended that delivered."""
_MEET_EVERY_S = 10.0


class Client:
    """A till's way to the kitchen. Any thread.

    `spool`: a folder of the till's own; programs may share it, one of them delivers. `bridge`: its
    address; `token`: what it demands. `on_settled`: told of each order, by its key, that the bridge
    has or that none will take; `on_try`: before each try; both on the client's own thread.
    Raises `SpoolError` when the folder is of no use and ValueError for an address that is none.
    """

    def __init__(
        self,
        spool: Path,
        bridge: str = "http://127.0.0.1:8480",
        token: str = "",
        *,
        on_settled: Callable[[str, Fate], None] = lambda _key, _fate: None,
        on_try: Callable[[Spooled], None] = lambda _spooled: None,
    ) -> None:
        self._bridge = Bridge(bridge, token)
        self._spool = Spool(spool)
        self._on_settled, self._on_try = on_settled, on_try
        self._chance = Random()
        self._news = threading.Event()
        self._is_over = False
        self._failures = 0
        self._met_at: float | None = None
        self._trouble = ""
        self._thread = threading.Thread(target=self._live, name="spool")
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def send(self, order: Mapping[str, object] | bytes) -> str:
        """Keep an order: it is on disk when this returns, and on its way. Return its key.

        Raises `NotAnOrderError`, and `SpoolError` when it is not safe.
        """
        key = self._spool.put(order, time.time())
        self._news.set()
        return key

    def fates(self, keys: list[str]) -> dict[str, Fate]:
        """Return what became of orders, by key."""
        return self._spool.fates(keys)

    def waiting(self) -> list[str]:
        """Return the keys of all that waits."""
        return self._spool.waiting()

    @property
    def standing(self) -> Standing:
        """How many orders wait, were delivered, were refused."""
        return self._spool.standing()

    @property
    def trouble(self) -> str:
        """Why nothing is delivered just now, "" while all goes well."""
        return self._trouble

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until nothing waits any more, at most so long; say whether that is so."""
        until = None if timeout_s is None else time.monotonic() + timeout_s
        while self._spool.standing().waiting:
            if until is not None and time.monotonic() >= until:
                return False
            time.sleep(0.02)
        return True

    def close(self) -> None:
        """Stop delivering; what waits stays in the spool."""
        self._is_over = True
        self._news.set()
        self._thread.join()
        self._bridge.close()
        self._spool.close()

    # --- the client's thread ---

    def _live(self) -> None:
        with ExitStack() as held:
            has_turn = False
            while not self._is_over:
                self._news.clear()
                try:
                    has_turn = has_turn or self._take_turn(held)
                    rest_s = self._round() if has_turn else _LOOK_S
                except SpoolError as error:
                    self._trouble = str(error)
                    rest_s = _LONGEST_GAP_S
                if rest_s:
                    self._rest(rest_s)

    def _take_turn(self, held: ExitStack) -> bool:
        """Be the one that delivers, if no other program is; say whether so."""
        try:
            held.enter_context(only_one("spool", self._spool.folder))
        except TakenError:
            return False
        except OSError as error:
            raise SpoolError(f"The spool in {self._spool.folder} fails: {error}.") from error
        self._spool.forget(time.time())
        return True

    def _round(self) -> float:
        """Deliver what is due; return how long to rest."""
        now = time.monotonic()
        if self._met_at is None or now - self._met_at > _MEET_EVERY_S:
            epoch = self._bridge.epoch()
            if isinstance(epoch, Away):
                return self._away(epoch)
            again = self._spool.met(epoch, time.time())
            if again:
                _logger.warning("the bridge has another log: %d orders go again", again)
            self._met_at = now
        found = self._spool.due(time.time())
        for spooled in found:
            away = self._deliver(spooled)
            if away is not None:
                return self._away(away)
            if self._is_over:
                return 0.0
        self._failures, self._trouble = 0, ""
        return 0.0 if found else _LOOK_S

    def _deliver(self, spooled: Spooled) -> Away | None:
        """Try one order; return why none can be delivered, if that is so."""
        self._on_try(spooled)
        match self._bridge.post(spooled.body, spooled.key):
            case Taken(answer):
                self._spool.delivered(spooled.place, answer, time.time())
                self._settle(spooled, answer=answer)
            case NeverTaken(why):
                self._refuse(spooled, why)
            case FailedOn(why):
                self._fail(spooled, why)
            case Away() as away:
                return away
        return None

    def _fail(self, spooled: Spooled, why: str) -> None:
        tries = spooled.tries + 1
        if tries >= MOST_TRIES:
            self._refuse(spooled, f"tried {tries} times; at last {why}")
        else:
            gap_s = self._gap_s(tries, _LONGEST_GAP_OF_ONE_S)
            self._spool.put_off(spooled.place, time.time() + gap_s)

    def _refuse(self, spooled: Spooled, why: str) -> None:
        self._spool.refuse(spooled.place, why)
        _logger.warning("%s %s was refused: %s", spooled.source, spooled.order_id, why)
        self._settle(spooled, refused=why)

    def _settle(self, spooled: Spooled, *, answer: str = "", refused: str = "") -> None:
        self._on_settled(spooled.key, Fate(spooled.source, spooled.order_id, answer, refused))

    def _away(self, away: Away) -> float:
        """Take note that nothing can be delivered; return how long to rest."""
        self._failures += 1
        self._trouble = away.why
        self._met_at = None  # whoever answers next may be another one
        gap_s = self._gap_s(self._failures, _LONGEST_GAP_S)
        return gap_s if away.wait_s is None else max(away.wait_s, _FIRST_GAP_S)

    def _gap_s(self, failures: int, longest_s: float) -> float:
        gap_s = min(longest_s, _FIRST_GAP_S * 2.0 ** min(failures - 1, 16))
        return gap_s * self._chance.uniform(0.75, 1.25)

    def _rest(self, rest_s: float) -> None:
        """Rest, but for an order that comes while the bridge is well."""
        if not self._failures:
            self._news.wait(rest_s)
            return
        until = time.monotonic() + rest_s
        while not self._is_over and (left_s := until - time.monotonic()) > 0:
            time.sleep(min(left_s, 0.1))
