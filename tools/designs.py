"""Card designs of a merchant's own, from a folder to the phones that carry the card.

    make designs ARGS="check my-design"                  make it offline: is it sound, how large?
    make designs ARGS="preview my-design"                see it on both phones, in both languages
    make designs ARGS="upload my-design"                 keep it; prints its id
    make designs ARGS="push demo spring.3f… --cards 5"   push it to five cards, then look
    make designs ARGS="push demo spring.3f… --percentage 100"
    make designs ARGS="status demo"                      also: pause, resume, roll-back
    make designs ARGS='news demo --en "Open on Sunday" --fr "Ouvert dimanche"'

A folder holds `design.json` (see docs/how-to/designs.md) and one source for each image: `icon`,
`logo`, `strip`, `google_logo`, `google_hero`, as .png, .jpg or .webp.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tessera.adapters.design_images import KINDS, is_kind
from tessera.adapters.design_workshop import DesignWorkshop
from tessera.adapters.designs import DEFAULT_DESIGN, Designs
from tessera.application.card_face import MadeDesign
from tessera.domain.errors import TesseraError
from tools.api_client import Api, ApiUnreachable, Reply
from tools.laptop import Stack
from tools.laptop.places import LaptopError, Places
from tools.uploads import UploadRefused, put_file

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
BODY_BYTES_MAX = 240 * 1024
"""A little less than the API takes; images beyond it go into S3 by themselves."""


class DesignError(RuntimeError):
    """The folder or the answer is not what it should be; the message says what to do."""


def content_of(folder: Path) -> dict[str, Any]:
    """What a folder says, as the API takes it. Raises DesignError."""
    try:
        content: dict[str, Any] = json.loads((folder / "design.json").read_text("utf-8"))
    except FileNotFoundError as error:
        raise DesignError(
            f'{folder} has no design.json. Begin with {{"name": "spring"}}'
        ) from error
    except ValueError as error:
        raise DesignError(f"{folder}/design.json is not JSON: {error}") from error
    images = {}
    themes = {path.stem for path in folder.glob("strip_*") if is_kind(path.stem)}
    for kind in (*KINDS, *sorted(themes)):
        for path in (folder / f"{kind}{suffix}" for suffix in SUFFIXES):
            if path.is_file():
                images[kind] = base64.b64encode(path.read_bytes()).decode("ascii")
    content.setdefault("name", folder.resolve().name)
    return {**content, "images": images} if images else content


def made_of(folder: Path) -> MadeDesign:
    """The design of a folder, made and judged here. Raises DesignError, TesseraError."""
    content = content_of(folder)
    return DesignWorkshop(Designs()).make(str(content["name"]), content)


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when all went well, 1 with the reason on standard error."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except TesseraError as error:
        print(_refusal(error), file=sys.stderr)
        return 1
    except (DesignError, UploadRefused, ApiUnreachable, LaptopError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _refusal(error: TesseraError) -> str:
    params = error.params
    if "rule" in params:
        return f"{params['rule']} at {params['place']}: {params['message']} {params['remedy']}"
    return str(error)


def _check(options: argparse.Namespace) -> None:
    made = made_of(options.folder)
    print(f"{made.id}: {len(made.bundle):,} bytes, languages {', '.join(made.languages)}")
    for path, size in made.files.items():
        print(f"  {size:9,} {path}")
    for warning in made.warnings:
        print(f"warning: {warning['rule']} at {warning['place']}: {warning['message']}")


def _preview(options: argparse.Namespace) -> None:
    from tools import preview_cards

    content = content_of(options.folder)
    made = made_of(options.folder)
    designs = Designs(load=lambda _: made.bundle)
    base = content.get("base") or DEFAULT_DESIGN
    found = [sample for sample in preview_cards.samples() if sample.design == base]
    wanted = [
        replace(
            sample,
            views={
                language: replace(view, design=made.id, shared_design=made.id)
                for language, view in sample.views.items()
            },
        )
        for sample in preview_cards.chosen(options, base, found)
    ]
    for path in preview_cards.pictures(designs, wanted, options.directory):
        print(path)


def _upload(options: argparse.Namespace) -> None:
    body = {**content_of(options.folder), "dry_run": options.dry_run}
    with _api(options) as api:
        told = _told(api.post("/v1/card-designs", lightened(api, body)))
    kept = "kept" if told["kept"] else "not kept: this was a dry run"
    print(f"{told['design']}: {told['bytes']:,} bytes, {kept}")
    for warning in told["warnings"]:
        print(f"warning: {warning['rule']} at {warning['place']}: {warning['message']}")


def lightened(api: Api, body: Mapping[str, Any]) -> dict[str, Any]:
    """The body as a request takes it: its largest images go into S3 until the rest fits."""
    images, uploads = dict(body.get("images") or {}), {}
    light = {**body, "images": images}
    while images and len(json.dumps(light)) > BODY_BYTES_MAX:
        kind = max(images, key=lambda one: len(images[one]))
        content = base64.b64decode(images.pop(kind))
        uploads[kind] = put_file(api, content)
        print(f"{kind}: {len(content):,} bytes, sent by itself")
    return {**light, **({"uploads": uploads} if uploads else {})}


def _list(options: argparse.Namespace) -> None:
    with _api(options) as api:
        for one in _told(api.get("/v1/card-designs"))["card_designs"]:
            print(f"{one['created_at']} {one['bytes']:9,} {one['design']}")


def _push(options: argparse.Namespace) -> None:
    body = {
        "design": options.design,
        "percentage": options.percentage,
        "cards": options.cards,
        "cards_per_minute": options.cards_per_minute,
    }
    _steered(options, "card-push", {name: value for name, value in body.items() if value})


def _news(options: argparse.Namespace) -> None:
    texts = {language: getattr(options, language) for language in ("fr", "en")}
    given = {language: text for language, text in texts.items() if text}
    if not given:
        raise DesignError("say something: --fr, --en, or both")
    _steered(options, "card-news", {"texts": given, "notify": not options.silent})


def _steer(options: argparse.Namespace) -> None:
    _steered(options, f"card-push/{options.action}", {})


def _steered(options: argparse.Namespace, path: str, body: Mapping[str, Any]) -> None:
    with _api(options) as api:
        told = _told(
            api.post(f"/v1/programmes/{options.programme}/{path}", body, secrets.token_hex(16))
        )
    print(status_text(told))


def _status(options: argparse.Namespace) -> None:
    with _api(options) as api:
        print(status_text(_told(api.get(f"/v1/programmes/{options.programme}/card-push"))))


def status_text(face: Mapping[str, Any]) -> str:
    """How the last push of a programme stands, in words."""
    push = face["push"]
    if push is None:
        return f"{face['programme']}: nothing was pushed yet"
    what = face["after"][push["kind"]]
    shown = what if isinstance(what, str) else "; ".join((what or {}).values())
    undone = "undoing; all cards show again " if push["undoes"] else ""
    return (
        f"{face['programme']}: {push['kind']} {push['state']}, {push['percentage']} % of "
        f"{push['goal_percentage']} %\n  {undone}{shown or 'what the programme says'}\n"
        f"  {push['cards_seen']} cards seen, {push['cards_changed']} changed, "
        f"{push['cards_failed']} could not be told"
    )


def _told(reply: Reply) -> dict[str, Any]:
    if not reply.ok:
        raise DesignError(reply.reason)
    return reply.body


def _api(options: argparse.Namespace) -> Api:
    """The API of the laptop's stack, or another one with TESSERA_API_KEY in the environment."""
    if options.api_url:
        key = os.environ.get("TESSERA_API_KEY")
        if not key:
            raise DesignError("set TESSERA_API_KEY to a key with the scope programmes:write")
        return Api(options.api_url, key)
    stack = Stack(Places.from_environment())
    return Api(stack.api_url, stack.admin_key)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.designs",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--api-url", help="another stack than the laptop's")
    commands = parser.add_subparsers(required=True, metavar="command")
    for name, run in (("check", _check), ("preview", _preview), ("upload", _upload)):
        command = commands.add_parser(name)
        command.add_argument("folder", type=Path)
        command.set_defaults(run=run)
        if run is _preview:
            command.add_argument("--directory", type=Path, default=Path())
            command.add_argument("--balance", type=int, help="a card with so many points or stamps")
            command.add_argument("--language", choices=("fr", "en"))
        if run is _upload:
            command.add_argument("--dry-run", action="store_true")
    commands.add_parser("list").set_defaults(run=_list)
    push = commands.add_parser("push")
    push.add_argument("programme")
    push.add_argument("design")
    push.add_argument("--percentage", type=int)
    push.add_argument("--cards", type=int)
    push.add_argument("--cards-per-minute", type=int)
    push.set_defaults(run=_push)
    news = commands.add_parser("news")
    news.add_argument("programme")
    news.add_argument("--fr")
    news.add_argument("--en")
    news.add_argument("--silent", action="store_true", help="let no phone say it")
    news.set_defaults(run=_news)
    for name, run in (("status", _status), *((one, _steer) for one in _ACTIONS)):
        command = commands.add_parser(name)
        command.add_argument("programme")
        command.set_defaults(run=run, action=name)
    return parser


_ACTIONS = ("pause", "resume", "roll-back")


if __name__ == "__main__":
    sys.exit(main())
