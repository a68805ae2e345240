"""Step n of m on the terminal, and the one exception that ends a command with a sentence."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class SetupError(Exception):
    """What went wrong and what to type next, as the person should read it."""


def say(text: str) -> None:
    """Print at once, so that our lines stay in order with those of the programs we start."""
    print(text, flush=True)


def about(seconds: float) -> str:
    """Say a duration as roughly as it is known."""
    if seconds < 50:
        return f"about {max(5, round(seconds / 5) * 5)} seconds"
    minutes = round(seconds / 60)
    return "about a minute" if minutes <= 1 else f"about {minutes} minutes"


class Progress:
    """Counts the steps of one command."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._number = 0

    def announce(self, title: str, left_s: float = 0) -> None:
        """Announce a step; `left_s` as of `step`."""
        self._number += 1
        left = f" · {about(left_s)} left" if left_s else ""
        say(f"\n[{self._number}/{self._total}] {title}{left}")

    @contextmanager
    def step(self, title: str, left_s: float = 0) -> Iterator[None]:
        """Announce a step and, when it ends without an exception, how long it took.

        `left_s`: about how long it and all after it will take, 0 if nobody can tell.
        """
        self.announce(title, left_s)
        began_s = time.monotonic()
        yield
        say(f"      {time.monotonic() - began_s:.1f} s")
