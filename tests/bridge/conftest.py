"""One bridge that most tests share, and a way to start one's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest

from tests.bridge.harness import Running, running


class StartBridge(Protocol):
    """Starts a bridge in a folder of the test's own; ended with the test."""

    def __call__(self, *flags: object, data: Path | None = None) -> Running: ...


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A bridge for tests that only add orders of their own."""
    with running(tmp_path_factory.mktemp("shared") / "data") as bridge:
        yield bridge


@pytest.fixture
def start(tmp_path: Path) -> Iterator[StartBridge]:
    """A starter of bridges."""
    with ExitStack() as stack:

        def begin(*flags: object, data: Path | None = None) -> Running:
            return stack.enter_context(running(data or tmp_path / "data", *flags))

        yield begin
