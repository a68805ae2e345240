"""Ends a display whose event loop stands still, so that its supervisor starts it anew (fault 34).

Where every thread stood is written to standard error first. What counts is looks, not time: a
process that was stopped as a whole, or a machine that slept, has missed no look.
"""

from __future__ import annotations

import faulthandler
import os
import sys
import threading

LOOK_EVERY_S = 1.0
PATIENCE_LOOKS = 5
EXIT_STATUS = 70


class Watchdog:
    """Wants to be fed at least every `PATIENCE_LOOKS` looks, from `start` to `stop`."""

    def __init__(self, look_every_s: float = LOOK_EVERY_S) -> None:
        self._look_every_s = look_every_s
        self._is_fed = threading.Event()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def feed(self) -> None:
        """Say that the event loop is alive."""
        self._is_fed.set()

    def stop(self) -> None:
        """Watch no longer."""
        self._is_over.set()
        self._thread.join()

    def _watch(self) -> None:
        missed = 0
        while not self._is_over.wait(self._look_every_s):
            missed = 0 if self._is_fed.is_set() else missed + 1
            self._is_fed.clear()
            if missed >= PATIENCE_LOOKS:
                self._bite()

    def _bite(self) -> None:
        try:  # whoever started it may have closed the standard error
            sys.stderr.write("kds: the display stands still; where each thread is:\n")
            sys.stderr.flush()
            faulthandler.dump_traceback(sys.stderr, all_threads=True)
        finally:
            os._exit(EXIT_STATUS)
