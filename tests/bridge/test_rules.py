"""Rules going live on a running bridge, whichever way an admin saves them (promise 6)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kds.cli import main
from tests.bridge.conftest import StartBridge
from tests.bridge.harness import Running, board_lines, eventually, line, order

BOOK = """\
book: {id: one, name: {zh: 一店, en: One}, zone: Asia/Shanghai}
stations: [{id: cut, name: Cut}, {id: wok, name: Wok}, {id: pot, name: Pot}]
"""
MENU = """\
menu:
  - {id: pots, class: broth, match: {category: pots}, cook: pot}
  - {id: plates, class: plate, match: {category: plates}, cook: cut, late: 8 min}
  - {id: rest, class: dish, match: {parts: no}, cook: wok}
rules:
  - {id: first, name: n, mechanism: wait_for, waits_for: broth, timeout: 6 min, reason: r,
     holds: {class: plate, gate: run}}
"""
MOVED = MENU.replace("cook: cut", "cook: wok") + "# nothing is cut\n"
CASES = """\
cases:
  - case: plates are cut
    steps:
      - order: {lines: ["tripe [plates]"]}
      - expect: {tripe: {at: cut}}
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "book.yaml").write_text(BOOK, "utf-8")
    (folder / "menu.yaml").write_text(MENU, "utf-8")
    return folder


def in_force(bridge: Running) -> str:
    return str(bridge.get("/v1/rules")["hash"])


def plate(bridge: Running) -> dict[str, Any]:
    """Send an order with one plate and return it."""
    sent = order(table="8", session="s8", lines=[line("1", "tripe", category="plates")])
    assert bridge.post(sent).status_code == 201
    return sent


def stands_at(bridge: Running, sent: dict[str, Any]) -> list[str]:
    """Return the stations whose screens show the order."""
    views = ("cut", "wok", "pot")
    boards = {view: bridge.get(f"/v1/board/{view}") for view in views}
    return [view for view, shown in boards.items() if board_lines(shown, sent["order_id"])]


