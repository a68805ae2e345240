"""`python -m pos_bridge` is `pos-bridge`."""

import sys

from pos_bridge.cli import main

if __name__ == "__main__":
    sys.exit(main())
