"""Step n of m on the terminal, and the one exception that ends a command with a sentence."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class SetupError(Exception):
    """What went wrong and what to type next, as the person should read it."""


def say(text: str) -> None:
    """Print at once, so that our lines stay in order with those of the programs we start."""
    print(text, flush=True)


class Progress:
    """Counts the steps of one command."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._number = 0

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Announce a step and, when it ends without an exception, how long it took."""
        self._number += 1
        say(f"\n[{self._number}/{self._total}] {title}")
        began_s = time.monotonic()
        yield
        say(f"      {time.monotonic() - began_s:.1f} s")
