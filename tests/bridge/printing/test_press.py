"""From an order over HTTP to paper: the real bridge, toy printers on real sockets."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.bridge.conftest import StartBridge
from tests.bridge.harness import Running, eventually, line, order
from tests.bridge.printing.toy_printer import ToyPrinter

BOOK = """\
book: {{id: b, name: B}}
stations: [{{id: wok, name: {{zh: 热菜, en: Wok}}}}]
menu: [{{id: hot, class: dish, match: {{name_has: rice}}, cook: wok}}]
printers:
  - {{id: kitchen, name: Kitchen, address: "127.0.0.1:{0}", mode: text, fallback: pass}}
  - {{id: pass, name: Pass, address: "127.0.0.1:{1}", mode: text}}
rules:
  - {{id: slips, mechanism: print, name: Slips, on: [routed, void], slip: station,
     printer: kitchen}}
"""


def begun(start: StartBridge, tmp_path: Path, *toys: ToyPrinter) -> Running:
    rules = tmp_path / "rules"
    rules.mkdir(exist_ok=True)
    (rules / "book.yaml").write_text(BOOK.format(*(toy.port for toy in toys)), "utf-8")
    return start("--rules", rules, data=tmp_path / "data")


def state(bridge: Running, printer: str) -> str:
    return str(bridge.get("/health")["printing"]["printers"][printer]["state"])


def test_every_slip_is_printed_here_or_there_and_once(start: StartBridge, tmp_path: Path) -> None:
    """The printer dies, the other stands in and the walls are told; both die, and the slip waits
    through a kill of the bridge until one is back.
    """
    with ToyPrinter() as other:
        with ToyPrinter() as own:
            bridge = begun(start, tmp_path, own, other)
            first = order(table="A08")
            bridge.post(first)
            assert "A08" in own.wait_for(1)[0].text
            bridge.post({**first, "lines": []})
            assert "退菜" in own.wait_for(2)[1].text
        bridge.post(order(table="A09"))
        assert "A09" in other.wait_for(1)[0].text
        assert state(bridge, "kitchen") == "trouble"
        problems = bridge.get("/health")["problems"]
        assert any("Printer Kitchen cannot be reached" in problem for problem in problems)
    bridge.post(order(table="A10"))
    eventually(lambda: state(bridge, "pass") == "trouble")
    bridge.end(signal.SIGKILL)
    with ToyPrinter(port=own.port) as own, ToyPrinter(port=other.port) as other:
        bridge = begun(start, tmp_path, own, other)
        assert "A10" in own.wait_for(1, within_s=60)[0].text
        eventually(lambda: bridge.get("/health")["printing"]["waiting"] == 0)
        assert state(bridge, "kitchen") == "ok"
        assert (len(own.papers), len(other.papers)) == (1, 0)


def test_a_slip_that_broke_off_is_printed_again_and_says_so(
    start: StartBridge, tmp_path: Path
) -> None:
    """Otherwise two cooks make one dish."""
    with ToyPrinter(breaks_off_after=40) as own, ToyPrinter() as other:
        bridge = begun(start, tmp_path, own, other)
        bridge.post(order(lines=[line("1", "Rice")], table="A08"))
        text = other.wait_for(1)[0].text
        assert "补打" in text
        assert "A08" in text
