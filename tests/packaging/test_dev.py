"""`packaging/dev.py` and its modules, without a network and without touching this machine."""

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

import lock
import machine
import pytest
from checks import Check, checks, run_all
from environment import ROOT, Environment
from machine import Need
from progress import Progress, SetupError

DEV = ROOT / "packaging" / "dev.py"
LOCKED = (ROOT / "packaging" / "requirements.lock").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def executable(path: Path, script: str) -> None:
    """Write a shell script that stands in for a program."""
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o755)


# The first file, on whatever Python it meets.


def dev_on(version: tuple[int, int], path: Path) -> subprocess.CompletedProcess[str]:
    """Run `dev.py test` as if on another Python, with only `path` to find programs in."""
    code = (
        f"import runpy, sys; sys.version_info = {(*version, 0, 'final', 0)};"
        f"sys.argv = [{str(DEV)!r}, 'test']; runpy.run_path({str(DEV)!r}, run_name='__main__')"
    )
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_dev_parses_on_python_3_6() -> None:
    tree = ast.parse(DEV.read_text("utf-8"), feature_version=(3, 6))
    # The grammar would let these through; Python 3.6 does not.
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert "__future__" not in imported  # its `annotations` came with 3.7, and no grammar says so


@pytest.mark.parametrize("version", [(3, 6), (3, 10), (3, 14)])
def test_unsuitable_python_is_told_kindly_what_is_needed(
    tmp_path: Path, version: tuple[int, int]
) -> None:
    told = dev_on(version, tmp_path)
    assert told.returncode == 2
    assert f"This is Python {version[0]}.{version[1]}.0" in told.stderr
    assert "needs Python 3.11, 3.12 or 3.13" in told.stderr
    assert "python3 packaging/dev.py test" in told.stderr
    assert "Traceback" not in told.stderr


def test_suitable_python_on_the_path_is_used_instead(tmp_path: Path) -> None:
    """A version manager's stub that only fails (3.11 here) is passed over."""
    executable(tmp_path / "python3.11", "exit 127")
    executable(tmp_path / "python3.12", 'if [ "$1" = -c ]; then echo 3 12; else echo "ran $*"; fi')
    told = dev_on((3, 9), tmp_path)
    assert told.returncode == 0
    assert "Python 3.9 does not fit; using python3.12." in told.stderr
    assert f"ran {DEV} test" in told.stdout


def imported(file: Path) -> set[str]:
    """Return the top names of all that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return {name.partition(".")[0] for name in names}


def test_tools_need_nothing_but_the_standard_library() -> None:
    """From `dev.py` on; scripts that make assets may use what is locked."""
    waiting, seen = [DEV], {DEV}
    while waiting:
        names = imported(waiting.pop())
        ours = {path for name in names if (path := DEV.parent / f"{name}.py").exists()}
        assert names <= sys.stdlib_module_names | {path.stem for path in ours}
        waiting += ours - seen
        seen |= ours
    assert len(seen) > 5


def test_ci_runs_exactly_the_command_that_people_run() -> None:
    script = ROOT / ".ci" / "run"
    commands = re.findall(r"python\S* .*", script.read_text("utf-8"))
    assert commands == ["python3 packaging/dev.py test"]
    assert os.access(script, os.X_OK)


# Debian packages.


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder where programs are found: it has an apt-get that takes notes."""
    folder = tmp_path / "programs"
    folder.mkdir()
    (folder / "env").symlink_to("/usr/bin/env")
    executable(folder / "apt-get", f'echo "$DEBIAN_FRONTEND $*" >> {tmp_path}/apt.log')
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    return folder


def missing_until(file: Path) -> Need:
    """A need that is met once the file exists."""
    return Need("python3.11-venv", "makes the .venv with pip in it", file.exists)


