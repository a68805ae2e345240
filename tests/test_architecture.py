"""The import table of the design, one test per row, and a proof that each guard can fail.

The tree is read, never imported: an import counts wherever it stands — at the top, inside a
function, under TYPE_CHECKING, relative or by name through importlib.
"""

import ast
import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = ("kds", "pos_bridge")


@dataclass(frozen=True)
class Row:
    """What the modules of one room may import besides the standard library and themselves."""

    room: str
    ours: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    lazily: tuple[str, ...] = ()  # allowed, but only inside a function


CORE = ("kds.kitchen", "kds.rulebook", "kds.board", "kds.records", "kds.wire")
PYDANTIC = ("pydantic", "pydantic_core")  # the second is the first's own engine and JSON reader
EDGE = (*PYDANTIC, "httpx", "websockets", "sqlalchemy", "uvloop")
DISPLAY = ("kds.ui", "kds.app", "qasync", "pyttsx3")

ROWS = (
    Row("kds.kitchen"),
    Row("kds.rulebook", ours=("kds.kitchen",), others=("ruamel", *PYDANTIC)),
    Row("kds.board", ours=("kds.kitchen", "kds.rulebook")),
    Row("kds.records", ours=("kds.kitchen", "kds.rulebook", "kds.board"), others=PYDANTIC),
    Row(
        "kds.cases",
        ours=("kds.kitchen", "kds.rulebook", "kds.board", "kds.records"),
        others=PYDANTIC,
    ),
    Row("kds.wire", ours=CORE, others=PYDANTIC),
    Row("kds.store", ours=("kds.kitchen", "kds.records"), others=("sqlalchemy", "alembic")),
    Row("kds.settings", others=PYDANTIC),
    Row("kds.rulefiles", ours=("kds.child", "kds.rulebook", "kds.cases")),
    Row(
        "kds.link",
        ours=("kds.kitchen", "kds.records", "kds.wire", "kds.store"),
        others=("websockets",),
    ),
    Row("kds.sound", ours=("kds.child", "kds.kitchen", "kds.rulebook"), others=("pyttsx3",)),
    Row(
        "kds.ui",
        ours=("kds.kitchen", "kds.rulebook", "kds.board", "kds.settings"),
        others=("PySide6",),
    ),
    Row("kds.app", ours=("kds",), others=(*EDGE, "qasync", "pyttsx3")),
    Row("kds.cli", ours=("kds",), others=EDGE, lazily=DISPLAY),
    Row("kds.child"),
    Row("kds.commandline"),
    Row("kds.frames"),
    Row("kds.lock"),
    Row("kds.__main__", ours=("kds.cli",)),
    Row("kds.admin", ours=("kds",), others=EDGE, lazily=DISPLAY),
    Row("kds.bench", ours=("kds",), others=EDGE, lazily=DISPLAY),
    Row("kds.demo", ours=("kds",), others=(*EDGE, "qasync")),
    Row("kds.demo.commands", ours=("kds",), others=EDGE, lazily=DISPLAY),
    Row(
        "pos_bridge",
        ours=(*CORE, "kds.cases", "kds.lock", "kds.store", "kds.rulefiles", "kds.settings"),
        others=(*EDGE, "alembic", "fastapi", "starlette", "uvicorn", "prometheus_client"),
    ),
    Row("pos_bridge.printing.device", ours=(*CORE, "pos_bridge"), others=("escpos",)),
    Row("pos_bridge.printing.picture", ours=("pos_bridge",), others=("PIL",)),
)

