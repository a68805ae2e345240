"""What a process costs: processor time and memory, as the system counts them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Usage:
    """`cpu_s`: processor time since the process began; `rss_mb`: memory it now holds."""

    cpu_s: float
    rss_mb: float


def usage_of(pid: int) -> Usage:
    """Return what process `pid` has used so far; raises `OSError` where nobody counts it."""
    status = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
    fields = status.rpartition(")")[2].split()  # the name before may hold anything
    ticks = int(fields[11]) + int(fields[12])
    pages = int(fields[21])
    return Usage(ticks / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE") / 1e6)
