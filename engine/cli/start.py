"""Where `sync` begins: Ctrl-C is one line also while the commands are still being read."""

from __future__ import annotations

import sys

INTERRUPTED = 130
STOPPED = "stopped; run the same command again to go on"


def main() -> None:
    """Run a command, as `engine.cli.app.main` does."""
    try:
        from engine.cli import app

        app.main()
    except KeyboardInterrupt:
        sys.stderr.write(f"sync: {STOPPED}\n")
        sys.exit(INTERRUPTED)