def in_place(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")


def by_renaming(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.swp")
    draft.write_text(text, "utf-8")
    draft.replace(path)


def by_deleting_first(path: Path, text: str) -> None:
    path.unlink()
    path.write_text(text, "utf-8")


def piece_by_piece(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        for part in text.splitlines(keepends=True):
            file.write(part)
            file.flush()


SAVES: list[Callable[[Path, str], None]] = [
    in_place,
    by_renaming,
    by_deleting_first,
    piece_by_piece,
]


def test_a_save_goes_live_by_itself_however_an_editor_saves(
    start: StartBridge, rules: Path
) -> None:
    bridge = start("--rules", rules)
    for number, save in enumerate(SAVES):
        before = in_force(bridge)
        text = MENU.replace("late: 8 min", f"late: {9 + number} min")
        save(rules / "menu.yaml", text)
        eventually(lambda before=before: in_force(bridge) != before)  # type: ignore[misc]
    kept = bridge.get("/v1/rules/history")
    assert [book["in_force"] for book in kept] == [True, False, False, False, False]
    assert bridge.get("/health")["status"] == "ok"


def test_a_save_that_moves_open_work_waits_and_says_what_it_would_do(
    start: StartBridge, rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bridge = start("--rules", rules)
    sent, before = plate(bridge), in_force(bridge)
    (rules / "menu.yaml").write_text(MOVED, "utf-8")
    waiting = eventually(lambda: bridge.get("/v1/rules")["waiting"])
    assert in_force(bridge) == before
    assert stands_at(bridge, sent) == ["cut"]
    told = bridge.get("/v1/rules")["changes"]
    assert (told["moving"], told["moved"][0]["from"], told["moved"][0]["to"]) == (
        1,
        ["cut"],
        ["wok"],
    )
    (card,) = [a for a in bridge.get("/v1/alerts") if a["source"] == "rules"]
    assert "1 line changes station" in card["messages"]["en"]
    assert "1 道菜换工位" in card["messages"]["zh"]
    assert bridge.get("/health")["status"] == "degraded"
    publish = ["rules", "publish", "--bridge", bridge.http, "--lang", "en"]
    assert main([*publish, "--preview"]) == 0
    assert in_force(bridge) == before
    assert main(publish) == 0
    assert "8 tripe: cut → wok" in capsys.readouterr().out
    assert in_force(bridge) == waiting
    assert stands_at(bridge, sent) == ["wok"]
    assert [a for a in bridge.get("/v1/alerts") if a["source"] == "rules"] == []
    assert bridge.get("/health")["status"] == "ok"


def test_what_a_cook_has_begun_is_not_taken_away(start: StartBridge, rules: Path) -> None:
    bridge = start("--rules", rules, "--live-rules")
    sent, before = plate(bridge), in_force(bridge)
    name = {"source": sent["source"], "order_id": sent["order_id"]}
    bridge.command("start", order=name, view="cut")
    (rules / "menu.yaml").write_text(MOVED, "utf-8")
    eventually(lambda: in_force(bridge) != before)
    assert stands_at(bridge, sent) == ["cut"]
    assert stands_at(bridge, plate(bridge)) == ["wok"]


def test_with_live_rules_nothing_waits(start: StartBridge, rules: Path) -> None:
    bridge = start("--rules", rules, "--live-rules")
    sent, before = plate(bridge), in_force(bridge)
    (rules / "menu.yaml").write_text(MOVED, "utf-8")
    eventually(lambda: stands_at(bridge, sent) == ["wok"])
    assert in_force(bridge) != before


@pytest.mark.parametrize(
    ("file", "text", "place"),
    [
        ("menu.yaml", MENU.replace("cook: cut", "cook：cut"), "menu.yaml:3:"),
        ("menu.yaml", "menu: [", "menu.yaml:1:"),
        ("slow.yaml", "a: " + "[" * 5_000, "slow.yaml:1:"),
        ("plates.cases.yaml", CASES.replace("at: cut", "at: pot"), "plates.cases.yaml:5:"),
    ],
)
def test_a_refused_file_leaves_the_running_book_alone_and_is_named(
    start: StartBridge, rules: Path, file: str, text: str, place: str
) -> None:
    bridge = start("--rules", rules)
    before = in_force(bridge)
    (rules / file).write_text(text, "utf-8")
    eventually(lambda: bridge.get("/health")["status"] == "degraded")
    health = bridge.get("/health")
    assert health["rules"]["diagnostics"][0].startswith(place)
    assert place.rstrip(":") in health["problems"][0]
    assert in_force(bridge) == before
    assert stands_at(bridge, plate(bridge)) == ["cut"]
    (rules / "menu.yaml").write_text(MENU, "utf-8")
    if file != "menu.yaml":
        (rules / file).unlink()
    eventually(lambda: bridge.get("/health")["status"] == "ok")


# --- over HTTP -----------------------------------------------------------------------------


def test_check_tells_what_would_become_of_rules_and_changes_nothing(
    start: StartBridge, rules: Path
) -> None:
    bridge = start("--rules", rules)
    plate(bridge)
    before = in_force(bridge)
    asked = {"files": {"book.yaml": BOOK, "menu.yaml": MOVED, "a.cases.yaml": CASES}}
    found = bridge.client.post("/v1/rules/check", json=asked).json()
    assert (found["result"], found["sound"]) == ("refused", True)
    assert found["cases"][0]["mismatches"][0]["expected"] == "cut"
    del asked["files"]["a.cases.yaml"]
    found = bridge.client.post("/v1/rules/check", json=asked).json()
    assert (found["result"], found["changes"]["moving"]) == ("waits", 1)
    assert bridge.client.post("/v1/rules/check").json()["result"] == "same"
    assert in_force(bridge) == before
    assert (rules / "menu.yaml").read_text("utf-8") == MENU


def test_what_is_published_from_afar_stands_in_the_folder_and_can_be_undone(
    start: StartBridge, rules: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bridge = start("--rules", rules)
    sent, before = plate(bridge), in_force(bridge)
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "book.yaml").write_text(BOOK, "utf-8")
    (mine / "all.yaml").write_text(MOVED, "utf-8")
    assert main(["rules", "publish", str(mine), "--bridge", bridge.http]) == 0
    assert sorted(path.name for path in rules.glob("*.yaml")) == ["all.yaml", "book.yaml"]
    assert stands_at(bridge, sent) == ["wok"]
    aside = list(bridge.data.joinpath("rules.before").glob("*/menu.yaml"))
    assert [path.read_text("utf-8") for path in aside] == [MENU]
    assert main(["rules", "rollback", "--bridge", bridge.http, "--lang", "zh"]) == 0
    assert "已启用" in capsys.readouterr().out
    assert in_force(bridge) == before
    assert stands_at(bridge, sent) == ["cut"]
    assert (rules / "menu.yaml").read_text("utf-8") == MENU
    assert not (rules / "all.yaml").exists()
    assert main(["rules", "history", "--bridge", bridge.http]) == 0
    assert capsys.readouterr().out.startswith(f"* {before[:12]}")
    full = bridge.get("/v1/rules", full=True)
    assert full["files"] == {"book.yaml": BOOK, "menu.yaml": MENU}
    assert full["compiled"]["id"] == "one"


def test_rules_with_faults_are_not_published(
    start: StartBridge, rules: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bridge = start("--rules", rules)
    before = in_force(bridge)
    asked = {"files": {"book.yaml": BOOK, "menu.yaml": MENU.replace("cook: cut", "cook: cutt")}}
    answer = bridge.client.post("/v1/rules", json=asked)
    assert answer.status_code == 409
    assert answer.json()["diagnostics"][0]["message"].endswith("(did you mean 'cut'?)")
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "book.yaml").write_text(asked["files"]["menu.yaml"], "utf-8")
    assert main(["rules", "publish", str(mine), "--bridge", bridge.http, "--lang", "en"]) == 1
    assert "not published" in capsys.readouterr().out
    assert in_force(bridge) == before
    assert (rules / "menu.yaml").read_text("utf-8") == MENU


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("/v1/rules", {"files": {"../x.yaml": ""}}, 422, "files.../x.yaml"),
        ("/v1/rules", {"files": {".x.yaml": ""}}, 422, "files..x.yaml"),
        ("/v1/rules", {"files": {"x.txt": ""}}, 422, "files.x.txt"),
        ("/v1/rules", {"files": {"x.yaml": 1}}, 422, "must be a text"),
        ("/v1/rules/check", {"files": []}, 422, "must be an object"),
        ("/v1/rules/check", [], 422, "must be an object"),
        ("/v1/rules/rollback", {"to": "zzz"}, 404, "no such earlier"),
        ("/v1/rules/rollback", {"to": 3}, 422, "must be a text"),
    ],
)
def test_a_request_that_makes_no_sense_is_told_why(
    shared: Running, path: str, body: Any, status: int, said: str
) -> None:
    answer = shared.client.post(path, json=body)
    assert (answer.status_code, said in answer.text) == (status, True), answer.text


# --- asking a bridge -----------------------------------------------------------------------


def test_why_tells_what_happened_at_a_table_and_by_which_rule(
    start: StartBridge, rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bridge = start("--rules", rules)
    dishes = [line("1", "hot pot", category="pots"), line("2", "tripe", category="plates")]
    sent = order(table="12", session="s12", lines=dishes)
    bridge.post(sent)
    name = {"source": sent["source"], "order_id": sent["order_id"]}
    bridge.command("bump", order=name, line_id="1", view="pot", device="pot-1")
    asked = ["why", "--table", "12", "--bridge", bridge.http, "--lang", "en"]
    assert main(asked) == 0
    told = capsys.readouterr().out
    assert "menu.yaml:3 plates" in told
    assert "begins to wait run r · first · a rule" in told
    assert "waits no more: it is there · first · a rule" in told
    assert "ready ×1 · pot · a person · pot-1" in told
    assert main([*asked, "--at", "1999-01-01T12:00"]) == 1
    assert "nobody was at table 12" in capsys.readouterr().err
    assert main([*asked, "--at", "soon"]) == 1
    assert main(["why", "--table", "99", "--bridge", bridge.http]) == 1


def test_a_live_order_can_be_explained_and_its_unknown_dishes_listed(
    shared: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    sent = order(lines=[line("1", "Ribeye", category="Steaks"), line("2", "Enigma")])
    shared.post(sent)
    folder = str(shared.data / "rules")
    live = ["--bridge", shared.http, "--lang", "en"]
    named = f"{sent['source']}/{sent['order_id']}"
    assert main(["rules", "explain", folder, *live, "--order", named]) == 0
    told = capsys.readouterr().out
    assert "Ribeye [Steaks] → Grill (dish, steaks)" in told
    assert "Enigma → every station" in told
    assert main(["rules", "unmatched", folder, *live]) == 1
    assert '"Enigma"' in capsys.readouterr().out
    assert main(["rules", "explain", folder, *live, "--order", "till-1/none"]) == 1
    assert "There is no such order" in capsys.readouterr().err


def test_a_day_of_a_bridge_is_rehearsed_and_nothing_is_changed(
    start: StartBridge, rules: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bridge = start("--rules", rules)
    dishes = [line("1", "hot pot", category="pots"), line("2", "tripe", category="plates")]
    for table in ("1", "2"):
        sent = order(table=table, session=table, lines=dishes)
        bridge.post(sent)
        name = {"source": sent["source"], "order_id": sent["order_id"]}
        bridge.command("bump", order=name, line_id="2", view="cut")
    seq = bridge.get("/health")["seq"]
    edited = tmp_path / "edited"
    edited.mkdir()
    (edited / "book.yaml").write_text(BOOK, "utf-8")
    (edited / "menu.yaml").write_text(MOVED, "utf-8")
    asked = ["rules", "rehearse", str(edited), "--bridge", bridge.http, "--lang", "en"]
    assert main([*asked, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["active"]["lines"], found["edited"]["unrepeated"]) == (4, 0)
    stations = {tuple(each["stations"]["edited"]) for each in found["differences"]}
    assert stations == {("wok",)}
    assert found["running"] is True
    assert main(asked) == 0
    assert "This day is not over: it is rehearsed up to now (" in capsys.readouterr().out
    assert main([*asked, "--day", "1999-01-01"]) == 1
    assert "no order in that day's log" in capsys.readouterr().err
    assert bridge.get("/health")["seq"] == seq


def test_a_bridge_that_is_not_there_is_said_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "history", "--bridge", "http://127.0.0.1:9"]) == 1
    assert "cannot be asked" in capsys.readouterr().err
