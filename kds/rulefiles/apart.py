"""Texts to a book in a process of its own: hopeless text costs that process, not the kitchen."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from kds.child import command_of, environment
from kds.rulebook.diagnostics import Diagnostic, Place, Wording, fault
from kds.rulefiles.reading import Reading

OUT_OF_MEMORY = 12
"""The child's exit status when it has used up its memory."""

_WALL_S = 12
"""A machine that is busy with the kitchen gives the child its share later, not never."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading may take: processor time for the rules and for their cases, and memory."""

    rules_s: int = 3
    cases_s: int = 20
    memory_mb: int = 200


def read_apart(
    files: Mapping[str, str], *, play: bool = False, limits: Limits | None = None
) -> Reading:
    """Return what `files` (name -> text) make, or why reading them was stopped. Never raises.

    `play`: play their cases, too.
    """
    limits = limits or Limits()
    try:
        done = _run(files, limits, play=play)
    except subprocess.TimeoutExpired as late:
        done = subprocess.CompletedProcess(late.cmd, _TIME_IS_UP, late.stdout or b"", b"")
    except OSError as error:
        done = subprocess.CompletedProcess((), 1, b"", (error.strerror or str(error)).encode())
    return _reading(files, done, limits)


_TIME_IS_UP = -getattr(signal, "SIGXCPU", 24)


def _run(
    files: Mapping[str, str], limits: Limits, *, play: bool
) -> subprocess.CompletedProcess[bytes]:
    request = {
        "files": dict(files),
        "rules_s": limits.rules_s,
        "cases_s": limits.cases_s if play else None,
        "memory_mb": limits.memory_mb,
    }
    return subprocess.run(
        command_of("kds.rulefiles"),
        input=json.dumps(request).encode(),
        capture_output=True,
        timeout=limits.rules_s + (limits.cases_s if play else 0) + _WALL_S,
        env=environment(),
        check=False,
    )


def _reading(
    files: Mapping[str, str], done: subprocess.CompletedProcess[bytes], limits: Limits
) -> Reading:
    """Return what the child wrote: a line for the rules, and more for their cases."""
    from kds.cases.results import results_from_json
    from kds.rulebook.exchange import compilation_from_json, diagnostics_from_json

    lines = done.stdout.decode("utf-8", "replace").split("\n")[:-1]  # the last may be cut short
    is_well = done.returncode == 0
    stopped = () if is_well else (_stopped(files, done, limits, is_playing=bool(lines)),)
    if not lines:
        return Reading(None, stopped, texts=files)
    rules = compilation_from_json(lines[0])
    case_faults = diagnostics_from_json(lines[1]) if len(lines) > 1 else ()
    results = results_from_json(lines[2]) if len(lines) > 2 else ()
    return Reading(rules.book, rules.diagnostics, (*case_faults, *stopped), results, files)


def _stopped(
    files: Mapping[str, str],
    done: subprocess.CompletedProcess[bytes],
    limits: Limits,
    *,
    is_playing: bool,
) -> Diagnostic:
    """Return why the child did not come to its end."""
    place = Place(min(files, default="book.yaml"), 1, 1)
    what = Wording("运行示例", "playing the cases") if is_playing else _READING
    if done.returncode in _minus("SIGXCPU"):
        most = limits.cases_s if is_playing else limits.rules_s
        limit = Wording(f"{most} 秒", f"{most} s")
    elif done.returncode in {OUT_OF_MEMORY, *_minus("SIGABRT", "SIGSEGV", "SIGKILL")}:
        limit = Wording(f"{limits.memory_mb} MB 内存", f"{limits.memory_mb} MB")
    else:
        said = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        why = said or f"status {done.returncode}"
        return fault(place, f"{what.zh}的程序出错：{why}", f"{what.en} failed: {why}")
    return fault(
        place,
        f"{what.zh}超过 {limit.zh}，已停止；请减少或简化",
        f"{what.en} took more than {limit.en} and was stopped: write fewer or simpler ones",
    )


_READING = Wording("读取规则", "reading the rules")


def _minus(*names: str) -> set[int]:
    """Return the exit statuses of a process that these signals ended; not all systems have all."""
    return {-getattr(signal, name) for name in names if hasattr(signal, name)}
