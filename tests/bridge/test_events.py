"""The log to the outside: pages, server-sent events, and the displays' websocket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from pos_bridge.feed import MOST_LISTENERS
from tests.bridge.harness import Running, eventually, order


def events_of(lines: Iterator[str], order_id: str) -> dict[str, Any]:
    """Read server-sent events until the one about an order."""
    place = ""
    for text in lines:
        if text.startswith("id: "):
            place = text.removeprefix("id: ")
        if text.startswith("data: ") and order_id in text:
            told: dict[str, Any] = json.loads(text.removeprefix("data: "))
            assert str(told["seq"]) == place
            return told
    raise AssertionError("the stream ended")


def test_pages_give_the_whole_log_in_order(shared: Running) -> None:
    for _ in range(3):
        shared.post(order())
    places: list[int] = []
    while page := shared.get("/v1/events", after=places[-1] if places else 0, limit=2):
        assert len(page) <= 2
        places += [event["seq"] for event in page]
    assert places == list(range(1, len(places) + 1))


def test_an_event_says_who_what_and_when(shared: Running) -> None:
    sent = order()
    seq = shared.post(sent).json()["seq"]
    events = shared.get("/v1/events", after=seq - 2)
    told = next(e for e in events if e["kind"] == "order_received" and sent["order_id"] in str(e))
    assert told["cause"] == "pos"
    assert told["order"] == {"source": "till-1", "order_id": sent["order_id"]}
    names = {"seq", "id", "at", "kind", "cause", "order", "visit", "line_id", "portions"}
    assert names | {"device", "rule", "data"} <= set(told)


def test_beyond_the_end_there_is_nothing(shared: Running) -> None:
    assert shared.get("/v1/events", after=10**9) == []


@pytest.mark.parametrize("query", ["after=-1", "after=x", "limit=0", "limit=999999"])
def test_a_wrong_place_is_422(shared: Running, query: str) -> None:
    answer = shared.client.get(f"/v1/events?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == query.partition("=")[0]


class TestStream:
    def test_it_gives_history_and_then_news(self, shared: Running) -> None:
        old, new = order(), order()
        after = shared.get("/health")["seq"]
        shared.post(old)
        with shared.client.stream("GET", "/v1/stream", params={"after": after}) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            lines = stream.iter_lines()
            events_of(lines, old["order_id"])
            shared.post(new)
            events_of(lines, new["order_id"])

    def test_it_resumes_after_the_last_event_seen(self, shared: Running) -> None:
        first, second = order(), order()
        seq = shared.post(first).json()["seq"]
        shared.post(second)
        headers = {"Last-Event-ID": str(seq)}
        with shared.client.stream("GET", "/v1/stream?after=0", headers=headers) as stream:
            lines = [next(stream.iter_lines()) for _ in range(1)]
            assert lines == ["retry: 1000"]
        with shared.client.stream("GET", "/v1/stream?after=0", headers=headers) as stream:
            told = events_of(stream.iter_lines(), second["order_id"])
            assert told["seq"] > seq

    def test_one_reader_too_many_is_told_to_come_back(self, shared: Running) -> None:
        with ExitStack() as stack:
            for _ in range(MOST_LISTENERS):
                stack.enter_context(shared.client.stream("GET", "/v1/stream"))
            eventually(lambda: shared.get("/health")["listeners"] == MOST_LISTENERS)
            refused = stack.enter_context(shared.client.stream("GET", "/v1/stream"))
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        eventually(lambda: shared.get("/health")["listeners"] == 0)

    def test_a_place_that_the_log_has_not_come_to_is_one_of_another_log(
        self, shared: Running
    ) -> None:
        """After a database was replaced, readers waited in silence until it was as long."""
        end = shared.get("/health")["seq"]
        answer = shared.client.get("/v1/stream", params={"after": end + 1_000_000})
        assert answer.status_code == 410
        assert answer.json()["floor"] == 0
        assert shared.get("/v1/events", after=answer.json()["floor"], limit=1)[0]["seq"] == 1


class TestDisplaysPort:
    """The handshake; what is said after it is tested with the protocol's own programs."""

    def test_a_page_of_another_origin_is_refused(self, shared: Running) -> None:
        """Cross-site websocket hijacking."""
        with (
            pytest.raises(InvalidStatus) as refusal,
            connect(shared.displays, origin=Origin("http://evil.example"), proxy=None),
        ):
            pass
        assert refusal.value.response.status_code == 403

    def test_a_message_that_is_far_too_large_ends_only_its_own_connection(
        self, shared: Running
    ) -> None:
        with connect(shared.displays, proxy=None) as display:
            display.send("x" * 1_000_000)
            with pytest.raises(ConnectionClosedError):
                list(display)
        assert shared.post(order()).status_code == 201

    def test_a_plain_request_is_answered(self, shared: Running) -> None:
        url = shared.displays.replace("ws://", "http://")
        assert httpx.get(url, trust_env=False).status_code == 426
