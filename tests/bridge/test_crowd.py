"""Who idles keeps nobody out: sockets are few, and anybody on the network can open them."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from pos_bridge.crowd import Crowd
from pos_bridge.displays import MOST_DISPLAYS
from pos_bridge.http.connection import MOST_CONNECTIONS
from tests.bridge.harness import PATIENCE_S, Running, order
from tests.bridge.walls import post, shows
from tests.unit.wall import wall

HALF_A_HEAD = b"POST /v1/orders HTTP/1.1\r\nHost: 127.0.0.1\r\nX"
A_HEAD = b"POST /v1/orders HTTP/1.1\r\nHost: 127.0.0.1\r\n"
PIECE = b"x" * 65_536


@contextmanager
def opened(address: str, count: int, say: bytes = b"") -> Iterator[list[socket.socket]]:
    """Hold `count` connections open, each having said so much and no more."""
    place = urlsplit(address)
    with ExitStack() as stack:
        yield [stack.enter_context(_opened(place.hostname, place.port, say)) for _ in range(count)]


def _opened(host: str | None, port: int | None, say: bytes) -> socket.socket:
    made = socket.create_connection((host, port), timeout=PATIENCE_S)
    made.sendall(say)
    return made


def sockets(bridge: Running) -> int:
    """Return how many files and sockets the bridge's process has open."""
    return sum(1 for _ in Path(f"/proc/{bridge.process.pid}/fd").iterdir())


def memory_mb(bridge: Running) -> float:
    """Return what the bridge's process holds just now."""
    figures = Path(f"/proc/{bridge.process.pid}/statm").read_text()
    return int(figures.split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def push(line: socket.socket, more: bytes) -> None:
    """Send 64 MB; raises ConnectionError where that is cut off."""
    for _ in range(1_000):
        line.sendall(more)


@pytest.mark.parametrize("say", [b"", HALF_A_HEAD])
def test_callers_that_never_finish_their_request_keep_no_till_out(
    shared: Running, say: bytes
) -> None:
    with opened(shared.http, MOST_CONNECTIONS + 100, say):
        assert shared.post(order()).status_code == 201


async def test_what_is_opened_towards_the_displays_keeps_no_till_and_no_display_out(
    shared: Running, tmp_path: Path
) -> None:
    """With the thousand sockets that a process may have all taken, tills came in vain."""
    with opened(shared.displays, 6 * MOST_DISPLAYS):
        assert sockets(shared) < 6 * MOST_DISPLAYS
        sent = await post(shared)
        async with wall(tmp_path, shared.displays) as shown:
            await shows(shown, sent)


@pytest.mark.parametrize(
    ("begin", "more"),
    [
        (A_HEAD + b"X: ", PIECE),
        (A_HEAD, b"X: a\r\n" * 10_000),
        (b"GET /", PIECE),
        (A_HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX: ", PIECE),
    ],
    ids=["a header", "headers", "a path", "a trailer"],
)
def test_a_head_without_end_is_cut_off_and_not_kept(
    shared: Running, begin: bytes, more: bytes
) -> None:
    before_mb = memory_mb(shared)
    with opened(shared.http, 1, begin) as (line,), pytest.raises(ConnectionError):
        push(line, more)
    assert memory_mb(shared) - before_mb < 20
    assert shared.post(order()).status_code == 201


def test_a_body_in_pieces_of_one_byte_is_taken(shared: Running) -> None:
    body = b'{"source":"till-1","order_id":"crumbs","lines":[],"note":"%s"}' % (b"n" * 100_000)
    pieces = (body[at : at + 1] for at in range(len(body)))
    headers = {"Content-Type": "application/json"}
    answer = shared.client.post("/v1/orders", content=pieces, headers=headers)
    assert answer.status_code == 201


class _Line:
    is_cut = False

    def cut(self) -> None:
        self.is_cut = True


def test_a_newcomer_takes_the_place_of_whoever_has_rested_longest() -> None:
    crowd, first, second, third, fourth = Crowd(3), _Line(), _Line(), _Line(), _Line()
    for line in (first, second, third):
        crowd.enter(line)
    crowd.work(first)
    crowd.work(second)
    crowd.rest(second)
    crowd.enter(fourth)
    assert [line.is_cut for line in (first, second, third, fourth)] == [False, False, True, False]


def test_nobody_who_is_being_served_has_to_go() -> None:
    crowd, first, second = Crowd(1), _Line(), _Line()
    crowd.enter(first)
    crowd.work(first)
    crowd.enter(second)
    assert not first.is_cut
