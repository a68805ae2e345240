"""The writer: one transaction per batch, one fate per item, nobody left without an answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kds.kitchen.commands import Command, CommandKind, Result
from kds.kitchen.ids import CommandId, Instant
from kds.kitchen.state import Kitchen
from kds.rulebook.book import Book
from kds.rulebook.builtin import builtin_book
from kds.store.errors import SequenceConflict, StoreUnavailable
from kds.store.store import Store
from kds.store.values import Answer, Batch, Entry
from pos_bridge import intake as intake_module
from pos_bridge import writer as writer_module
from pos_bridge.channels.directory import Directory
from pos_bridge.desk import Desk
from pos_bridge.intake import Intake
from pos_bridge.jobs import DoCommands
from pos_bridge.kitchen_time import KitchenTime
from pos_bridge.ledger import Ledger
from pos_bridge.pulse.pulse import Pulse
from pos_bridge.rates import Rates
from pos_bridge.writer import FaultError, NotDurableError, Writer


@dataclass(frozen=True)
class SetStock:
    """A job that changes one thing."""

    item: str

    def run(self, desk: Desk) -> Answer:
        command = Command(CommandId(f"c-{self.item}"), CommandKind.SOLD_OUT, item_id=self.item)
        (answer,) = DoCommands((command,)).run(desk)
        return answer


@dataclass
class Poison:
    """A job that fails, as a bug of ours would."""

    runs: int = 0

    def run(self, _desk: Desk) -> None:
        self.runs += 1
        raise RuntimeError("poison")


@dataclass
class Bench:
    """A writer on a store of its own. `troubles`: what the next commits raise, None: nothing."""

    store: Store
    ledger: Ledger
    troubles: list[Exception | None] = field(default_factory=list)
    published: list[int] = field(default_factory=list)
    dead: asyncio.Event = field(default_factory=asyncio.Event)
    commits: int = 0

    def __post_init__(self) -> None:
        self._commit: Callable[[Batch], None] = self.store.commit
        self.store.commit = self._with_trouble  # type: ignore[method-assign]  # the fault itself

    def _with_trouble(self, batch: Batch) -> None:
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble is not None:
            raise trouble
        self.commits += 1
        self._commit(batch)

    def publish(self, kitchen: Kitchen, _book: Book, entries: Sequence[Entry]) -> None:
        assert entries[-1].seq == kitchen.seq
        self.published += [entry.seq for entry in entries]

    @asynccontextmanager
    async def working(self, *, at_once: int = 0) -> AsyncIterator[Writer]:
        """Run a writer; the first `at_once` jobs are queued before it starts."""
        writer = Writer(self.ledger, self.publish, self.dead.set)
        if not at_once:
            writer.start()
        yield writer
        if not at_once:
            await writer.stop()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    store = Store.open(f"sqlite:///{tmp_path / 'kitchen.db'}", busy_ms=10)
    ledger = Ledger(store, store.load(), builtin_book(), KitchenTime(Instant(0)))
    yield Bench(store, ledger)
    ledger.close()
    store.close()


async def outcome(future: asyncio.Future[Any]) -> object:
    """Return the reply, or the exception that came instead."""
    found = await asyncio.gather(future, return_exceptions=True)
    return found[0]


async def test_what_queues_together_is_committed_together(bench: Bench) -> None:
    async with bench.working(at_once=10) as writer:
        futures = [writer.submit(SetStock(f"i{n}")) for n in range(10)]
        writer.start()
        answers = await asyncio.gather(*futures)
        await writer.stop()
    assert {answer.result for answer in answers} == {Result.APPLIED}
    assert bench.commits == 1
    assert bench.published == list(range(1, 11))


async def test_a_poisoned_item_spoils_no_other(bench: Bench) -> None:
    """Fault 4: a message that makes the program fail is tried alone, given up, and passed."""
    poison = Poison()
    async with bench.working(at_once=3) as writer:
        futures = [writer.submit(job) for job in (SetStock("a"), poison, SetStock("b"))]
        writer.start()
        first, failed, last = [await outcome(future) for future in futures]
        await writer.stop()
    assert isinstance(failed, FaultError)
    assert poison.runs == 2
    assert [getattr(x, "result", None) for x in (first, last)] == [Result.APPLIED] * 2
    assert set(bench.store.load().stock) == {"a", "b"}


async def test_a_failed_commit_is_tried_again_item_by_item(bench: Bench) -> None:
    bench.troubles = [StoreUnavailable("once")]
    async with bench.working(at_once=3) as writer:
        futures = [writer.submit(SetStock(name)) for name in "abc"]
        writer.start()
        answers = [await outcome(future) for future in futures]
        await writer.stop()
    assert [getattr(x, "result", None) for x in answers] == [Result.APPLIED] * 3
    assert bench.published == [1, 2, 3]


@pytest.mark.parametrize("broken", [0, 1, 2])
async def test_only_the_item_that_fails_alone_is_told_so(bench: Bench, broken: int) -> None:
    """The state that was not committed is thrown away: the log has no gap."""
    troubles: list[Exception | None] = [None, None, None]
    troubles[broken] = StoreUnavailable("full")
    bench.troubles = [StoreUnavailable("full"), *troubles]
    async with bench.working(at_once=3) as writer:
        futures = [writer.submit(SetStock(name)) for name in "abc"]
        writer.start()
        answers = [await outcome(future) for future in futures]
        await writer.stop()
    failed = [n for n, answer in enumerate(answers) if isinstance(answer, NotDurableError)]
    assert failed == [broken]
    kept = {name for n, name in enumerate("abc") if n != broken}
    assert set(bench.store.load().stock) == kept
    assert bench.published == [1, 2]


async def test_a_store_that_stays_away_is_not_waited_for_by_each_item(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "_RETRY_FOR_S", 0.0)
    bench.troubles = [StoreUnavailable("locked")] * 2
    async with bench.working(at_once=20) as writer:
        futures = [writer.submit(SetStock(f"i{n}")) for n in range(20)]
        writer.start()
        answers = [await outcome(future) for future in futures]
        assert writer.trouble
        await writer.stop()
    assert all(isinstance(answer, NotDurableError) for answer in answers)
    assert bench.commits == 0


async def test_trouble_is_over_with_the_next_commit(bench: Bench) -> None:
    bench.troubles = [StoreUnavailable("full")]
    async with bench.working() as writer:
        assert isinstance(await outcome(writer.submit(SetStock("a"))), NotDurableError)
        assert "full" in writer.trouble
        await writer.submit(SetStock("a"))
        assert writer.trouble == ""


async def test_a_command_that_was_not_kept_may_be_sent_again(bench: Bench) -> None:
    bench.troubles = [StoreUnavailable("full")]
    async with bench.working() as writer:
        await outcome(writer.submit(SetStock("a")))
        answers = [await writer.submit(SetStock("a")) for _ in range(2)]
    assert [answer.result for answer in answers] == [Result.APPLIED, Result.NO_OP]
    assert answers[0].seq == answers[1].seq


async def test_the_end_answers_all_that_is_queued(bench: Bench) -> None:
    async with bench.working(at_once=200) as writer:
        futures = [writer.submit(SetStock(f"i{n}")) for n in range(200)]
        writer.start()
        await writer.stop()
        assert all(future.done() for future in futures)
        with pytest.raises(NotDurableError):
            await writer.submit(SetStock("late"))
    assert bench.store.load().seq == 200


async def test_a_full_queue_takes_nothing_more(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "MOST_WAITING", 2)
    async with bench.working(at_once=2) as writer:
        futures = [writer.submit(SetStock(name)) for name in "ab"]
        with pytest.raises(NotDurableError, match="too much to do"):
            await writer.submit(SetStock("c"))
        writer.start()
        await asyncio.gather(*futures)
        await writer.submit(SetStock("c"))
        await writer.stop()
    assert writer.waiting == 0


async def test_a_caller_that_went_away_does_not_stop_the_work(bench: Bench) -> None:
    async with bench.working(at_once=2) as writer:
        gone, stays = writer.submit(SetStock("a")), writer.submit(SetStock("b"))
        gone.cancel()
        writer.start()
        await stays
        await writer.stop()
    assert set(bench.store.load().stock) == {"a", "b"}


async def test_another_writer_in_the_log_ends_this_one(bench: Bench) -> None:
    """Fault 5: whoever finds that it is not alone must not go on; its state is not the truth."""
    bench.troubles = [SequenceConflict("another was here")]
    async with bench.working() as writer:
        future = writer.submit(SetStock("a"))
        await bench.dead.wait()
    assert not future.done()
    assert bench.commits == 0


async def test_a_message_that_breaks_the_parser_is_kept_and_shown(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 4, at the door: the till gets an answer, the kitchen the raw text."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr(intake_module, "parse_order", broken)
    async with bench.working() as writer:
        time = KitchenTime(Instant(0))
        rates, zone = Rates(), ZoneInfo("UTC")
        pulse = Pulse(rates, Directory, lambda: zone, Instant(0))
        door = Intake(writer, rates, pulse, time, lambda: zone)
        replies = [await door.take("orders", b'{"source": "t"}', "", "") for _ in range(3)]
    assert {reply.status for reply in replies} == {500}
    (alert,) = bench.store.load().alerts.values()
    assert {reply.content["alert"] for reply in replies} == {alert.id}
    assert (alert.source, alert.raw) == ("t", '{"source": "t"}')
