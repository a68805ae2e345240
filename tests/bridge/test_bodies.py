"""Request bodies: bounded while they come in, one by one and all together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack

import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from pos_bridge.http import bodies as bodies_module
from pos_bridge.http.bodies import MAX_BYTES, Bodies, BodyRefusedError


def request(pieces: Sequence[bytes], *, then: Message | None = None) -> Request:
    """Return a request whose body comes in `pieces`, and whose end is as told."""
    messages: list[Message] = [
        {
            "type": "http.request",
            "body": piece,
            "more_body": then is not None or n + 1 < len(pieces),
        }
        for n, piece in enumerate(pieces)
    ]
    waiting = iter([*messages, *([then] if then else [])])

    async def receive() -> Message:
        return next(waiting)

    return Request({"type": "http", "method": "POST", "path": "/", "headers": []}, receive)


async def test_a_body_is_put_together() -> None:
    async with Bodies().of(request([b"a", b"", b"bc"])) as body:
        assert body == b"abc"


@pytest.mark.parametrize("size", [MAX_BYTES, MAX_BYTES - 1, 0])
async def test_up_to_the_limit_it_is_taken(size: int) -> None:
    async with Bodies().of(request([b"x" * size])) as body:
        assert len(body) == size


@pytest.mark.parametrize("pieces", [[b"x" * (MAX_BYTES + 1)], [b"x" * 65_536] * 65])
async def test_beyond_it_is_refused_and_its_start_is_kept(pieces: list[bytes]) -> None:
    with pytest.raises(BodyRefusedError) as refusal:
        async with Bodies().of(request(pieces)):
            pass
    assert refusal.value.status == 413
    assert len(refusal.value.start) <= MAX_BYTES


async def test_an_endless_body_is_not_read_to_its_end() -> None:
    with pytest.raises(BodyRefusedError) as refusal:
        async with Bodies().of(request([b"x" * MAX_BYTES] * 1_000)):
            pass
    assert refusal.value.status == 413


async def test_a_sender_that_stops_is_not_waited_for_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bodies_module, "_PATIENCE_S", 0.01)

    async def receive() -> Message:
        await asyncio.Event().wait()
        return {}

    stuck = Request({"type": "http", "method": "POST", "path": "/", "headers": []}, receive)
    with pytest.raises(BodyRefusedError) as refusal:
        async with Bodies().of(stuck):
            pass
    assert refusal.value.status == 408


async def test_a_caller_that_goes_away_leaves_nothing_held() -> None:
    bodies = Bodies()
    for _ in range(100):
        with pytest.raises(ClientDisconnect):
            async with bodies.of(request([b"x" * MAX_BYTES], then={"type": "http.disconnect"})):
                pass
    async with bodies.of(request([b"still here"])) as body:
        assert body == b"still here"


async def test_all_together_are_bounded() -> None:
    """Fault 47: memory is bounded however many push at once."""
    bodies = Bodies()
    async with AsyncExitStack() as held:
        for _ in range(25):
            await held.enter_async_context(bodies.of(request([b"x" * MAX_BYTES])))
        with pytest.raises(BodyRefusedError) as refusal:
            await held.enter_async_context(bodies.of(request([b"one more"])))
    assert refusal.value.status == 503
    async with bodies.of(request([b"after"])) as body:
        assert body == b"after"