def test_nothing_is_installed_where_nothing_is_missing(
    programs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.install_missing([Need("python3.11-venv", "", lambda: True)])
    assert capsys.readouterr().out.strip() == "all there"
    assert not (programs.parent / "apt.log").exists()


def test_root_is_told_what_and_why_and_lists_are_refreshed_first(
    programs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    log = programs.parent / "apt.log"
    machine.install_missing([missing_until(log)])
    assert "missing: python3.11-venv  makes the .venv with pip in it" in capsys.readouterr().out
    update, install = log.read_text("utf-8").splitlines()
    assert update.startswith("noninteractive update")
    assert "install -y --no-install-recommends python3.11-venv" in install


def test_without_root_and_sudo_the_exact_line_is_shown(programs: Path) -> None:
    line = re.escape(
        'su -c "apt-get update && apt-get install -y --no-install-recommends python3.11-venv"'
    )
    with pytest.raises(SetupError, match=line):
        machine.install_missing([missing_until(programs / "never")])
    assert not (programs.parent / "apt.log").exists()


def test_sudo_that_would_ask_with_nobody_there_is_left_to_a_person(programs: Path) -> None:
    executable(programs / "sudo", "exit 1")
    line = re.escape(
        "sudo apt-get update && sudo apt-get install -y --no-install-recommends python3.11-venv"
    )
    with pytest.raises(SetupError, match=line):
        machine.install_missing([missing_until(programs / "never")])


def test_sudo_without_password_is_used_for_apt_alone(programs: Path) -> None:
    log = programs.parent / "apt.log"
    executable(programs / "sudo", 'if [ "$1" = -n ]; then exit 0; fi; exec "$@"')
    machine.install_missing([missing_until(log)])
    assert len(log.read_text("utf-8").splitlines()) == 2


def test_what_apt_did_not_bring_is_reported(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(SetupError, match="still missing: python3.11-venv"):
        machine.install_missing([missing_until(programs / "never")])


def test_failing_apt_is_reported_with_the_line_to_try(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    executable(programs / "apt-get", "exit 100")
    with pytest.raises(SetupError, match="apt-get could not install python3.11-venv"):
        machine.install_missing([missing_until(programs / "never")])


def test_half_done_installation_is_finished_first(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first run killed in the middle of dpkg must not need a person."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    mended = programs.parent / "mended"
    executable(programs / "apt-get", f'[ "$1" = update ] || [ -e {mended} ]')
    executable(programs / "dpkg", f'[ "$*" = "--configure -a" ] && : > {mended}')
    machine.install_missing([missing_until(mended)])
    assert mended.exists()


def test_system_without_apt_learns_what_to_bring(programs: Path) -> None:
    (programs / "apt-get").unlink()
    with pytest.raises(SetupError, match="no apt-get"):
        machine.install_missing([missing_until(programs / "never")])


def test_needs_follow_the_locked_extras() -> None:
    base = [need.package for need in machine.needs([])]
    assert base == [f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"]
    assert "libegl1" in [need.package for need in machine.needs(["bridge", "display"])]
    assert all(need.reason for need in machine.needs(list(machine.OF_EXTRA)))


def test_presence_is_seen_by_what_a_package_brings() -> None:
    assert machine.has_module("json")
    assert not machine.has_module("no_such_module")
    assert machine.has_library("libc.so.6")
    assert not machine.has_library("libnosuch.so.9")


# The virtual environment.


class Programs:
    """Stands in for python and pip: notes each call, makes the folder, fails where told to."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.calls: list[str] = []
        self.failing: list[str] = []

    def __call__(self, command: Sequence[str]) -> int:
        """Take note, and answer the status of a program."""
        text = " ".join(command)
        self.calls.append(text)
        if "-m venv" in text:
            python = self.root / ".venv" / "bin" / "python"
            python.parent.mkdir(parents=True)
            python.touch()
        if self.failing and self.failing[0] in text:
            self.failing.pop(0)
            return 1
        return 0

    def count(self, word: str) -> int:
        """How many calls had this in them."""
        return sum(word in text for text in self.calls)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with nothing but a lock file and a pyproject.toml."""
    (tmp_path / "packaging").mkdir()
    (tmp_path / "packaging" / "requirements.lock").write_text("one==1\n", "utf-8")
    (tmp_path / "pyproject.toml").write_text("[project]\n", "utf-8")
    return tmp_path


def prepared(tree: Path) -> Programs:
    """Run `ensure` once; answers the programs that it called."""
    programs = Programs(tree)
    Environment(tree, programs).ensure()
    return programs


def test_fresh_tree_gets_the_lock_file_strictly_and_then_the_project(tree: Path) -> None:
    venv, packages, project = prepared(tree).calls
    assert venv.endswith(f"-m venv {tree}/.venv")
    assert "--require-hashes --no-deps --only-binary :all:" in packages
    assert "--no-build-isolation --no-deps --editable" in project


def test_second_run_calls_nothing(tree: Path) -> None:
    prepared(tree)
    assert prepared(tree).calls == []


def change_lock(tree: Path) -> None:
    """Another version in the lock file."""
    (tree / "packaging" / "requirements.lock").write_text("one==2\n", "utf-8")


def lose_python(tree: Path) -> None:
    """The machine's Python was removed, so the link dangles."""
    (tree / ".venv" / "bin" / "python").unlink()


def lose_stamp(tree: Path) -> None:
    """Somebody pressed Ctrl-C while pip worked."""
    (tree / ".venv" / "stamp.json").unlink()


def spoil_stamp(tree: Path) -> None:
    """A disk was full."""
    (tree / ".venv" / "stamp.json").write_text("{", "utf-8")


def take_other_python(tree: Path) -> None:
    """It was made by another Python."""
    stamp = tree / ".venv" / "stamp.json"
    stamp.write_text(stamp.read_text("utf-8").replace('"3.', '"4.'), "utf-8")


@pytest.mark.parametrize(
    "spoil", [change_lock, lose_python, lose_stamp, spoil_stamp, take_other_python]
)
def test_doubtful_environment_is_made_anew(tree: Path, spoil: Callable[[Path], None]) -> None:
    prepared(tree)
    leftover = tree / ".venv" / "leftover"
    leftover.touch()
    spoil(tree)
    assert prepared(tree).count("-m venv") == 1
    assert not leftover.exists()
    assert prepared(tree).calls == []


def test_moved_tree_makes_its_scripts_anew(tree: Path, tmp_path: Path) -> None:
    prepared(tree)
    stamp = tree / ".venv" / "stamp.json"
    stamp.write_text(stamp.read_text("utf-8").replace(str(tmp_path), "/elsewhere"), "utf-8")
    assert prepared(tree).count("-m venv") == 1


def test_changed_project_is_installed_alone(tree: Path) -> None:
    prepared(tree)
    (tree / "pyproject.toml").write_text("[project.scripts]\n", "utf-8")
    assert len(prepared(tree).calls) == 1


def test_broken_download_is_tried_once_more(tree: Path) -> None:
    programs = Programs(tree)
    programs.failing = ["--require-hashes"]
    Environment(tree, programs).ensure()
    assert programs.count("--require-hashes") == 2
    assert prepared(tree).calls == []


def test_failed_install_names_the_command_and_leaves_no_stamp(tree: Path) -> None:
    programs = Programs(tree)
    programs.failing = ["--require-hashes", "--require-hashes"]
    with pytest.raises(SetupError, match="--require-hashes"):
        Environment(tree, programs).ensure()
    assert prepared(tree).count("-m venv") == 1


# The checks.


def test_all_checks_run_and_each_failed_one_can_be_repeated(
    capsys: pytest.CaptureFixture[str],
) -> None:
    todo = [
        Check("first", ("first", "--x")),
        Check("second", ("second",)),
        Check("third", ("b c",)),
    ]
    ran: list[str] = []

    def run(command: Sequence[str]) -> int:
        ran.append(command[0])
        return 0 if command[0] == "second" else 1

    assert run_all(todo, Progress(3), run) == 1
    said = capsys.readouterr().out
    assert ran == ["first", "second", "b c"]
    assert "[2/3] second" in said
    assert "FAILED: third" in said
    summary = said.partition("2 of 3 checks failed")[2]
    assert "first --x" in summary
    assert "'b c'" in summary
    assert "second" not in summary


def test_all_passed_is_status_0() -> None:
    assert run_all([Check("one", ("one",))], Progress(1), lambda _: 0) == 0


def test_suites_of_both_lengths_are_the_same_but_for_the_marker() -> None:
    short, long = checks(with_long=False), checks(with_long=True)
    assert [check.title for check in short] == [check.title for check in long]
    assert "long or not long" in long[-1].command
    assert "long" in PROJECT["tool"]["pytest"]["ini_options"]["markers"][0]
    assert PROJECT["tool"]["pytest"]["ini_options"]["addopts"][-1] == "not long"


# The lock file.


def test_every_locked_package_has_hashes() -> None:
    entries = re.split(r"\n(?=\S)", LOCKED.strip())
    packages = [entry for entry in entries if not entry.startswith("#")]
    assert len(packages) > 20
    for package in packages:
        assert re.match(r"[a-z0-9-]+==[^ ]+( ; .+?)? \\\n", package), package
        assert "--hash=sha256:" in package


def test_lock_names_no_address() -> None:
    assert "://" not in LOCKED
    assert not re.search(r"--(extra-)?index-url|--find-links|\bfile:", LOCKED)


def test_lock_holds_what_the_project_asks_for() -> None:
    """Whoever adds a dependency runs `dev.py lock`; forgotten, it shows here and not in a shop."""
    asked = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]
    asked += PROJECT["build-system"]["requires"]
    for extra in lock.EXTRAS:
        asked += PROJECT["project"]["optional-dependencies"][extra]
    locked = set(re.findall(r"^([a-z0-9-]+)==", LOCKED, re.MULTILINE))
    names = {re.split(r"[^A-Za-z0-9._-]", text)[0] for text in asked}
    assert {re.sub(r"[._]", "-", name).lower() for name in names} <= locked


def test_renewing_keeps_versions_unless_asked_and_writes_no_address() -> None:
    target = Path("packaging/requirements.lock")
    words = lock.compile_arguments(target, upgrade=False)
    assert {"--universal", "--generate-hashes", "--no-emit-index-url"} <= set(words)
    assert "--upgrade" not in words
    assert "--upgrade" in lock.compile_arguments(target, upgrade=True)


def test_stamp_is_one_json_document(tree: Path) -> None:
    prepared(tree)
    stamp = json.loads((tree / ".venv" / "stamp.json").read_text("utf-8"))
    assert set(stamp) == {"packages", "project"}
