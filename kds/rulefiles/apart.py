"""Texts to a book in a process of its own: hopeless text costs that process, not the kitchen."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from kds.rulebook.diagnostics import Diagnostic, Place, fault

if TYPE_CHECKING:
    from kds.rulebook.compile import Compilation

CPU_S = 3
MEMORY_MB = 200
_WALL_S = 12.0
"""A machine that is busy with the kitchen gives the child its share later, not never."""

OUT_OF_MEMORY = 12
"""The child's exit status when it has used up its memory."""


def compile_apart(
    files: Mapping[str, str], *, cpu_s: int = CPU_S, memory_mb: int = MEMORY_MB
) -> Compilation:
    """Return what `kds.rulebook.compile` makes of `files`, or why it was stopped. Never raises."""
    from kds.rulebook.compile import Compilation
    from kds.rulebook.exchange import compilation_from_json

    request = json.dumps({"files": dict(files), "cpu_s": cpu_s, "memory_mb": memory_mb})
    # Our own modules and no others, wherever the command was called.
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-P", "-m", "kds.rulefiles"]
    try:
        done = subprocess.run(
            command,
            input=request.encode("utf-8", "surrogatepass"),
            capture_output=True,
            timeout=cpu_s + _WALL_S,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Compilation(None, (_too_long(files, cpu_s),))
    except OSError as error:
        return Compilation(None, (_failed(files, error.strerror or str(error)),))
    if done.returncode == 0:
        return compilation_from_json(done.stdout.decode())
    return Compilation(None, (_stopped(files, done, cpu_s, memory_mb),))


def _stopped(
    files: Mapping[str, str],
    done: subprocess.CompletedProcess[bytes],
    cpu_s: int,
    memory_mb: int,
) -> Diagnostic:
    if done.returncode in _minus("SIGXCPU"):
        return _too_long(files, cpu_s)
    if done.returncode in {OUT_OF_MEMORY, *_minus("SIGABRT", "SIGSEGV", "SIGKILL")}:
        return fault(
            _begin_of(files),
            f"读取规则超过 {memory_mb} MB 内存，已停止；请减少或简化规则",
            f"reading the rules took more than {memory_mb} MB and was stopped: write fewer or "
            "simpler ones",
        )
    last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
    return _failed(files, last or f"status {done.returncode}")


def _minus(*names: str) -> set[int]:
    """Return the exit statuses of a process that these signals ended; not all systems have all."""
    return {-getattr(signal, name) for name in names if hasattr(signal, name)}


def _too_long(files: Mapping[str, str], cpu_s: int) -> Diagnostic:
    return fault(
        _begin_of(files),
        f"读取规则超过 {cpu_s} 秒，已停止；请减少或简化规则",
        f"reading the rules took more than {cpu_s} s and was stopped: write fewer or simpler ones",
    )


def _failed(files: Mapping[str, str], why: str) -> Diagnostic:
    return fault(_begin_of(files), f"读取程序出错：{why}", f"the reader of rules failed: {why}")


def _begin_of(files: Mapping[str, str]) -> Place:
    return Place(min(files, default="book.yaml"), 1, 1)
