"""Print capture over real sockets: a toy till prints, a toy printer gets what it printed."""

from __future__ import annotations

import shutil
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Self

import pytest
from PIL import Image

from pos_bridge.capture.printer import MOST_CONNECTIONS
from pos_bridge.cli import main
from tests.bridge.harness import PATIENCE_S, Running, eventually, refused, running
from tests.unit.capture.escpos import Job, zh_slip
from tests.unit.capture.kitchen import SHIPPED

ASK = b"\x1dr\x01"


@dataclass
class ToyPrinter:
    """A network printer that prints into memory: one connection after the other."""

    port: int = 0
    printed: bytearray = field(default_factory=bytearray)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._print, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(PATIENCE_S)

    def _print(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                while data := connection.recv(65536):
                    self.printed += data
                    connection.sendall(b"\x12")  # it talks back, and nobody minds


@dataclass(frozen=True)
class House:
    """A bridge with two virtual printers; the first passes on to `printer`."""

    bridge: Running
    printer: ToyPrinter

    def till(self, number: int = 0) -> closing[socket.socket]:
        """Connect to a virtual printer."""
        host, _, port = self.bridge.captures[number].rpartition(":")
        return closing(socket.create_connection((host, int(port)), timeout=PATIENCE_S))

    def print(self, job: bytes, number: int = 0) -> None:
        """Print a job, and wait for the answer to a question that follows it."""
        with self.till(number) as till:
            till.sendall(job + ASK)
            assert till.recv(16) == b"\x00"

    def order(self, number: str) -> dict[str, Any]:
        """Return the order of that number from the board of all."""
        tickets = self.bridge.get("/v1/board/all")["tickets"]
        (found,) = [t for t in tickets if t["number"] == number]
        return dict(found)

    def health(self) -> dict[str, Any]:
        return dict(self.bridge.get("/health"))


def answered(till: socket.socket, count: int) -> bytes:
    """Return the next `count` bytes that the printer answers."""
    found = b""
    while len(found) < count and (data := till.recv(count - len(found))):
        found += data
    return found


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    flags = ("--capture", "127.0.0.1:0", "--capture", "127.0.0.1:0", "--capture-idle", "0.2")
    data = tmp_path_factory.mktemp("capture") / "data"
    with ToyPrinter() as printer:
        to = ("--capture-to", f"127.0.0.1:{printer.port}")
        with running(data, *flags, *to) as bridge:
            yield House(bridge, printer)


def test_a_question_after_a_slip_is_answered_once_it_is_on_disk(house: House) -> None:
    house.print(zh_slip(number="101", table="A1"))
    order = house.order("101")
    assert (order["table"], order["guests"], order["source"]) == ("A1", 4, "kitchen-zh")
    assert [(ln["name"], ln["quantity"], ln["unit"]) for ln in order["lines"]] == [
        ("麻辣锅底", "1", "份"),
        ("毛肚", "2", "份"),
    ]


def test_the_till_finds_a_printer_that_is_well(house: House) -> None:
    with house.till() as till:
        till.sendall(b"\x10\x04\x01\x10\x04\x04")
        assert answered(till, 2) == b"\x12\x12"
        till.sendall(b"\x1dIC")
        assert answered(till, 9) == b"_TM-T88V\0"


def test_one_slip_on_two_printers_is_one_order(house: House) -> None:
    house.print(zh_slip(number="102", table="A2"), 0)
    house.print(zh_slip(number="102", table="A2"), 1)
    assert [ln["quantity"] for ln in house.order("102")["lines"]] == ["1", "2"]
    assert house.health()["sources"]["kitchen-zh"]["total"]["doubled"] >= 1


def test_a_silence_ends_a_slip_that_is_not_cut(house: House) -> None:
    with house.till(1) as till:
        till.sendall(zh_slip(number="103", table="A3", cut=False) + b"\n\n\n")
        eventually(
            lambda: "103" in [t["number"] for t in house.bridge.get("/v1/board/all")["tickets"]]
        )


def test_an_unknown_slip_is_a_text_at_the_pass(house: House) -> None:
    house.print(Job().lines("今晚包间客人", "请提前备好蛋糕").cut())
    notes = [t["note"] for t in house.bridge.get("/v1/board/expo")["tickets"]]
    assert any("请提前备好蛋糕" in note for note in notes)


def test_a_picture_is_a_card_for_everybody_that_says_where_it_is_shown(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And the picture there is what a printer would have drawn, dot by dot."""
    house.print(Job().picture(2, 3).lines("  ").picture(3, 2).cut())
    card = next(a for a in house.bridge.get("/v1/alerts") if "only a picture" in a["message"])
    place = card["message"].rpartition(" ")[2]
    assert place in card["messages"]["zh"]
    answer = house.bridge.client.get(place)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    drawn = [b"\x00\x01\x00"] * 3 + [b"\x00\x01\x02"] * 2
    assert dots(answer.content) == (24, drawn)

    job, file = f"print-{place.removeprefix('/slip/')}", tmp_path / "slip.png"
    assert len(place) < 20, "it does not fit on a narrow card"
    assert house.bridge.client.get(f"/v1/capture/{job}/picture").content == answer.content
    asked = ["capture", "show", job, "--picture", str(file), "--bridge", house.bridge.http]
    assert main(asked) == 0
    assert dots(file.read_bytes()) == (24, drawn)
    assert job in capsys.readouterr().out


def dots(image: bytes) -> tuple[int, list[bytes]]:
    """Return a picture's width and its rows, black as set bits."""
    with Image.open(BytesIO(image)) as found:
        across = -(-found.width // 8)
        data = bytes(~byte & 0xFF for byte in found.convert("1").tobytes())
        return found.width, [data[i : i + across] for i in range(0, len(data), across)]


def test_a_text_card_names_the_picture_that_the_slip_draws_besides(house: House) -> None:
    house.print(Job().lines("外卖平台").picture(4, 9).cut())
    notes = [t["note"] for t in house.bridge.get("/v1/board/expo")["tickets"]]
    (note,) = [note for note in notes if "外卖平台" in note]
    place = note.rpartition("[")[2].rstrip("]")
    assert dots(house.bridge.client.get(place).content)[0] == 32


def test_what_is_no_captured_job_is_not_found(house: House) -> None:
    house.print(zh_slip(number="112", table="B2"))
    (job, *_) = house.bridge.get("/v1/capture", limit=1)
    assert (job["printer"], job["verdict"]) == (house.bridge.captures[0], "order")
    assert house.bridge.client.get(f"/v1/capture/{job['id']}").content.startswith(b"\x1b@")
    assert house.bridge.client.get(f"/v1/capture/{job['id']}/picture").status_code == 404
    for nothing in (f"{job['id']}.1", "nothing"):  # the first is the order that the slip made
        assert house.bridge.client.get(f"/v1/capture/{nothing}").status_code == 404


def test_a_browser_is_asked_for_a_password_before_it_shows_a_picture(tmp_path: Path) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text("secret\n", "utf-8")
    with running(tmp_path / "data", "--token-file", str(tokens)) as bridge:
        page = bridge.client.get("/slip/x")
        assert page.status_code == 401
        assert page.headers["www-authenticate"].startswith("Basic")
        seen = bridge.client.get("/slip/x", auth=("cook", "secret"))
        assert seen.status_code == 404
        assert bridge.client.get("/v1/capture/x", auth=("cook", "secret")).status_code == 401


def test_tills_that_never_hang_up_keep_nobody_out(house: House) -> None:
    with ExitStack() as stack:
        lines = [stack.enter_context(house.till(1)) for _ in range(MOST_CONNECTIONS + 3)]
        lines[-1].sendall(zh_slip(number="111", table="B1") + ASK)
        assert answered(lines[-1], 1) == b"\x00"
    assert house.order("111")["table"] == "B1"


def test_garbage_on_the_line_hurts_nobody(house: House) -> None:
    with house.till(1) as till:
        till.sendall(bytes(range(256)) * 40 + b"\x1d8L\xff\xff\xff\xff")
    house.print(zh_slip(number="104", table="A4"), 1)
    assert house.order("104")["table"] == "A4"


def test_everything_goes_on_to_the_real_printer_byte_for_byte(house: House) -> None:
    job = zh_slip(number="105", table="A5") + b"\x1bp\x00\x19\x19" + bytes(range(1, 255))
    house.print(job)
    eventually(lambda: job + ASK in house.printer.printed)
    assert house.health()["capture"]["printers"][0]["passed_to"]["trouble"] is None


def test_a_dead_printer_is_said_and_its_jobs_wait(house: House) -> None:
    house.printer.__exit__()
    house.printer.printed.clear()
    job = zh_slip(number="106", table="A6")
    house.print(job)
    assert house.order("106")["table"] == "A6"
    said = f"Printer 127.0.0.1:{house.printer.port} does not answer"
    eventually(lambda: any(said in problem for problem in house.health()["problems"]))
    house.printer.__enter__()
    eventually(lambda: job in house.printer.printed)
    eventually(lambda: not house.health()["problems"])


def test_a_faulty_template_is_said_and_stops_nothing(house: House) -> None:
    folder = house.bridge.data / "pos" / "print"
    bad = folder / "mine.yaml"
    bad.write_text("template: mine\nkindz: []\n", "utf-8")
    eventually(lambda: any("mine.yaml:" in problem for problem in house.health()["problems"]))
    house.print(zh_slip(number="107", table="A7"))
    assert house.order("107")["table"] == "A7"
    assert main(["capture", "check", "--data", str(house.bridge.data)]) == 1
    bad.unlink()
    eventually(lambda: not house.health()["problems"])


def test_a_template_says_in_which_letters_its_slips_are(house: House) -> None:
    mine = house.bridge.data / "pos" / "print" / "mine.yaml"
    port = house.bridge.captures[1].rpartition(":")[2]
    mine.write_text(
        f"template: thai\nencoding: cp874\nports: {port}\nkinds: {{kind: order, when: ใบสั่งอาหาร}}\n"
        "fields: {number: 'บิล {number}'}\ndishes: {dish: '{name}  {count}'}\n",
        "utf-8",
    )
    house.print(Job("cp874").lines("ใบสั่งอาหาร", "บิล 120", "ข้าวผัด  2").cut(), 1)
    assert [(ln["name"], ln["quantity"]) for ln in house.order("120")["lines"]] == [("ข้าวผัด", "2")]
    mine.unlink()


def test_kept_jobs_are_shown_and_learnt_from(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*arguments: object) -> str:
        status = main(["capture", *map(str, arguments), "--bridge", house.bridge.http])
        said = capsys.readouterr()
        assert status == 0, said.err
        return said.out

    for number, dish in (
        ("108", "鸭血                  1份"),
        ("109", "鸭肠                  3份"),
    ):
        house.print(zh_slip("热菜单据", [dish], number=number, table=f"K{number}"))
    listed = [line.split() for line in run("list").splitlines()]
    jobs = [words[0] for words in listed if words[2] == "text"][-2:]
    shown = run("show", jobs[0], "--data", house.bridge.data)
    assert "鸭血" in shown
    assert "no template knows this slip" in shown
    learnt = run("learn", *jobs, "--data", house.bridge.data)
    mine = house.bridge.data / "pos" / "print" / "mine.yaml"
    mine.write_text(learnt.replace("my-till", "hot-dishes"), "utf-8")
    house.print(zh_slip("热菜单据", ["虾滑                  1份"], number="110", table="K9"))
    assert [ln["name"] for ln in house.order("110")["lines"]] == ["虾滑"]
    mine.unlink()
    file = tmp_path / "job.bin"
    file.write_bytes(zh_slip())
    assert "kitchen-zh: order, number 0042" in run("show", file)
    assert main(["capture", "list", "--bridge", "http://127.0.0.1:9"]) == 1
    assert "cannot be asked" in capsys.readouterr().err
    assert main(["capture", "show", "nothing", "--bridge", house.bridge.http]) == 1
    assert "No such job is kept." in capsys.readouterr().err


def test_a_slip_outlives_a_kill_once_its_question_is_answered(tmp_path: Path) -> None:
    """And the till that prints it again, because it saw the printer die, doubles nothing."""
    job = zh_slip(number="201", table="A1")
    for end in (signal.SIGKILL, signal.SIGTERM):
        with running(tmp_path / "data", "--capture", "127.0.0.1:0") as bridge:
            house = House(bridge, ToyPrinter())
            house.print(job)
            assert [ln["quantity"] for ln in house.order("201")["lines"]] == ["1", "2"]
            bridge.end(end)


def test_equal_slips_add_up_over_a_kill_where_the_template_says_so(tmp_path: Path) -> None:
    """Fault: one dish a slip, the bridge died between two equal ones, and one was not cooked."""
    folder = tmp_path / "data" / "pos" / "print"
    shutil.copytree(SHIPPED, folder)
    mine = folder / "chinese_kitchen.yaml"
    mine.write_text(f"{mine.read_text('utf-8')}\nequal_slips_add: 10 min\n", "utf-8")
    at = "127.0.0.1:0"
    for portions in ("1", "2"):
        with running(tmp_path / "data", "--capture", at) as bridge:
            house, (at,) = House(bridge, ToyPrinter()), bridge.captures
            house.print(zh_slip(dishes=["毛肚    1份"], number="201", time="16:00"))
            house.print(zh_slip("补打", ["毛肚    1份"], number="201", time="16:00"))
            assert [ln["quantity"] for ln in house.order("201")["lines"]] == [portions]
            bridge.end(signal.SIGKILL)


def test_flags_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    status, said = refused("serve", "--data", tmp_path, "--capture-to", "127.0.0.1:9")
    assert (status, said.strip()) == (
        1,
        "pos-bridge: --capture-to needs a --capture of its own to take the jobs from.",
    )
