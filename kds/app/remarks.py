"""What a screen has to say by itself: what this machine lacks, and what became of the last act."""

from __future__ import annotations

from collections.abc import Callable

from kds.app.answers import SHOWN_FOR_MS
from kds.ui.chrome.health import Trouble, TroubleKind


class Remarks:
    """Troubles that stay until they are taken back, keys that are stuck, and one passing answer."""

    def __init__(self, clock_ms: Callable[[], int]) -> None:
        """`clock_ms`: only ever grows."""
        self._clock_ms = clock_ms
        self._lasting: dict[TroubleKind, Trouble] = {}
        self._stuck: dict[str, None] = {}
        self._answer: Trouble | None = None
        self._answer_until_ms = 0

    def say(self, trouble: Trouble) -> None:
        """Say it until it is taken back; of each kind there is one."""
        self._lasting[trouble.kind] = trouble

    def take_back(self, kind: TroubleKind) -> None:
        """Say it no longer."""
        self._lasting.pop(kind, None)

    def answer(self, answer: Trouble) -> None:
        """Say what has become of an act, for some seconds."""
        self._answer, self._answer_until_ms = answer, self._clock_ms() + SHOWN_FOR_MS

    def stick(self, key: str) -> None:
        """A key is stuck."""
        self._stuck[key] = None

    def free(self, key: str) -> None:
        """A key has come loose."""
        self._stuck.pop(key, None)

    def now(self) -> tuple[Trouble, ...]:
        """Return all there is to say now."""
        if self._clock_ms() >= self._answer_until_ms:
            self._answer = None
        said = [] if self._answer is None else [self._answer]
        if self._stuck:
            said.append(Trouble(TroubleKind.STUCK, (" ".join(self._stuck),)))
        return (*said, *self._lasting.values())
