"""What the tests of the wall share. Nothing here needs a screen."""

import gc
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest

from kds.ui.options import Subject
from kds.ui.style.measures import Screen
from tests.ui import boards


@pytest.fixture(autouse=True)
def _collected_afterwards() -> Iterator[None]:
    """Keep a test's widgets, which qtbot only points at, while Qt still has events for them.

    The fault: a first paint comes when the test is done, and the collector takes its window.
    """
    gc.disable()
    yield
    gc.enable()


class Clock:
    """A clock that stands until it is moved."""

    ms = 10_000

    def __call__(self) -> int:
        """Return the milliseconds."""
        return self.ms


@pytest.fixture
def clock() -> Clock:
    """The clock that fingers and keys are timed by."""
    return Clock()


@pytest.fixture
def subject() -> Subject:
    """The cutting station of a hot-pot restaurant."""
    return Subject("cut", boards.STATIONS, ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def screen() -> Screen:
    """A 23.8 inch screen."""
    return Screen(1920, 1080, 527, 296)