PURE = (
    *CORE,
    "kds.cases",
    "pos_bridge.adapters",
    "pos_bridge.capture.paper",
    "pos_bridge.capture.slips",
)
# What a pure room must not import. Time zones (zoneinfo) are data, so they may be read.
CLOCK = frozenset({"time", "sched"})
CHANCE = frozenset({"random", "secrets", "uuid.uuid1", "uuid.uuid4"})
FILES = frozenset(
    {"fileinput", "glob", "io", "mmap", "os", "pathlib", "shelve", "shutil", "tempfile"}
)
STORES = frozenset({"dbm", "sqlite3", "logging", "locale"})
NETWORK = frozenset({"ftplib", "http.client", "http.server", "select", "selectors", "smtplib"})
SOCKETS = frozenset({"asyncio", "socket", "socketserver", "ssl", "urllib.request"})
PROCESSES = frozenset({"concurrent", "ctypes", "fcntl", "multiprocessing", "signal", "subprocess"})
THREADS = frozenset({"queue", "threading"})
REACHES_OUT = CLOCK | CHANCE | FILES | STORES | NETWORK | SOCKETS | PROCESSES | THREADS
HARMLESS = frozenset({"io.StringIO", "io.BytesIO", "pathlib.PurePath", "pathlib.PurePosixPath"})
# What it must not call, wherever it came from.
CLOCK_AND_DICE = frozenset({"now", "utcnow", "today", "uuid1", "uuid4"})
WORLD = frozenset({"open", "print", "input"})


@dataclass(frozen=True)
class Import:
    """One imported name in full, and whether it happens when the module is loaded."""

    line: int
    target: str
    at_load: bool


@dataclass(frozen=True)
class Module:
    """One source file, parsed."""

    name: str
    path: Path
    tree: ast.Module

    @property
    def package(self) -> str:
        """The package that relative imports start from."""
        return self.name if self.path.name == "__init__.py" else self.name.rpartition(".")[0]

    def at(self, line: int, text: str) -> str:
        """Say where, so that editors jump to it."""
        return f"{self.path}:{line}: {self.name} {text}"


