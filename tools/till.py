"""Tills and clerks of the running laptop stack: what a manager does before a shop opens.

    python -m tools.till invite --store rivoli --name "Counter 2" [--training] [--minutes 15]
    python -m tools.till clerk --store rivoli --name Zoé --pin 4711
    python -m tools.till list
    python -m tools.till revoke till_…

An invitation is shown as a QR code: the browser that opens it becomes the till. `make till`
invites one in the demonstration's store.
"""

from __future__ import annotations

import argparse
import io
import secrets
import sys
from collections.abc import Sequence

import qrcode

from tools.api_client import Api, ApiUnreachable, Reply
from tools.demo.loading import STORE, DemoError, expect
from tools.laptop.places import LaptopError, Places
from tools.laptop.stack import Stack


def invite(api: Api, store: str, name: str, *, training: bool, minutes: int) -> Reply:
    """Make a till and the code that enrols one browser as it."""
    body = {"store": store, "name": name, "training": training, "minutes": minutes}
    return expect(api.post("/v1/tills", body, key=secrets.token_hex(16)))


def drawn(text: str) -> str:
    """A QR code for a terminal with light letters on a dark ground."""
    code = qrcode.QRCode(border=2, error_correction=qrcode.constants.ERROR_CORRECT_L)
    code.add_data(text)
    written = io.StringIO()
    code.print_ascii(out=written, invert=True)
    return written.getvalue()


def _invite(api: Api, options: argparse.Namespace) -> None:
    made = invite(
        api, options.store, options.name, training=options.training, minutes=options.minutes
    )
    enrolment = made.body["enrolment"]
    print(drawn(enrolment["url"]))
    print(f"till     {made.body['id']}, {options.name}, store {options.store}")
    print(f"open     {enrolment['url']}")
    print(f"or type  {enrolment['code']}   until {enrolment['expires_at']}, in one browser")


def _clerk(api: Api, options: argparse.Namespace) -> None:
    body = {"name": options.name, "pin": options.pin}
    path = f"/v1/stores/{options.store}/clerks"
    added = expect(api.post(path, body, key=secrets.token_hex(16)))
    print(f"clerk    {added.body['id']}, {options.name}, store {options.store}")


def _list(api: Api, _: argparse.Namespace) -> None:
    for till in expect(api.get("/v1/tills?limit=100")).body["tills"]:
        kind = "training" if till["training"] else ""
        print(f"{till['id']}  {till['status']:<8} {till['store']:<16} {till['name']} {kind}")


def _revoke(api: Api, options: argparse.Namespace) -> None:
    revoked = expect(api.call("DELETE", f"/v1/tills/{options.till}"))
    print(f"{revoked.body['id']} is revoked: its next request is refused")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.till", description=__doc__)
    commands = parser.add_subparsers(required=True)
    inviting = commands.add_parser("invite", help="make a till and show its QR code")
    inviting.add_argument("--store", default=STORE)
    inviting.add_argument("--name", default="Till")
    inviting.add_argument("--training", action="store_true", help="for people who learn")
    inviting.add_argument("--minutes", type=int, default=15, help="how long the code holds")
    inviting.set_defaults(act=_invite)
    adding = commands.add_parser("clerk", help="add a clerk")
    adding.add_argument("--store", default=STORE)
    adding.add_argument("--name", required=True)
    adding.add_argument("--pin", required=True, help="four to eight digits")
    adding.set_defaults(act=_clerk)
    commands.add_parser("list", help="list the tills").set_defaults(act=_list)
    revoking = commands.add_parser("revoke", help="revoke a till at once")
    revoking.add_argument("till")
    revoking.set_defaults(act=_revoke)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when it was done, 1 with the reason on standard error."""
    options = _parser().parse_args(arguments)
    try:
        places = Places.from_environment()
        with Api(places.api_url, Stack(places).admin_key) as api:
            options.act(api, options)
    except (LaptopError, DemoError, ApiUnreachable) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
