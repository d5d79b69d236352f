"""Run the Google Wallet stand-in: `python -m tools.google_standin --port P --state-dir D`."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from tools.google_standin.server import GoogleStandin


def main(arguments: list[str] | None = None) -> int:
    """Serve until a signal asks to stop; objects are kept in the state directory."""
    parser = argparse.ArgumentParser(prog="python -m tools.google_standin", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state-dir", type=Path, default=Path(".tessera"))
    options = parser.parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with GoogleStandin(options.state_dir, options.port, keep=True) as google:
        sys.stdout.write(f"Google Wallet stand-in: {google.url}, objects at {google.url}/objects\n")
        sys.stdout.flush()
        stop.wait()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
