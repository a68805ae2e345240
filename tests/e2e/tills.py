"""Tills that post orders while things die, and what must be true of those orders afterwards."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.bridge.harness import PATIENCE_S, Running, eventually, line


@dataclass
class Till(threading.Thread):
    """Posts numbered orders one after the other, sending each again until it is answered.

    `accepted`: orders answered 2xx, with how many portions of the first dish; each has one of a
    second dish too.
    """

    name_of_till: str
    house: Tills
    accepted: dict[str, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(name=self.name_of_till)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        number = 0
        with httpx.Client(trust_env=False, timeout=PATIENCE_S) as client:
            while self.house.goes_on():
                number += 1
                portions = number % 3 + 1
                self._deliver(client, f"{self.name_of_till}-{number}", portions)

    def _deliver(self, client: httpx.Client, order_id: str, portions: int) -> None:
        body = {
            "source": self.name_of_till,
            "order_id": order_id,
            "table": order_id,
            "lines": [line("1", quantity=portions), line("2", "Soup")],
        }
        while not self.house.stopping.is_set():
            try:
                answer = client.post(f"{self.house.address}/v1/orders", json=body)
            except httpx.TransportError:
                self.house.serving.wait(PATIENCE_S)
                continue
            if answer.status_code in (200, 201):
                self.accepted[order_id] = portions
                return
            if answer.status_code != 503:
                self.refused.append(answer.text)
                return


class Tills:
    """Some tills. `address`: of the bridge, anew after each restart. `serving`: it is there.

    `guests`: orders that they may still send, None: any number.
    """

    def __init__(self, number: int, guests: threading.Semaphore | None = None) -> None:
        self.address = ""
        self._guests = guests
        self.stopping, self.serving = threading.Event(), threading.Event()
        self._tills = [Till(f"till-{n}", self) for n in range(number)]

    @property
    def accepted(self) -> dict[str, int]:
        """All orders answered 2xx, with the portions of their first dish."""
        each = [till.accepted.copy() for till in self._tills]  # they go on meanwhile
        return {order_id: n for accepted in each for order_id, n in accepted.items()}

    @contextmanager
    def posting(self) -> Iterator[None]:
        """Stop them at the end of the block; nothing that they sent was refused."""
        try:
            yield
        finally:
            self._call_it_a_day()
        assert [refusal for till in self._tills for refusal in till.refused] == []

    def turn_to(self, bridge: Running) -> None:
        """Let them post to this bridge; at first this starts them."""
        self.address = bridge.http
        self.serving.set()
        for till in self._tills:
            if till.ident is None:
                till.start()

    def wait_for_more(self, orders: int) -> None:
        """Wait until so many more orders are accepted."""
        goal = len(self.accepted) + orders
        eventually(lambda: len(self.accepted) >= goal)

    def goes_on(self) -> bool:
        """Wait for the next guest; say whether there is one before the tills are stopped."""
        if self._guests is not None:
            self._guests.acquire()
        return not self.stopping.is_set()

    def _call_it_a_day(self) -> None:
        self.stopping.set()
        self.serving.set()
        if self._guests is not None:
            self._guests.release(len(self._tills))

    def stop(self) -> None:
        """Let each finish what it is about and end."""
        self._call_it_a_day()
        for till in self._tills:
            till.join()

    def check_each_is_there_once(self, bridge: Running) -> list[dict[str, Any]]:
        """Every order answered 2xx is stored once and shown once; return all tickets."""
        stored = Counter(order_events(bridge))
        assert [o for o in self.accepted if stored[o] != 1] == []
        assert [o for o, count in stored.items() if count > 1] == []
        tickets: list[dict[str, Any]] = bridge.get("/v1/board/all")["tickets"]
        shown = Counter(ticket["order_id"] for ticket in tickets)
        assert [o for o in self.accepted if shown[o] != 1] == []
        return tickets


def order_events(bridge: Running) -> Iterator[str]:
    """Yield the order id of every order event in the log."""
    after = 0
    while events := bridge.get("/v1/events", after=after, limit=1000):
        yield from (e["order"]["order_id"] for e in events if e["kind"] == "order_received")
        after = events[-1]["seq"]
