"""`kds rules check` from the outside: what it prints, and with which status it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kds.cli import main
from kds.rulefiles import shipped_book

BOOK = "book: {id: one, name: 一店}\nstations: [{id: wok, name: 炒锅}]\n"
MENU = "menu: [{id: a, class: dish, match: {name: x}, cook: wok}]\n"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    (tmp_path / "book.yaml").write_text(BOOK, "utf-8")
    (tmp_path / "menu.yaml").write_text(MENU, "utf-8")
    return tmp_path


def test_a_sound_book_ends_with_0(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "check", str(rules), "--lang", "zh"]) == 0
    assert capsys.readouterr().out == "没有问题：1 个工位，1 条菜单，0 条规则\n"


def test_every_fault_of_every_file_comes_in_the_language_asked_for(
    rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (rules / "book.yaml").write_text(BOOK.replace("id: one", "id：one"), "utf-8")
    (rules / "menu.yaml").write_text(MENU.replace("cook: wok", "cook: wokk"), "utf-8")
    assert main(["rules", "check", str(rules), "--lang", "zh"]) == 1
    assert capsys.readouterr().out == (
        "book.yaml:1:10: 第 1 行：这里是中文冒号「：」，请改成英文冒号 :\n"
        "menu.yaml:1:53: 未知的工位“wokk”（是不是“wok”？）\n"
        "2 处错误，0 处提醒：这份规则不能启用\n"
    )


def test_a_remark_ends_with_1_too_but_the_book_may_run(
    rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (rules / "more.yaml").write_text("stations: [{id: fry, name: 炸}]\n", "utf-8")
    assert main(["rules", "check", str(rules), "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["sound"] is True
    assert document["diagnostics"] == [
        {
            "severity": "warning",
            "file": "more.yaml",
            "line": 1,
            "col": 17,
            "message": "more.yaml:1:17: no dish goes to the station 'fry'",
            "messages": {
                "zh": "more.yaml:1:17: 没有菜品送到工位“fry”",
                "en": "more.yaml:1:17: no dish goes to the station 'fry'",
            },
        }
    ]


def test_a_folder_that_is_none_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(["rules", "check", str(tmp_path / "nowhere")])
    assert end.value.code == 2
    assert "is no folder" in capsys.readouterr().err


def test_the_rule_tools_load_nothing_of_a_screen() -> None:
    """They must work where the extra `display` is not installed."""
    program = (
        "import sys; from kds.cli import main; "
        f"status = main(['rules', 'check', {str(shipped_book('hotpot'))!r}]); "
        "loaded = {'PySide6', 'qasync', 'sqlalchemy', 'websockets', 'pyttsx3'} & {*sys.modules}; "
        "sys.exit(f'loaded {loaded}' if loaded else status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_reader_that_goes_away_is_no_fault() -> None:
    """`kds rules show … | head` must not end in a traceback."""
    command = [sys.executable, "-m", "kds", "rules", "show", str(shipped_book("hotpot"))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as shown:
        assert shown.stdout is not None
        assert shown.stderr is not None
        shown.stdout.close()
        assert shown.stderr.read() == b""
        assert shown.wait() == 1
