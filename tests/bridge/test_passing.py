"""Passing on to a real printer: what it does not take is said, waits, and is bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from pos_bridge.capture import passing as passing_module
from pos_bridge.capture.passing import Passing
from pos_bridge.settings import Address

MEGABYTE = bytes(range(256)) * 4096


async def until(is_so: Callable[[], bool]) -> None:
    while not is_so():  # noqa: ASYNC110  # what is waited for has no event
        await asyncio.sleep(0.005)


async def test_a_printer_without_paper_is_said_and_gets_everything_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(passing_module, "PATIENCE_S", 0.05)
    has_paper = asyncio.Event()
    printed = bytearray()

    async def print_all(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await has_paper.wait()
        while data := await reader.read(65536):
            printed.extend(data)
        writer.close()

    async with await asyncio.start_server(print_all, "127.0.0.1", 0) as server:
        passing = Passing(Address("127.0.0.1", server.sockets[0].getsockname()[1]))
        stream = passing.open()
        for _ in range(12):
            stream.send(MEGABYTE)
        stream.end()
        await until(lambda: "paper" in passing.trouble)
        (remark,) = passing.remarks()
        assert "paper out?" in remark.more_en
        has_paper.set()
        await until(lambda: len(printed) == 12 * len(MEGABYTE))
        assert printed == MEGABYTE * 12
        await until(lambda: not passing.trouble)
        await passing.close()
    assert (passing.waiting, passing.lost) == (0, 0)


async def test_a_printer_that_is_off_keeps_no_more_than_there_is_room_for() -> None:
    async with await asyncio.start_server(lambda *_: None, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
    passing = Passing(Address("127.0.0.1", port))
    stream = passing.open()
    stream.send(MEGABYTE)
    await until(lambda: bool(passing.trouble))
    for _ in range(20):
        stream.send(MEGABYTE)
    assert (passing.lost, passing.waiting) == (1, 0)
    await passing.close()
