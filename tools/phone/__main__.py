"""The phone on the command line.

python -m tools.phone serve --port 4573       the page with both phones
python -m tools.phone add LINK                add a card, print it, follow its changes
python -m tools.phone check FILE.pkpass       would an iPhone take this file?
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from tools import testpki
from tools.phone.android import AndroidPhone
from tools.phone.card import Card, read_card
from tools.phone.iphone import IPhone, Settings
from tools.phone.page_server import PhonePage
from tools.phone.refusal import Refused

_PORT_BASE = 4566
# Pinned by the tag of the laptop's API; see the deployment template.
_API_ID = "7e55e2a0"


def _parser(base: int) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.phone", description=__doc__)
    parser.add_argument("--state-dir", type=Path, default=Path(".tessera"))
    parser.add_argument("--base-url", default=f"http://{_API_ID}.execute-api.localhost:{base}")
    parser.add_argument("--apns-control-url", default=f"http://127.0.0.1:{base + 8}")
    parser.add_argument("--google-url", default=f"http://127.0.0.1:{base + 6}")
    parser.add_argument("--language", choices=("en", "fr"), default="en")
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="the page with both phones")
    serve.add_argument("--port", type=int, default=base + 7)
    add = commands.add_parser("add", help="add a card by its link and follow it")
    add.add_argument("link")
    add.add_argument("--once", action="store_true", help="do not follow its changes")
    check = commands.add_parser("check", help="would an iPhone take this file?")
    check.add_argument("file", type=Path)
    for command in (serve, add, check):
        # The common options are understood after the command, too.
        for name in ("--state-dir", "--base-url", "--apns-control-url", "--google-url"):
            command.add_argument(
                name,
                type=Path if name == "--state-dir" else str,
                default=argparse.SUPPRESS,
                help=argparse.SUPPRESS,
            )
    return parser


def _show(card: Card) -> None:
    print(f"{card.document['organizationName']}: {card.document['description']}")
    for field in card.fields():
        print(f"  {field.group:<16} {field.label or field.key}: {field.text}")
    for code in card.barcodes():
        print(f"  {code.format}: {code.message}")


def _serve(options: argparse.Namespace) -> int:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with PhonePage(
        _iphone(options),
        AndroidPhone(options.base_url, options.google_url),
        options.state_dir / "phone" / "iphone.json",
        options.port,
    ) as page:
        print(f"Phones: {page.url}", flush=True)
        stop.wait()
    return 0


def _iphone(options: argparse.Namespace) -> IPhone:
    root = testpki.ensure(options.state_dir).root
    settings = Settings(strict=False, language=options.language)
    return IPhone(options.base_url, options.apns_control_url, root, settings=settings)


def _add(options: argparse.Namespace) -> int:
    phone = _iphone(options)
    _show(phone.add_card(options.link))
    while not options.once:
        try:
            change = phone.wait_for_change(3600)
        except TimeoutError:
            continue
        print(change.banner or "The card changed in silence.")
        for field in change.fields:
            print(f"  {field.key}: {field.before} -> {field.after}", flush=True)
    return 0


def _check(options: argparse.Namespace) -> int:
    root = testpki.ensure(options.state_dir).root
    card = read_card(
        options.file.read_bytes(),
        root=root,
        developer_mode=True,
        strict=False,
        language=options.language,
    )
    _show(card)
    for blemish in card.blemishes:
        print(f"blemish {blemish.code}: {blemish.detail}")
    return 1 if card.blemishes else 0


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Status 2 when a card or a server was refused, with the reason."""
    base = int(os.environ.get("TESSERA_PORT_BASE", str(_PORT_BASE)))
    options = _parser(base).parse_args(arguments)
    commands = {"serve": _serve, "add": _add, "check": _check}
    try:
        return commands[options.command](options)
    except Refused as refusal:
        print(f"refused, {refusal}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    raise SystemExit(main())
