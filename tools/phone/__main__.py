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
# Where each part stands above the first port of a laptop stack.
_GOOGLE, _PHONE, _APNS_CONTROL = 6, 7, 8
# Pinned by the tag of the laptop's API; see the deployment template.
_API_ID = "7e55e2a0"


def _common() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--state-dir", type=Path, default=Path(".tessera"))
    common.add_argument("--base-url", help="what completes links that are only a path")
    common.add_argument("--apns-control-url", help="the plain port of the push service's stand-in")
    common.add_argument("--google-url", help="the Google Wallet stand-in")
    common.add_argument("--language", choices=("en", "fr"), default="en")
    return common


def _parser(base: int) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.phone",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    common = [_common()]
    serve = commands.add_parser("serve", parents=common, help="the page with both phones")
    serve.add_argument("--port", type=int, default=base + _PHONE)
    add = commands.add_parser("add", parents=common, help="add a card by its link and follow it")
    add.add_argument("link")
    add.add_argument("--once", action="store_true", help="do not follow its changes")
    check = commands.add_parser("check", parents=common, help="would an iPhone take this file?")
    check.add_argument("file", type=Path)
    return parser


def _complete(options: argparse.Namespace, base: int) -> None:
    """Fill in the addresses of a laptop stack; the page's own port says which stack it is of."""
    if options.command == "serve":
        base = options.port - _PHONE
    options.base_url = options.base_url or f"http://{_API_ID}.execute-api.localhost:{base}"
    options.apns_control_url = (
        options.apns_control_url or f"http://127.0.0.1:{base + _APNS_CONTROL}"
    )
    options.google_url = options.google_url or f"http://127.0.0.1:{base + _GOOGLE}"


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
    _complete(options, base)
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
