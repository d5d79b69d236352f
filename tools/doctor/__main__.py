"""`wallet doctor`: files offline, or with --live a deployed stack.

    make doctor ARGS="card.pkpass"
    make doctor ARGS="--live https://…/cards/… --language fr"

Live, it asks as phones and Google ask: it fetches the link's card, registers a device that does
not exist and takes it off again. Exit status: 0 nothing wrong, 1 errors, 2 the call is wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from passbook.doctor import cli
from tools.doctor.google import API, GoogleProbe, account_of
from tools.doctor.live import Check, LiveDoctor
from tools.doctor.words import SYMPTOMS, TOLD, say


def main(arguments: Sequence[str] | None = None) -> int:
    """The doctor of files, unless --live is asked for."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not any(one == "--live" or one.startswith("--live=") for one in given):
        if "--help" in given or "-h" in given:
            _parser().print_help()
            print()
        return cli.main(given)
    options = _parser().parse_args(given)
    try:
        doctor = LiveDoctor(
            options.live,
            options.language,
            options.root.read_bytes() if options.root else None,
            _google(options),
        )
        checks = doctor.look()
    except (OSError, ValueError) as error:
        # A file that is not there, or a root that is no certificate: the call is wrong.
        print(error, file=sys.stderr)
        return 2
    for check in checks:
        _report(check, options.language, as_json=options.json)
    errors = sum(check.failed for check in checks)
    if not options.json:
        warnings = sum(bool(check.troubles) and not check.failed for check in checks)
        unseen = sum(bool(check.unseen) for check in checks)
        counts = {"errors": errors, "warnings": warnings, "unseen": unseen}
        print(say(TOLD, "summary", options.language, **counts))
    return 1 if errors else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="doctor", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--live", metavar="LINK", help="the link of a card that may be looked at")
    parser.add_argument("--language", choices=("en", "fr"), default="en")
    parser.add_argument("--root", type=Path, metavar="FILE", help="root of a test chain")
    parser.add_argument(
        "--google-account", type=Path, metavar="FILE", help="the Google secret, as JSON"
    )
    parser.add_argument("--programme", default="demo", help="whose class to look at")
    parser.add_argument("--google-url", default=API, help="another Google, for tests")
    parser.add_argument("--json", action="store_true", help="one JSON object per check")
    return parser


def _google(options: argparse.Namespace) -> GoogleProbe | None:
    if options.google_account is None:
        return None
    account = account_of(options.google_account.read_text("utf-8"))
    if account is None:
        raise ValueError(f"{options.google_account.name} holds no service account")
    return GoogleProbe(account, options.programme, options.google_url)


def _report(check: Check, language: str, *, as_json: bool) -> None:
    symptom = SYMPTOMS[check.number][language == "fr"]
    if as_json:
        told = [{"severity": one.severity, "text": one.text} for one in check.troubles]
        content = {"number": check.number, "symptom": symptom, "troubles": told}
        print(json.dumps({**content, "unseen": check.unseen or None}, ensure_ascii=False))
        return
    state = "in_order" if not check.troubles else "error" if check.failed else "warning"
    if check.unseen:
        state = "not_looked_at"
    colon = "\u00a0:" if language == "fr" else ":"
    print(f"{check.number:2}. {symptom}{colon} {say(TOLD, state, language)}")
    for text in [one.text for one in check.troubles] + ([check.unseen] if check.unseen else []):
        print(f"    -> {text}")


if __name__ == "__main__":
    sys.exit(main())
