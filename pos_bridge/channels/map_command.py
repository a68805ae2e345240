"""The command line of `pos-bridge map`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any


def add_map_command(commands: Any) -> None:
    """Describe it."""
    parser = commands.add_parser("map", help="try a mapping file for payloads of other systems")
    kinds = parser.add_subparsers(metavar="COMMAND", required=True)
    test = kinds.add_parser("test", help="show the ticket that MAP makes of PAYLOAD")
    test.add_argument("map", type=Path, metavar="MAP.yaml")
    test.add_argument("payload", metavar="PAYLOAD", help="a file; - for standard input")
    test.add_argument("--form", action="store_true", help="the payload is a web form")
    test.add_argument("--zone", default="Asia/Shanghai", help="for times without an offset")
    test.add_argument("--lang", choices=("zh", "en"), default="en")
    test.add_argument("--json", action="store_true", help="print the canonical orders")
    test.set_defaults(run=_test)
    schema = kinds.add_parser("schema", help="print the JSON Schema of mapping files, for editors")
    schema.add_argument("--lang", choices=("zh", "en"), default="en")
    schema.set_defaults(run=_schema)


def _test(options: argparse.Namespace) -> int:
    from pos_bridge.channels import map_test  # the language of mapping files loads only here

    return map_test.run(options)


def _schema(options: argparse.Namespace) -> int:
    from pos_bridge.adapters.mapped.jsonschema import map_schema

    print(json.dumps(map_schema(options.lang), ensure_ascii=False, indent=2))
    return 0
