"""What can be looked at: boards, visits, rules, health, figures, documentation."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from tests.bridge.harness import Running, board_lines, line, order

PLACES = ("expo", "pickup", "all")


def test_every_station_of_the_book_has_a_board(shared: Running) -> None:
    stations = [station["id"] for station in shared.get("/v1/rules")["stations"]]
    assert stations
    for view in (*stations, *PLACES):
        board = shared.get(f"/v1/board/{view}")
        assert board["view"] == view
        assert set(board) >= {"epoch", "seq", "at", "rules", "tickets", "alerts"}


def test_an_order_stands_on_the_board_when_it_is_answered(shared: Running) -> None:
    sent = order(table="T7", lines=[line("1"), line("2", "Coke", "3")])
    shared.post(sent)
    lines = board_lines(shared.get("/v1/board/all"), sent["order_id"])
    assert {ln["line_id"]: ln["quantity"] for ln in lines} == {"1": "1", "2": "3"}


def test_an_unknown_view_is_404_and_names_those_that_exist(shared: Running) -> None:
    answer = shared.client.get("/v1/board/garden")
    assert answer.status_code == 404
    assert set(PLACES) < set(answer.json()["views"])


def test_a_visit_has_one_timeline_per_line(shared: Running) -> None:
    sent = order(table="T-story", lines=[line("1"), line("2")])
    shared.post(sent)
    name = {"source": "till-1", "order_id": sent["order_id"]}
    shared.command("bump", order=name, line_id="2", device="wok-1")
    (visit,) = shared.get("/v1/visits", table="T-story")
    assert visit["orders"] == [name]
    timelines = {ln["line_id"]: [e["kind"] for e in ln["timeline"]] for ln in visit["lines"]}
    assert timelines == {"1": ["order_received"], "2": ["order_received", "portions_moved"]}
    (same,) = shared.get("/v1/visits", table="T-story", date=visit["business_date"])
    assert same["visit"] == visit["visit"]
    assert shared.get("/v1/visits", table="T-story", date="2001-01-01") == []


def test_a_wrong_date_is_422(shared: Running) -> None:
    answer = shared.client.get("/v1/visits?date=yesterday")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "date"


def test_health_tells_how_each_source_does(shared: Running) -> None:
    source = "till-health"
    sent = order(source=source)
    for body in (sent, sent, {**sent, "cancelled": True, "note": "off"}):
        shared.post(body)
    shared.client.post("/v1/orders", json={"source": source})
    health = shared.get("/health")
    assert health["status"] == "ok"
    assert health["seq"] > 0
    assert health["queue"]["waiting"] == 0
    assert health["last_event_age_s"] >= 0
    expected = {"taken": 2, "doubled": 1, "rejected": 1, "voided": 1, "late": 0}
    assert health["sources"][source]["total"] == expected
    assert health["sources"][source]["last_hour"] == expected
    assert health["sources"][source]["last_contact_age_s"] < 60


def test_metrics_are_prometheus_text(shared: Running) -> None:
    shared.post(order(source="till-figures"))
    text = shared.client.get("/metrics").text
    families = {family.name: family for family in text_string_to_metric_families(text)}
    samples = {tuple(s.labels.items()): s.value for s in families["kds_orders"].samples}
    assert samples[("source", "till-figures"), ("what", "taken")] == 1
    assert families["kds_healthy"].samples[0].value == 1


def test_the_documentation_needs_no_internet(shared: Running) -> None:
    """Kitchens are offline: the page loads nothing from elsewhere."""
    page = shared.client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "http://" not in page.text
    assert "https://" not in page.text
    assert "<script" not in page.text
    assert "/v1/board/{view}" in page.text


def test_the_description_names_every_call_with_its_shapes(shared: Running) -> None:
    described = shared.get("/openapi.json")
    calls = {(method, path) for path, ways in described["paths"].items() for method in ways}
    assert calls >= {
        ("post", "/v1/orders"),
        ("post", "/v1/pos/{vendor}"),
        ("get", "/v1/orders/{source}/{order_id}"),
        ("get", "/v1/board/{view}"),
        ("get", "/v1/visits"),
        ("post", "/v1/commands"),
        ("get", "/v1/events"),
        ("get", "/v1/stream"),
        ("get", "/v1/stock"),
        ("put", "/v1/stock/{item_id}"),
        ("get", "/v1/rules"),
        ("get", "/v1/alerts"),
        ("get", "/health"),
        ("get", "/metrics"),
    }
    post = described["paths"]["/v1/orders"]["post"]
    schema = post["requestBody"]["content"]["application/json"]["schema"]
    assert {"source", "order_id", "lines"} <= set(schema["properties"])
    assert {"200", "201", "400", "409", "413", "415", "422", "503"} <= set(post["responses"])


def test_references_in_the_description_lead_somewhere(shared: Running) -> None:
    described = shared.get("/openapi.json")

    def references(node: object) -> list[str]:
        if isinstance(node, dict):
            own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            return own + [ref for child in node.values() for ref in references(child)]
        return (
            [ref for child in node for ref in references(child)] if isinstance(node, list) else []
        )

    for reference in references(described):
        at = described
        for part in reference.removeprefix("#/").split("/"):
            assert part in at, reference
            at = at[part]
