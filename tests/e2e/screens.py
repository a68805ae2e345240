"""Displays and pictures as programs of their own, for tests beside a real bridge."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from kds.board.views import board
from kds.records.boards import board_json
from kds.rulebook.book import book_from_json
from kds.store.display import DisplayStore
from tests.bridge.harness import PATIENCE_S, Running, eventually

KDS = (sys.executable, "-m", "kds")
HOTPOT = Path(__file__).resolve().parents[2] / "rules" / "hotpot"
AGES = {"at", "age_s", "behind_s", "fired_age_s", "wait_s", "why", "valid_until"}


@contextmanager
def display(
    bridge: str, data: Path, view: str, *, sound: tuple[str, ...] = ("--mute",), path: str = ""
) -> Iterator[subprocess.Popen[str]]:
    """Run a display without a screen until its first frame is painted; then end it.

    `sound`: flags that say what is heard of it. `path`: where it looks for programs first.
    """
    where = ("--bridge", bridge, "--view", view, "--data", str(data))
    command = (*KDS, "display", *where, "--offscreen", *sound)
    looks_in = os.pathsep.join(filter(None, (path, os.environ["PATH"])))
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PATH": looks_in}
    )
    assert process.stdout is not None
    try:
        readable, _, _ = select.select([process.stdout], [], [], PATIENCE_S)
        assert readable
        assert process.stdout.readline().strip() == f"ready view={view}"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def ended(process: subprocess.Popen[str]) -> int:
    process.send_signal(signal.SIGTERM)
    return process.wait(PATIENCE_S)


def screens(bridge: Running) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = bridge.get("/health")["displays"]
    return found


def wait_until_followed(bridge: Running, by: int = 1) -> None:
    """Wait until so many displays have told the bridge that they know all there is.

    Something must have happened that they did not know when they greeted it.
    """

    def followed() -> bool:
        return len([s for s in screens(bridge) if s["lag"] == 0 and s["seq"] > 0]) >= by

    eventually(followed)


def timeless(value: object) -> object:
    """Return JSON without what changes from second to second."""
    if isinstance(value, dict):
        return {k: timeless(v) for k, v in value.items() if k not in AGES}
    return [timeless(v) for v in value] if isinstance(value, list) else value


def shoot(
    bridge: Running, view: str, out: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run `kds shot`."""
    where = ("--bridge", bridge.displays, "--view", view, "--out", str(out))
    look = ("--size", "1366x768", "--lang", "en", "--json")
    command = (*KDS, "shot", *where, *look)
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ | environment,
    )


def keeps(folder: Path, views: Sequence[str], told: Sequence[object]) -> bool:
    """Say whether a display, which saves what it holds now and then, has kept these boards."""
    return kept_boards(folder, views) == told


def kept_boards(folder: Path, views: Sequence[str]) -> list[object]:
    """Return the boards that a display would show after its next start, without any bridge.

    None at all before it has kept anything.
    """
    with closing(DisplayStore.open(folder)) as store:
        kept, book = store.load(), store.book()
    if kept is None or book is None:
        return []
    kitchen, rules, at = kept.kitchen, book_from_json(book[1]), kept.at or kept.kitchen.at
    return [
        timeless(
            board_json(
                board(kitchen, rules, view, at),
                at=at,
                epoch=kept.epoch,
                seq=kitchen.seq,
                personal={},
            )
        )
        for view in views
    ]
