"""The child process: limits itself, reads texts from standard input, writes what they make."""

from __future__ import annotations

import contextlib
import json
import math
import sys
import time

from kds.rulefiles.apart import OUT_OF_MEMORY


def main() -> int:
    """Do one request; answers the exit status."""
    # Loaded before the limits hold: they are for the texts.
    from kds.rulebook.compile import compile_book
    from kds.rulebook.exchange import compilation_to_json

    request = json.loads(sys.stdin.buffer.read().decode("utf-8", "surrogatepass"))
    _limit(request["cpu_s"], request["memory_mb"])
    try:
        answer = compilation_to_json(compile_book(request["files"]))
    except MemoryError:
        return OUT_OF_MEMORY
    sys.stdout.buffer.write(answer.encode())
    return 0


def _limit(cpu_s: int, memory_mb: int) -> None:
    """Have the system stop this process at its limits, where the system can.

    Where it cannot, the parent's own patience is the limit of time.
    """
    try:
        import resource
    except ImportError:
        return
    used_s = math.ceil(time.process_time())
    for kind, most in (
        (resource.RLIMIT_CPU, used_s + cpu_s),
        (resource.RLIMIT_AS, memory_mb * 1024 * 1024),
        (resource.RLIMIT_CORE, 0),
    ):
        # Some systems know a limit by name only.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, resource.getrlimit(kind)[1]))


if __name__ == "__main__":
    sys.exit(main())
