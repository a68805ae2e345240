"""What `dev.py` can do: one subcommand each, and the order in which `test` works."""

import argparse
import sys

import lock
import machine
from checks import checks, run_all
from environment import Environment, call
from progress import Progress, SetupError


def main(arguments: list[str]) -> int:
    """Run one subcommand; answers the exit status, 130 when interrupted."""
    options = parser().parse_args(arguments)
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


def run_lock(options: argparse.Namespace) -> int:
    """Renew the lock file; the next `test` installs it."""
    lock.renew(upgrade=options.upgrade)
    return 0


def prepare(progress: Progress) -> None:
    """Bring Debian packages and `.venv` to what the lock says; two steps; raises SetupError."""
    with progress.step("Debian packages"):
        machine.install_missing(machine.needs(lock.EXTRAS))
    with progress.step("Python packages in .venv"):
        Environment().ensure()
