"""What a benchmark prints: the figures of the outside contract, for people or as JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

Figure: TypeAlias = float | int | str


@dataclass(frozen=True, slots=True)
class Spread:
    """Durations in milliseconds: median, tail and worst."""

    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float

    def named(self, what: str) -> dict[str, Figure]:
        """Return median and tail as figures of `what`, for a report that has several."""
        return {f"{what}_p50_ms": self.p50_ms, f"{what}_p99_ms": self.p99_ms}


def spread_of(durations_s: Sequence[float]) -> Spread:
    """Return the spread of durations given in seconds; at least one is needed."""
    ordered = sorted(durations_s)

    def at(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000, 3)

    return Spread(at(0.50), at(0.95), at(0.99), round(ordered[-1] * 1000, 3))


@dataclass(frozen=True, slots=True)
class Report:
    """One benchmark's result. `figures`: name (with its unit) -> number, in order."""

    bench: str
    spread: Spread | None = None
    figures: dict[str, Figure] = field(default_factory=dict)

    def as_json(self) -> str:
        """Return the one JSON document of `kds bench … --json`."""
        document: dict[str, object] = {"bench": self.bench, "machine": machine()}
        if self.spread is not None:
            document |= {name: getattr(self.spread, name) for name in Spread.__slots__}
        return json.dumps(document | self.figures, ensure_ascii=False)

    def as_text(self) -> str:
        """Return the figures as one line for people."""
        parts = [f"{name} {value}" for name, value in self.figures.items()]
        if self.spread is not None:
            parts += [f"{name} {getattr(self.spread, name)}" for name in Spread.__slots__]
        return f"{self.bench}: " + ", ".join(parts)


def machine() -> str:
    """Return what was measured on, without its name: cores, system, Python."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    python = platform.python_version()
    return f"{cores} cores, {platform.system()} {platform.machine()}, Python {python}"
