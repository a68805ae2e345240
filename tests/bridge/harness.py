"""A real bridge process for tests: started, talked to over real sockets, ended, its log read."""

from __future__ import annotations

import itertools
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx

PATIENCE_S = 30
_READY = re.compile(r"ready http=(http://\S+) displays=(ws://\S+)((?: capture=\S+)*)")
_ORDERS = itertools.count(1)
T = TypeVar("T")


@dataclass
class Running:
    """A bridge that serves. `log`: the file with its standard error."""

    process: subprocess.Popen[str]
    http: str
    displays: str
    data: Path
    log: Path
    client: httpx.Client
    captures: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def post(self, order: object, **headers: str) -> httpx.Response:
        """Send an order."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post("/v1/orders", json=order, headers=named)

    def command(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Send one command under a new id and return its result."""
        body = {"id": f"c{next(_ORDERS)}", "kind": kind, **fields}
        answer = self.client.post("/v1/commands", json=body)
        assert answer.status_code == 200, answer.text
        (result,) = answer.json()
        return dict(result)

    def get(self, path: str, **parameters: Any) -> Any:
        """Return the JSON of a GET that succeeds."""
        answer = self.client.get(path, params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def logged(self) -> str:
        """Return what the bridge has written to standard error."""
        return self.log.read_text("utf-8")

    def end(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, wait for the end and return the exit status."""
        self.process.send_signal(by)
        return self.process.wait(PATIENCE_S)


def command_line(*arguments: object) -> list[str]:
    """Return the command that starts the bridge of this tree."""
    return [sys.executable, "-m", "pos_bridge", *map(str, arguments)]


@contextmanager
def running(data: Path, *flags: object, **environment: str) -> Iterator[Running]:
    """Start a bridge on free ports; afterwards it has ended well and shown no traceback."""
    log = data.with_name(f"{data.name}-{next(_ORDERS)}.log")
    arguments = ["serve", "--data", data, *flags]
    for flag in ("--http", "--displays"):
        arguments += [] if flag in flags else [flag, "127.0.0.1:0"]
    with log.open("w") as errors:
        process = subprocess.Popen(
            command_line(*arguments),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=os.environ | environment,
        )
    try:
        http, displays, captures = _wait_until_ready(process, log)
        with httpx.Client(base_url=http, timeout=PATIENCE_S, trust_env=False) as client:
            yield Running(process, http, displays, data, log, client, captures)
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE_S) == 0, log.read_text()
        assert "Traceback" not in log.read_text()
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def _wait_until_ready(process: subprocess.Popen[str], log: Path) -> tuple[str, str, list[str]]:
    assert process.stdout is not None
    readable, _, _ = select.select([process.stdout], [], [], PATIENCE_S)
    line = process.stdout.readline() if readable else ""
    found = _READY.fullmatch(line.strip())
    assert found is not None, f"not ready: {line!r}\n{log.read_text()}"
    return found[1], found[2], [part.partition("=")[2] for part in found[3].split()]


def refused(*arguments: object) -> tuple[int, str]:
    """Run a command that is expected to end by itself; return its status and standard error."""
    done = subprocess.run(
        command_line(*arguments), capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


def eventually(probe: Callable[[], T], *, within_s: float = PATIENCE_S) -> T:
    """Ask again and again until `probe` gives something true; fail at the deadline."""
    deadline = time.monotonic() + within_s
    while not (found := probe()):
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.005)  # what is waited for needs the processor more
    return found


def order(**fields: Any) -> dict[str, Any]:
    """Return a canonical order of one dish with an id of its own; `fields` replace or add."""
    number = f"n{next(_ORDERS)}"
    dish = line("1", "Fried rice")
    return {"source": "till-1", "order_id": number, "lines": [dish], **fields}


def line(
    line_id: str, name: str = "Fried rice", quantity: object = "1", **more: Any
) -> dict[str, Any]:
    """Return a line of an order."""
    return {"line_id": line_id, "name": name, "quantity": quantity, **more}


def board_lines(board: dict[str, Any], order_id: str) -> list[dict[str, Any]]:
    """Return the lines of an order on a board."""
    return [
        line
        for ticket in board["tickets"]
        for line in ticket["lines"]
        if line["order_id"] == order_id
    ]
