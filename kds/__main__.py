"""`python -m kds`: the same as the command `kds`."""

from kds.cli import main

raise SystemExit(main())
