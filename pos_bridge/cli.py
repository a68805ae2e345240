"""The command line: `pos-bridge serve`, `schema` and what other rooms add to it."""

from __future__ import annotations

import argparse
import gc
import json
import math
import os
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from pos_bridge.capture import flags as capture_flags
from pos_bridge.channels.map_command import add_map_command
from pos_bridge.client.command import add_send_command
from pos_bridge.printing.command import add_slips_command
from pos_bridge.settings import Address, Settings, StartError, check_reach, read_tokens

DEFAULT_HTTP = "127.0.0.1:8480"
DEFAULT_DISPLAYS = "127.0.0.1:8481"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; answers the exit status: 0 well, 1 could not, 2 wrong usage."""
    options = parser().parse_args(arguments)
    try:
        status: int = options.run(options)
    except StartError as failure:
        print(f"pos-bridge: {' '.join(str(failure).split())}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader of our output went away, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return status


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    top = argparse.ArgumentParser(
        prog="pos-bridge", description="Takes orders from any till and tells every kitchen screen."
    )
    commands = top.add_subparsers(metavar="COMMAND", required=True)
    serve = commands.add_parser("serve", help="take orders and serve the displays until SIGTERM")
    _add_serve_flags(serve)
    serve.set_defaults(run=_serve)
    schema = commands.add_parser("schema", help="print the JSON Schema of the canonical order")
    schema.set_defaults(run=_schema)
    add_map_command(commands)
    add_send_command(commands)
    capture_flags.add_command(commands)
    add_slips_command(commands)
    return top


def _add_serve_flags(serve: argparse.ArgumentParser) -> None:
    add = serve.add_argument
    add("--data", required=True, type=_folder, metavar="DIR", help="where everything is kept")
    add("--rules", type=_folder, metavar="DIR", help="the rule book's folder (DATA/rules)")
    add("--http", type=_address, default=DEFAULT_HTTP, metavar="HOST:PORT", help="for tills")
    add(
        "--displays", type=_address, default=DEFAULT_DISPLAYS, metavar="HOST:PORT", help="for walls"
    )
    capture_flags.add_to(serve, _address)
    add("--database", metavar="URL", help="instead of the SQLite file in DATA")
    add("--pos", type=Path, metavar="FILE", help="vendors' secrets and options (DATA/pos.toml)")
    add("--token-file", type=Path, metavar="FILE", help="one secret text per line")
    add("--time-scale", type=_scale, default=1.0, metavar="X", help="kitchen seconds per second")
    add("--starts-at", type=_moment, metavar="TIME", help="kitchen time at the start, with a zone")
    add("--ends-with-stdin", action="store_true", help="end when standard input closes")
    add("--live-rules", action="store_true", help="rule changes go live also with open tickets")


def _address(text: str) -> Address:
    """Read HOST:PORT; an IPv6 address stands in brackets."""
    host, colon, port = text.rpartition(":")
    is_bare = "[" not in host and "]" not in host and ":" not in host
    is_bracketed = host.startswith("[") and host.endswith("]")
    number = int(port) if port.isascii() and port.isdigit() and len(port) <= 5 else -1
    if not (colon and host and (is_bare or is_bracketed) and 0 <= number <= 65535):
        raise argparse.ArgumentTypeError(f"'{text}' is not HOST:PORT, such as 127.0.0.1:8480")
    return Address(host.strip("[]"), number)


def _folder(text: str) -> Path:
    """Read a folder's name; an empty one, as of a variable that is not set, means no folder."""
    if not text.strip():
        raise argparse.ArgumentTypeError("the folder's name is empty")
    return Path(text)


def _scale(text: str) -> float:
    """Read a factor above 0."""
    try:
        factor = float(text)
    except ValueError:
        factor = math.nan
    if not 0 < factor <= 10_000:
        raise argparse.ArgumentTypeError(f"'{text}' is no number above 0 and up to 10,000")
    return factor


def _moment(text: str) -> float:
    """Read a time with its zone, as seconds since 1970."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f"'{text}' is no time such as 2026-11-21T19:10:00+08:00")
    return moment.timestamp()


def _serve(options: argparse.Namespace) -> int:
    if "?" in str(options.data):
        raise StartError("--data must not have a question mark in it: databases read more there.")
    settings = Settings(
        data=options.data.absolute(),
        database=options.database or f"sqlite:///{options.data.absolute() / 'kitchen.db'}",
        http=options.http,
        displays=options.displays,
        rules=options.rules.absolute() if options.rules else None,
        tokens=read_tokens(options.token_file) if options.token_file else (),
        time_scale=options.time_scale,
        live_rules=options.live_rules,
        starts_at=options.starts_at,
        ends_with_stdin=options.ends_with_stdin,
        pos=options.pos.absolute() if options.pos else None,
        **capture_flags.settings_of(options),
    )
    check_reach(settings)
    gc.disable()  # nothing of a start becomes garbage; `app` switches it on again
    from pos_bridge import app  # the servers load only where they serve

    return app.run(settings)


def _schema(_options: argparse.Namespace) -> int:
    from kds.records.canonical import canonical_schema

    print(json.dumps(canonical_schema(), indent=2, ensure_ascii=False))
    return 0