@cache
def modules(root: Path) -> list[Module]:
    """Parse every source file of ours below a root, once: each rule asks for them again."""
    found = []
    for path in sorted(path for ours in OURS for path in (root / ours).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found.append(Module(name, path, ast.parse(path.read_text("utf-8"))))
    return found


def is_within(name: str, room: str) -> bool:
    """Say whether a dotted name is the room or lies in it."""
    return name == room or name.startswith(f"{room}.")


def row_of(module: str) -> Row | None:
    """Answer the row that a module stands under; the bare packages have none of their own."""
    fitting = [row for row in ROWS if is_within(module, row.room)]
    return max(fitting, key=lambda row: len(row.room), default=None)


def imports(module: Module) -> Iterator[Import]:
    """List what a module imports, each with its full name."""
    waiting: list[tuple[ast.AST, bool]] = [(module.tree, True)]
    while waiting:
        node, at_load = waiting.pop()
        for target in targets(node, module.package):
            yield Import(getattr(node, "lineno", 0), target, at_load)
        is_deferred = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        inside = at_load and not is_deferred
        waiting.extend((child, inside) for child in ast.iter_child_nodes(node))


def targets(node: ast.AST, package: str) -> list[str]:
    """Answer the full names that one node imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = package.rsplit(".", node.level - 1)[0] if node.level else ""
        start = ".".join(part for part in (base, node.module) if part)
        return [f"{start}.{alias.name}" for alias in node.names]
    if isinstance(node, ast.Call) and called(node) in {"import_module", "__import__"}:
        first = node.args[0] if node.args else None
        text = first.value if isinstance(first, ast.Constant) else "(a name made at run time)"
        return [importlib.util.resolve_name(str(text), package)]
    return []


def called(call: ast.Call) -> str:
    """Answer the last part of a called name."""
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def import_faults(root: Path, row: Row) -> list[str]:
    """Report every import in a room that its row does not allow."""
    faults = []
    for module in modules(root):
        if row_of(module.name) != row:
            continue
        for found in imports(module):
            why = objection(row, found)
            if why:
                faults.append(module.at(found.line, f"{why} {found.target}"))
    return faults


def objection(row: Row, found: Import) -> str:
    """Say what is wrong with an import under a row; empty when it is allowed."""
    top = found.target.partition(".")[0]
    if found.at_load and any(is_within(found.target, room) for room in row.lazily):
        return "must import only inside a function:"
    if top in OURS:
        allowed = (row.room, *row.ours)
    elif top in sys.stdlib_module_names:
        return ""
    else:
        allowed = (*row.others, *row.lazily)
    if any(is_within(found.target, room) for room in allowed):
        return ""
    if found.target.startswith("kds.__"):  # the version, say: kds/__init__.py imports nothing
        return ""
    return "must not import"


def purity_faults(root: Path, room: str) -> list[str]:
    """Report every reach for clock, chance or the world outside from a pure room."""
    faults = []
    for module in modules(root):
        if not is_within(module.name, room):
            continue
        faults += [
            module.at(found.line, f"is pure and must not import {found.target}")
            for found in imports(module)
            if any(is_within(found.target, banned) for banned in REACHES_OUT)
            and found.target not in HARMLESS
        ]
        for node in ast.walk(module.tree):
            reach = reaches_for(node)
            if reach:
                line = getattr(node, "lineno", 0)
                faults.append(module.at(line, f"is pure and must not use {reach}"))
    return faults


def reaches_for(node: ast.AST) -> str:
    """Name what a node takes from outside; empty when nothing."""
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id in WORLD:
            return f"{node.func.id}()"
        # Whatever answers `.now()` is a clock, however it came in.
        return f".{called(node)}()" if called(node) in CLOCK_AND_DICE else ""
    if isinstance(node, ast.Attribute) and node.attr in CLOCK_AND_DICE:
        # Also when handed on uncalled: `default_factory=datetime.now`. A field `x.now` is fine.
        owner = getattr(node.value, "attr", getattr(node.value, "id", ""))
        return f"{owner}.{node.attr}" if owner in {"datetime", "date", "uuid"} else ""
    return ""


def homeless(root: Path) -> list[str]:
    """Report files that stand under no row, and so under no rule."""
    return [
        module.at(1, "stands under no row of the import table")
        for module in modules(root)
        if module.name not in OURS and row_of(module.name) is None
    ]


def package_imports(root: Path) -> list[str]:
    """Report what the `__init__.py` of `kds` or `kds.store` imports; it must be nothing."""
    return [
        module.at(found.line, f"must import nothing, and imports {found.target}")
        for module in modules(root)
        if module.name in {"kds", "kds.store"}
        for found in imports(module)
    ]


def qt_outside_ui(root: Path) -> list[str]:
    """Report every import of PySide6 outside its one room."""
    return [
        module.at(found.line, "must not import PySide6; only kds.ui may")
        for module in modules(root)
        if not is_within(module.name, "kds.ui")
        for found in imports(module)
        if is_within(found.target, "PySide6")
    ]


def all_faults(root: Path) -> list[str]:
    """Report everything at once."""
    by_row = [fault for row in ROWS for fault in import_faults(root, row)]
    by_room = [fault for room in PURE for fault in purity_faults(root, room)]
    return by_row + by_room + homeless(root) + package_imports(root) + qt_outside_ui(root)


def loaded_by(module: str, root: Path) -> set[str]:
    """Import a module in a process of its own; answers the names of all that came with it."""
    code = f"import sys, {module}; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    return set(run.stdout.split())


# The tree as it is.


def none_of(faults: list[str]) -> None:
    """Fail with every fault on a line of its own."""
    assert not faults, "\n" + "\n".join(faults)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.room)
def test_room_imports_only_what_its_row_allows(row: Row) -> None:
    none_of(import_faults(ROOT, row))


@pytest.mark.parametrize("room", PURE)
def test_pure_room_has_no_clock_no_chance_and_no_world(room: str) -> None:
    none_of(purity_faults(ROOT, room))


def test_every_file_stands_under_a_row() -> None:
    none_of(homeless(ROOT))


def test_importing_kds_or_its_store_imports_nothing_else() -> None:
    """A display takes its own file from the store's room, not the bridge's database."""
    none_of(package_imports(ROOT))


def test_only_the_ui_imports_qt() -> None:
    none_of(qt_outside_ui(ROOT))


@pytest.mark.parametrize("module", ["pos_bridge.app", "pos_bridge.cli", "kds.cli"])
def test_importing_loads_no_qt(module: str) -> None:
    """The bridge runs, and rules are checked, on machines without the display extra."""
    if not any(found.name == module for found in modules(ROOT)):
        pytest.skip(f"{module} is not written yet")
    assert not loaded_by(module, ROOT) & {"PySide6", "shiboken6", "qasync"}


@pytest.mark.parametrize("module", ["kds.app.display", "kds.link"])
def test_a_display_loads_no_database_of_the_bridge_and_parses_no_rules(module: str) -> None:
    """It keeps one small file by the standard library alone; SQLAlchemy costs it 13 MB, YAML 2.

    What tills may send costs it 1, a voice where it has none another.
    """
    needless = {"sqlalchemy", "alembic", "ruamel", "kds.records.canonical", "kds.sound"}
    assert not loaded_by(module, ROOT) & needless


# Each guard, seen to fail. A breach is a file, what stands in it, and what must be reported.

BREACHES = [
    ("pos_bridge/printing/press.py", "import escpos", "must not import escpos"),
    ("pos_bridge/printing/device.py", "import sqlalchemy", "must not import sqlalchemy"),
    ("pos_bridge/printing/picture.py", "import escpos", "must not import escpos"),
    ("kds/kitchen/decide.py", "from kds.rulebook import match", "must not import kds.rulebook"),
    ("kds/kitchen/ids.py", "import pydantic", "must not import pydantic"),
    ("kds/kitchen/parts/a.py", "from ...board import place", "must not import kds.board.place"),
    ("kds/kitchen/__init__.py", "from ..board import place", "must not import kds.board.place"),
    ("kds/rulebook/book.py", "from kds.rulefiles import load", "must not import kds.rulefiles"),
    ("kds/rulebook/book.py", "import sqlalchemy", "must not import sqlalchemy"),
    ("kds/rulebook/book.py", "from PySide6 import QtCore", "must not import PySide6"),
    ("kds/board/bands.py", "import pydantic", "must not import pydantic"),
    ("kds/board/bands.py", "from kds import records", "must not import kds.records"),
    ("kds/records.py", "from kds.wire import Hello", "must not import kds.wire"),
    ("kds/records.py", "import websockets", "must not import websockets"),
    ("kds/wire/session.py", "from kds.store import log", "must not import kds.store"),
    ("kds/wire/session.py", "import websockets", "must not import websockets"),
    ("kds/store/log.py", "import kds.wire.messages", "must not import kds.wire.messages"),
    ("kds/store/log.py", "import websockets.sync", "must not import websockets.sync"),
    ("kds/store/log.py", "from PySide6.QtSql import QSql", "must not import PySide6"),
    ("kds/settings.py", "from kds import kitchen", "must not import kds.kitchen"),
    ("kds/rulefiles.py", "from kds.kitchen import ids", "must not import kds.kitchen"),
    ("kds/rulefiles.py", "import sqlalchemy.orm", "must not import sqlalchemy.orm"),
    ("kds/link.py", "from kds.board import place", "must not import kds.board"),
    ("kds/link.py", "import PySide6", "must not import PySide6"),
    ("kds/sound/queue.py", "from ..store import log", "must not import kds.store"),
    ("kds/sound/queue.py", "import kds.link", "must not import kds.link"),
    ("kds/ui/wall.py", "def f():\n    from kds.store import log", "must not import kds.store"),
    ("kds/ui/wall.py", "if TYPE_CHECKING:\n    import kds.link", "must not import kds.link"),
    ("kds/ui/wall.py", "import sqlalchemy", "must not import sqlalchemy"),
    ("kds/ui/wall.py", "import websockets", "must not import websockets"),
    ("kds/app.py", "import pos_bridge.app", "must not import pos_bridge.app"),
    ("kds/app.py", "from PySide6.QtWidgets import QApplication", "only kds.ui may"),
    ("kds/cli.py", "from kds.ui import wall", "only inside a function: kds.ui.wall"),
    ("kds/cli.py", "import pos_bridge", "must not import pos_bridge"),
    ("kds/child.py", "from kds.rulefiles import apart", "must not import kds.rulefiles.apart"),
    ("kds/commandline.py", "from kds.bench import burst", "must not import kds.bench.burst"),
    ("kds/frames.py", "from kds.ui.qt import wall", "must not import kds.ui.qt.wall"),
    ("kds/lock.py", "from kds.store import Store", "must not import kds.store.Store"),
    ("kds/__main__.py", "from kds.app import run", "must not import kds.app.run"),
    ("kds/admin/publish.py", "import pos_bridge.app", "must not import pos_bridge.app"),
    ("kds/bench/wall.py", "import kds.app", "only inside a function: kds.app"),
    ("kds/bench/burst.py", "from pos_bridge import app", "must not import pos_bridge.app"),
    ("kds/demo/commands.py", "import qasync", "only inside a function: qasync"),
    ("kds/demo/till.py", "import_module('pos_bridge.app')", "must not import pos_bridge.app"),
    ("pos_bridge/app.py", "from kds.ui import wall", "must not import kds.ui"),
    ("pos_bridge/app.py", "from kds.link import Link", "must not import kds.link"),
    ("pos_bridge/app.py", "def f():\n    import kds.app", "must not import kds.app"),
    ("pos_bridge/printing/slip.py", "import PySide6", "must not import PySide6"),
    ("pos_bridge/adapters/square.py", "import random", "is pure and must not import random"),
    ("pos_bridge/capture/paper/commands.py", "import socket", "is pure and must not import socket"),
    ("pos_bridge/capture/slips/reading.py", "open('a.yaml')", "is pure and must not use open()"),
    ("kds/helpers.py", "", "stands under no row"),
    ("kds/__init__.py", "import sys", "must import nothing, and imports sys"),
    ("kds/store/__init__.py", "from kds.store.store import Store", "must import nothing"),
    ("kds/cases/house.py", "from kds.sound import sound", "must not import kds.sound"),
    ("kds/cases/house.py", "import time", "must not import time"),
    ("kds/kitchen/a.py", "from datetime import datetime\ndatetime.now()", "must not use .now()"),
    ("kds/kitchen/a.py", "field(default_factory=datetime.now)", "must not use datetime.now"),
    ("kds/kitchen/a.py", "import datetime\ndatetime.date.today()", "must not use .today()"),
    ("kds/rulebook/due.py", "from time import monotonic", "must not import time.monotonic"),
    ("kds/rulebook/due.py", "open('rules.yaml')", "must not use open()"),
    ("kds/board/bands.py", "import time", "must not import time"),
    ("kds/board/bands.py", "from pathlib import Path", "must not import pathlib.Path"),
    ("kds/records.py", "from uuid import uuid4", "must not import uuid.uuid4"),
    ("kds/records.py", "import uuid\nuuid.uuid4()", "must not use .uuid4()"),
    ("kds/wire/session.py", "import asyncio", "must not import asyncio"),
    ("kds/wire/session.py", "from socket import socket", "must not import socket.socket"),
]


def write(root: Path, path: str, text: str) -> None:
    """Put one file into a made-up tree."""
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{text}\n", "utf-8")


@pytest.mark.parametrize(("path", "text", "report"), BREACHES)
def test_guard_reports_a_breach(tmp_path: Path, path: str, text: str, report: str) -> None:
    write(tmp_path, path, text)
    faults = all_faults(tmp_path)
    assert any(report in fault and path in fault for fault in faults), faults


@pytest.mark.parametrize("room", sorted({*(row.room for row in ROWS), *PURE}))
def test_no_row_is_without_a_breach(room: str) -> None:
    broken = {path.removesuffix(".py").replace("/", ".") for path, _, _ in BREACHES}
    assert any(is_within(module, room) for module in broken)


def test_guards_are_content_with_a_sound_tree(tmp_path: Path) -> None:
    """Values called now, a time of day, own neighbours and the version are no breach."""
    write(tmp_path, "kds/__init__.py", "__version__ = '1'")
    write(tmp_path, "kds/kitchen/a.py", "from datetime import time\nfrom . import b\nx.now")
    write(tmp_path, "kds/rulebook/a.py", "from ruamel.yaml import YAML\nfrom ..kitchen import b")
    write(tmp_path, "kds/cli.py", "from kds import __version__\ndef f():\n    import kds.ui.wall")
    write(tmp_path, "kds/ui/a.py", "from PySide6 import QtCore\nfrom kds.board import place")
    write(
        tmp_path, "pos_bridge/app.py", "import fastapi\nfrom kds.store import log\nfrom . import b"
    )
    assert all_faults(tmp_path) == []


def test_load_guard_notices_what_comes_along(tmp_path: Path) -> None:
    write(tmp_path, "PySide6/__init__.py", "")
    write(tmp_path, "made_up.py", "import PySide6")
    assert "PySide6" in loaded_by("made_up", tmp_path)
