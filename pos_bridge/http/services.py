"""What the HTTP calls work with: made by the composition root, handed to every router."""

from __future__ import annotations

from dataclasses import dataclass

from pos_bridge.capture.house import Captures
from pos_bridge.channels.asking import Asking
from pos_bridge.channels.channels import Channels
from pos_bridge.channels.intake import PushIntake
from pos_bridge.condition import Inspector
from pos_bridge.dishes import Dishes
from pos_bridge.displays import Displays
from pos_bridge.feed import Feed
from pos_bridge.going_live import LiveRules
from pos_bridge.http.bodies import Bodies
from pos_bridge.intake import Intake
from pos_bridge.kitchen_time import KitchenTime
from pos_bridge.printing.press import Press
from pos_bridge.pulse.pulse import Pulse
from pos_bridge.rates import Rates
from pos_bridge.reads import Reads
from pos_bridge.soundness import Soundness
from pos_bridge.status.reports import Reports
from pos_bridge.writer import Writer


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of a running bridge that answers are made from. Event loop thread only."""

    feed: Feed
    reads: Reads
    writer: Writer
    intake: Intake
    channels: Channels
    pushes: PushIntake
    asking: Asking
    captures: Captures
    rates: Rates
    dishes: Dishes
    pulse: Pulse
    rules: LiveRules
    soundness: Soundness
    reports: Reports
    press: Press
    time: KitchenTime
    bodies: Bodies
    displays: Displays
    inspector: Inspector
