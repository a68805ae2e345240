"""What `dev.py` can do: one subcommand each, and the order in which `test` works."""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import lock
import machine
from checks import checks, run_all
from environment import Environment, become, call
from progress import Progress, SetupError

# On a small machine with an ordinary line; what is there already takes no time.
_PACKAGES_S, _PYTHON_S, _OPENING_S = 40.0, 90.0, 10.0


def main(arguments: list[str]) -> int:
    """Run one subcommand; answers the exit status, 130 when interrupted."""
    options, others = parser().parse_known_args(arguments)
    if others and options.run is not run_demo:
        parser().error(f"unrecognized arguments: {' '.join(others)}")
    options.others = others
    try:
        status: int = options.run(options)
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. Run the same command again; it cleans up by itself.", file=sys.stderr)
        return 130
    return status


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    top = argparse.ArgumentParser(prog="dev.py", description="Commands for work on this project.")
    commands = top.add_subparsers(metavar="COMMAND", required=True)

    test = commands.add_parser("test", help="prepare this machine and run every check and test")
    test.add_argument("--long", action="store_true", help="with the slow suites as well")
    test.set_defaults(run=run_test)

    demo = commands.add_parser(
        "demo", add_help=False, help="prepare this machine and run `kds demo`, whose flags follow"
    )
    demo.set_defaults(run=run_demo)

    renew = commands.add_parser("lock", help="write the lock file anew from pyproject.toml")
    renew.add_argument("--upgrade", action="store_true", help="take the newest versions that fit")
    renew.set_defaults(run=run_lock)
    return top


def run_test(options: argparse.Namespace) -> int:
    """Prepare the machine, run all checks even when one fails, and sum up."""
    todo = checks(with_long=options.long)
    progress = Progress(total=2 + len(todo))
    prepare(progress)
    return run_all(todo, progress, call)


def run_demo(options: argparse.Namespace) -> NoReturn:
    """Prepare the machine and become the demo; what is not the demo's goes to standard error."""
    environment, progress = Environment(), Progress(total=3)
    with aside():
        packages_s = 0 if machine.is_ready(machine.needs(lock.EXTRAS)) else _PACKAGES_S
        python_s = 0 if environment.is_ready else _PYTHON_S
        prepare(progress, packages_s + python_s + _OPENING_S, python_s + _OPENING_S)
        progress.announce("The evening up to 19:10", _OPENING_S)
    become([str(environment.folder / "bin" / "kds"), "demo", *options.others])


@contextmanager
def aside() -> Iterator[None]:
    """Send all that is printed, by whatever program, to standard error."""
    sys.stdout.flush()
    stdout = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(stdout, 1)
        os.close(stdout)


def run_lock(options: argparse.Namespace) -> int:
    """Renew the lock file; the next `test` installs it."""
    lock.renew(upgrade=options.upgrade)
    return 0


def prepare(progress: Progress, *left_s: float) -> None:
    """Bring Debian packages and `.venv` to what the lock says; two steps; raises SetupError.

    `left_s`: how long it will take from each of the steps on, where that is known.
    """
    packages_s, python_s = left_s or (0, 0)
    with progress.step("Debian packages", packages_s):
        machine.install_missing(machine.needs(lock.EXTRAS))
    with progress.step("Python packages in .venv", python_s):
        Environment().ensure()
