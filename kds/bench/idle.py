"""Idle: what a wall full of open tickets costs while nothing happens but time.

Promise 7 of the design: below 1 % of one core, and after ten minutes (`--seconds 600`) at most
130 MB with 500 tickets open. Bridge and display are the real programs.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from kds.bench.display import showing
from kds.bench.kitchen import WATCHED, busy_kitchen
from kds.bench.report import Figure, Report
from kds.bench.usage import usage_of

_SETTLED_S = 5.0
"""By then the first page is shown, the next one is drawn, and the state is kept on disk."""


def idle(tickets: int, seconds: int, seed: int, screen: str) -> Report:
    """Leave a display on `screen`, and its bridge, alone with `tickets` for so many seconds."""
    with (
        busy_kitchen(tickets, seed) as (bridge, _),
        tempfile.TemporaryDirectory(prefix="kds-bench-wall-") as folder,
        showing(bridge.displays, WATCHED, Path(folder), screen) as display,
    ):
        display.frame(lambda frame: bool(frame.new))
        time.sleep(_SETTLED_S)
        pids = (display.process.pid, bridge.process.pid)
        before, began_s = [usage_of(pid) for pid in pids], time.monotonic()
        time.sleep(seconds)
        after, took_s = [usage_of(pid) for pid in pids], time.monotonic() - began_s
    shares = [
        round((b.cpu_s - a.cpu_s) / took_s * 100, 2) for a, b in zip(before, after, strict=True)
    ]
    figures: dict[str, Figure] = {
        "cpu_percent": shares[0],
        "rss_mb": round(after[0].rss_mb, 1),
        "bridge_cpu_percent": shares[1],
        "bridge_rss_mb": round(after[1].rss_mb, 1),
        "seconds": seconds,
        "tickets": tickets,
        "screen": screen,
    }
    return Report("idle", figures=figures)
