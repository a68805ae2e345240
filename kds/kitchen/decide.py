"""Decide: what a command makes happen, given the kitchen, the rules and the time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kds.kitchen.commands import Command, Outcome, RaiseAlert, ReceiveOrder
from kds.kitchen.events import Event
from kds.kitchen.ids import Instant
from kds.kitchen.policy import Policy
from kds.kitchen.state import Kitchen


@dataclass(frozen=True, slots=True)
class Decision:
    """What a command made happen. `kitchen` is the old one folded with `events`."""

    events: tuple[Event, ...]
    kitchen: Kitchen
    outcome: Outcome
