"""The bridge's fixtures, for the tests of faults."""

from tests.bridge.conftest import shared, start

__all__ = ["shared", "start"]
