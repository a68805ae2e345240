"""How the bridge does: /health for people and watchdogs, /metrics for Prometheus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.responses import PlainTextResponse, Response

from kds import __version__
from kds.kitchen.ids import Instant
from kds.records.times import iso
from pos_bridge.http.answers import answer
from pos_bridge.http.services import Services
from pos_bridge.http.sources import source_json
from pos_bridge.pulse.pulse import Standing
from pos_bridge.rates import Source, What
from pos_bridge.writer import MOST_WAITING


def router(services: Services) -> APIRouter:
    """Return the calls for watchdogs."""
    calls = APIRouter(tags=["health"])
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Bridge(services))

    @calls.get("/health", summary="How the bridge does; needs no token")
    async def get_health() -> Response:
        """Answer `ok`, or `degraded` with the problems in plain words; 200 either way."""
        return answer(_health(services))

    @calls.get("/metrics", summary="Figures for Prometheus", response_class=PlainTextResponse)
    async def get_metrics() -> Response:
        """Answer the figures of /health as Prometheus text."""
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return calls


def _health(services: Services) -> dict[str, Any]:
    kitchen, now = services.feed.kitchen, services.time.now()
    problems = list(_problems(services))
    return {
        "status": "degraded" if problems else "ok",
        "problems": problems,
        "version": __version__,
        "epoch": services.feed.epoch,
        "seq": kitchen.seq,
        "at": iso(now),
        "last_event_age_s": _age_s(kitchen.at, now) if kitchen.seq else None,
        "clock_ahead_s": services.time.ahead_ms / 1000,
        "queue": {"waiting": services.writer.waiting, "limit": MOST_WAITING},
        "displays": services.displays.listed(),
        "listeners": services.feed.listening,
        "open_visits": len(kitchen.visits) - len(kitchen.closed),
        "alerts": len(kitchen.alerts),
        "rules": _rules(services),
        "store": services.soundness.as_json(),
        "capture": services.captures.as_json(),
        "sources": _sources(services, now),
        "telling": services.reports.as_json(),
        "printing": services.press.as_json(),
    }


def _problems(services: Services) -> Iterator[str]:
    """Yield what is wrong, worst first."""
    for remark in services.inspector.remarks():
        yield f"{remark.en}: {remark.more_en}" if remark.more_en else remark.en


def _rules(services: Services) -> dict[str, Any]:
    rules = services.rules.state
    return {
        "hash": services.feed.book.hash,
        "source": rules.origin.value,
        "note": None if rules.note is None else rules.note.en,
        "diagnostics": [found.text("en") for found in rules.diagnostics],
    }


def _sources(services: Services, now: Instant) -> dict[str, Any]:
    """Return by source how it stands and what came of what it sent."""
    counted = services.rates.sources()
    found = {each.source: each for each in services.pulse.standings(now)}
    names = dict.fromkeys((*found, *counted))
    return {name: _source(found.get(name), counted.get(name, Source()), now) for name in names}


def _source(standing: Standing | None, source: Source, now: Instant) -> dict[str, Any]:
    hour = source.last_hour(now)
    at = source.last_contact or None if standing is None else standing.at
    stands = {} if standing is None else source_json(standing)
    return {
        **stands,
        "last_contact": None if at is None else iso(at),
        "last_contact_age_s": None if at is None else _age_s(at, now),
        "total": {what.value: source.total[what] for what in What},
        "last_hour": {what.value: hour[what] for what in What},
    }


def _age_s(at: Instant, now: Instant) -> float:
    return max(0, now - at) / 1000


class _Bridge(Collector):
    """Reads the figures when Prometheus asks."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterable[Metric]:
        """Yield every figure."""
        services, kitchen = self._services, self._services.feed.kitchen
        now = services.time.now()
        problems = sum(1 for _ in _problems(services))
        yield _gauge("healthy", "1 when nothing is wrong", not problems)
        yield _gauge("log_place", "how many events the log has", kitchen.seq)
        yield _gauge("queue_waiting", "items that wait for the writer", services.writer.waiting)
        yield _gauge("displays", "displays that listen", len(services.displays.listed()))
        yield _gauge("listeners", "event streams that listen", services.feed.listening)
        yield _gauge("open_visits", "open visits", len(kitchen.visits) - len(kitchen.closed))
        yield _gauge("alerts", "alert cards shown", len(kitchen.alerts))
        if kitchen.seq:
            age_s = _age_s(kitchen.at, now)
            yield _gauge("last_event_age_seconds", "age of the last event", age_s)
        yield from _telling(services)
        orders = CounterMetricFamily(
            "kds_orders", "by source and outcome", labels=["source", "what"]
        )
        contact = GaugeMetricFamily(
            "kds_source_last_contact_age_seconds", "age of the last delivery", labels=["source"]
        )
        silent = GaugeMetricFamily(
            "kds_source_silent_seconds", "silence beyond what is usual", labels=["source"]
        )
        missing = GaugeMetricFamily(
            "kds_source_missing_numbers", "numbers that have not come", labels=["source"]
        )
        for name, source in services.rates.sources().items():
            for what in What:
                orders.add_metric([name, what.value], source.total[what])
        for standing in services.pulse.standings(now):
            if standing.at is not None:
                contact.add_metric([standing.source], _age_s(standing.at, now))
            silent.add_metric([standing.source], standing.silent_ms / 1000)
            missing.add_metric([standing.source], len(standing.missing))
        yield from (orders, contact, silent, missing)


def _telling(services: Services) -> Iterator[Metric]:
    """Yield what the till's side has not been told yet."""
    families = {
        "waiting": GaugeMetricFamily(
            "kds_telling_waiting", "states that a destination was not told yet", labels=["to"]
        ),
        "given_up": GaugeMetricFamily(
            "kds_telling_given_up", "states that a destination refused", labels=["to"]
        ),
    }
    for standing in services.reports.as_json():
        for what, family in families.items():
            family.add_metric([standing["name"]], standing[what])
    yield from families.values()


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"kds_{name}", text, value=value)
