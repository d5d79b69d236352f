"""Run the identity provider's stand-in, or sign in: `python -m tools.oidc_standin token maud`.

serve   serve until a signal asks to stop; keys are kept in the state directory
token   print a token for one of the demo staff: maud and paul (marketers), antoine (approver),
        alice (administrator), nadia (no role)
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import urllib.request
from json import load
from pathlib import Path
from urllib.error import URLError

from tools.oidc_standin.people import PEOPLE
from tools.oidc_standin.server import HOST, OidcStandin


def main(arguments: list[str] | None = None) -> int:
    """0 when done; 1 where no stand-in answers."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.oidc_standin",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, dest="command")
    serving = commands.add_parser("serve")
    serving.add_argument("--state-dir", type=Path, default=Path(".tessera"))
    signing = commands.add_parser("token")
    signing.add_argument("person", choices=sorted(PEOPLE))
    for command in (serving, signing):
        command.add_argument("--port", type=int, required=True)
    options = parser.parse_args(arguments)
    return _token(options) if options.command == "token" else _serve(options)


def _serve(options: argparse.Namespace) -> int:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with OidcStandin(options.state_dir, options.port) as provider:
        sys.stdout.write(f"identity provider stand-in: {provider.issuer}\n")
        sys.stdout.flush()
        stop.wait()
    return 0


def _token(options: argparse.Namespace) -> int:
    address = f"http://{HOST}:{options.port}/demo/token"
    try:
        with urllib.request.urlopen(address, f"person={options.person}".encode(), 5) as answer:
            print(load(answer)["access_token"])
    except URLError as error:
        print(f"no sign-in at {address} ({error.reason}). Run: make run", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
