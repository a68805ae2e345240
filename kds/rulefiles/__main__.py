"""The child process: limits itself, reads texts from standard input, writes what they make."""

from __future__ import annotations

import contextlib
import json
import math
import sys
import time

from kds.cases.reading import read_cases
from kds.cases.results import results_to_json
from kds.cases.running import run_case
from kds.rulebook.compile import compile_book
from kds.rulebook.exchange import compilation_to_json, diagnostics_to_json
from kds.rulefiles.apart import OUT_OF_MEMORY


def main() -> int:
    """Do one request; answers the exit status. All is loaded before the limits begin to hold."""
    request = json.loads(sys.stdin.buffer.read())
    files, cases_s = request["files"], request["cases_s"]
    _limit_memory(request["memory_mb"])
    try:
        _limit_time(request["rules_s"])
        compilation = compile_book(files)
        _write(compilation_to_json(compilation))
        cases = read_cases(files)
        _write(diagnostics_to_json(cases.diagnostics))
        if compilation.book is not None and cases_s is not None:
            _limit_time(cases_s)
            book = compilation.book
            _write(results_to_json(tuple(run_case(case, book) for case in cases.cases)))
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


def _write(line: str) -> None:
    sys.stdout.buffer.write(line.encode() + b"\n")
    sys.stdout.buffer.flush()


def _limit_memory(most_mb: int) -> None:
    """Have the system refuse this process more memory, where the system can."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        most = most_mb * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _limit_time(more_s: int) -> None:
    """Have the system end this process after so much more processor time, where it can.

    Where it cannot, the parent's own patience is the limit.
    """
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        most = math.ceil(time.process_time()) + more_s
        resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))


if __name__ == "__main__":
    sys.exit(main())
