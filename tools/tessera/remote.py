"""Programmes on a deployed stack: what a command line asks its API for.

The stack's address is `--stack` or TESSERA_URL. The key, or a staff member's token, is in the file
that `--key` names or in TESSERA_KEY: what stands on a command line is seen by everybody on the
machine. Whatever takes effect for members is only shown, until `--yes` says so.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from tools.api_client import Api, ApiUnreachable, Reply
from tools.tessera.documents import DocumentError, read_document
from tools.tessera.remote_words import WORDS

URL_VARIABLE, KEY_VARIABLE = "TESSERA_URL", "TESSERA_KEY"


class RemoteError(Exception):
    """What a stack refused, or what is missing to ask it; the message is for people."""


def add_commands(commands: Any) -> None:
    """The commands that need a stack."""
    published = _command(commands, "publish", _publish, "publish a document, once --yes is given")
    published.add_argument("draft", type=Path)
    published.add_argument("--at", help="from when (RFC 3339); as soon as it can unless told")
    published.add_argument("--ask", action="store_true", help="ask another person to agree")
    rolled = _command(commands, "rollback", _roll_back, "publish an older version anew")
    rolled.add_argument("programme")
    rolled.add_argument("version", type=int)
    closed = _command(commands, "close", _close, "announce the end of a programme")
    closed.add_argument("programme")
    closed.add_argument("--earning-until", required=True, metavar="DAY", help="as 2027-12-31")
    closed.add_argument("--spending-until", required=True, metavar="DAY")
    for command in (rolled, closed):
        command.add_argument("--notice-fr", help="what members read, where they lose something")
        command.add_argument("--notice-en")
    for command in (published, rolled, closed):
        command.add_argument("--why", help="kept in the history of versions")
        command.add_argument("--yes", action="store_true", help="do it; else it is only shown")
    copied = _command(commands, "duplicate", _duplicate, "begin a draft from a programme")
    copied.add_argument("programme")
    copied.add_argument("new_id", help="of the programme that the draft begins")
    copied.add_argument("--internal-name", help="what the merchant calls the new one")
    versions = _command(commands, "versions", _versions, "who published what, when and why")
    versions.add_argument("programme")
    versions.add_argument("--show", type=int, metavar="VERSION", help="print that document")
    drafts = _command(commands, "drafts", _drafts, "list programmes; read, save or discard drafts")
    drafts.add_argument("--read", metavar="PROGRAMME", help="print a draft as YAML")
    drafts.add_argument("--save", type=Path, metavar="FILE", help="save a file as the draft")
    drafts.add_argument("--discard", metavar="PROGRAMME", help="throw a draft away, with --yes")
    drafts.add_argument("--yes", action="store_true")
    asked = _command(commands, "requests", _requests, "publications that wait for another person")
    asked.add_argument("programme")
    asked.add_argument("--approve", metavar="ID", help="agree to one, with --yes")
    asked.add_argument("--yes", action="store_true")


def add_stack(command: argparse.ArgumentParser) -> None:
    """The options that name a stack and a key."""
    command.add_argument("--stack", default=os.environ.get(URL_VARIABLE, ""), metavar="URL")
    command.add_argument(
        "--key",
        type=Path,
        metavar="FILE",
        help=f"the file of the key; else {KEY_VARIABLE} holds it",
    )


def _command(
    commands: Any, name: str, run: Callable[[argparse.Namespace], int], text: str
) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    add_stack(command)
    command.set_defaults(run=run)
    return command


def plan(options: argparse.Namespace, draft: Path) -> int:
    """Say what a file would change on the stack; 1 where it can't be published so."""
    document = read_document(draft)
    with _api(options) as api:
        return 0 if _show_plan(api, options, document) else 1


def _publish(options: argparse.Namespace) -> int:
    words = WORDS[options.language]
    document = read_document(options.draft)
    path = f"/v1/programmes/{_id_of(document)}"
    with _api(options) as api:
        if not _show_plan(api, options, document):
            return 1
        if _is_latest(api, path, document):
            print(words["there"])
            return 0
        if not options.yes:
            print(words["dry"])
            return 0
        body = {"document": document, "effective_at": options.at, "why": options.why}
        sent = {name: value for name, value in body.items() if value is not None}
        way = "requests" if options.ask else "publish"
        told = _done(api.post(f"{path}/{way}", sent, _key(api, path, way, sent))).body
        if options.ask:
            print(words["asked"].format(id=told["id"]))
        else:
            _show_publication(words, told)
    return 0


def _roll_back(options: argparse.Namespace) -> int:
    path = f"/v1/programmes/{options.programme}"
    with _api(options) as api:
        found = _done(api.get(f"{path}/versions/{options.version}")).body
        document, notice = found["document"], _notice(options)
        if notice:
            document = {**document, "texts": {**document.get("texts", {}), "notice": notice}}
        body = {"version": options.version, "why": options.why, "notice": notice}
        return _show_then_do(api, options, document, "rollback", body)


def _close(options: argparse.Namespace) -> int:
    path = f"/v1/programmes/{options.programme}"
    days = {"earning_until": options.earning_until, "spending_until": options.spending_until}
    notice = _notice(options)
    if notice is None:
        raise RemoteError(WORDS[options.language]["both_notices"])
    with _api(options) as api:
        version = _done(api.get(path)).body["version"]
        document = _done(api.get(f"{path}/versions/{version}")).body["document"]
        texts = {**document.get("texts", {}), "notice": notice}
        ended = {**document, "texts": texts, "closing": days}
        body = {**days, "notice": notice, "why": options.why}
        return _show_then_do(api, options, ended, "close", body)


def _show_then_do(
    api: Api,
    options: argparse.Namespace,
    document: Mapping[str, Any],
    way: str,
    body: Mapping[str, Any],
) -> int:
    """Show what the document would change; with --yes send what makes it the next version."""
    words = WORDS[options.language]
    if not _show_plan(api, options, document):
        return 1
    if not options.yes:
        print(words["dry"])
        return 0
    path = f"/v1/programmes/{options.programme}"
    sent = {name: value for name, value in body.items() if value is not None}
    told = _done(api.post(f"{path}/{way}", sent, _key(api, path, way, sent)))
    _show_publication(words, told.body)
    return 0


def _duplicate(options: argparse.Namespace) -> int:
    words = WORDS[options.language]
    path = f"/v1/programmes/{options.programme}"
    body = {"programme": options.new_id, "internal_name": options.internal_name}
    sent = {name: value for name, value in body.items() if value is not None}
    with _api(options) as api:
        told = _done(api.post(f"{path}/duplicate", sent, _key(api, path, "duplicate", sent))).body
        print(words["saved"].format(**told))
    return 0


def _versions(options: argparse.Namespace) -> int:
    words = WORDS[options.language]
    path = f"/v1/programmes/{options.programme}/versions"
    with _api(options) as api:
        if options.show is not None:
            _print_document(_done(api.get(f"{path}/{options.show}")).body["document"])
            return 0
        cursor = ""
        while True:
            page = _done(api.get(f"{path}?limit=100{cursor}")).body
            for one in page["versions"]:
                print(_version_line(words, one))
            if not page["next"]:
                return 0
            cursor = f"&cursor={page['next']}"


def _drafts(options: argparse.Namespace) -> int:
    words = WORDS[options.language]
    with _api(options) as api:
        if options.read:
            path = f"/v1/programmes/{options.read}/draft"
            _print_document(_done(api.get(path)).body["document"])
        elif options.save:
            document = read_document(options.save)
            path = f"/v1/programmes/{_id_of(document)}/draft"
            body = {"document": document, "revision": _revision(api, path)}
            told = _done(api.call("PUT", path, body)).body
            print(words["saved"].format(**told))
            _show_findings(words, told["findings"])
        elif options.discard:
            path = f"/v1/programmes/{options.discard}/draft"
            revision = _done(api.get(path)).body["revision"]
            if not options.yes:
                print(words["dry"])
                return 0
            _done(api.call("DELETE", f"{path}?revision={revision}"))
            print(words["discarded"])
        else:
            for row in _done(api.get("/v1/programmes")).body["programmes"]:
                print(_programme_line(words, row))
    return 0


def _requests(options: argparse.Namespace) -> int:
    words = WORDS[options.language]
    path = f"/v1/programmes/{options.programme}/requests"
    with _api(options) as api:
        if not options.approve:
            for one in _done(api.get(path)).body["requests"]:
                asked = one["asked"]
                who = asked["name"] or asked["credential"]
                print(
                    f"{one['id']}  {words[one['status']]}  {asked['at']}  {who}  {one['why'] or ''}"
                )
            return 0
        found = _done(api.get(f"{path}/{options.approve}")).body
        if not _show_plan(api, options, found["document"]):
            return 1
        if not options.yes:
            print(words["dry"])
            return 0
        reply = api.call(
            "POST", f"{path}/{options.approve}/approve", None, f"cli-{options.approve}"
        )
        _show_publication(words, _done(reply).body)
    return 0


def _show_plan(api: Api, options: argparse.Namespace, document: Mapping[str, Any]) -> bool:
    """Print what a document changes; says whether it can be published."""
    words = WORDS[options.language]
    path = f"/v1/programmes/{_id_of(document)}/plan"
    found = _done(api.post(path, {"document": document})).body
    if found["live_version"] is None:
        print(words["first"])
    for one in found["differences"]:
        print(one["text"])
    if found["live_version"] is not None and not found["differences"]:
        print(words["same"])
    _show_findings(words, found["findings"])
    print(words["touched"].format(count=found["accounts"]))
    for one in found["vouchers"]:
        print(one["text"])
    if found["second_approver"]:
        print(words["two"])
    if not found["publishable"]:
        print(words["not_publishable"], file=sys.stderr)
    return bool(found["publishable"])


def _show_findings(words: Mapping[str, str], findings: list[dict[str, Any]]) -> None:
    for one in findings:
        print(f"{words[one['severity']]} {one['pointer']} {one['code']}\n    {one['remedy']}")


def _show_publication(words: Mapping[str, str], told: Mapping[str, Any]) -> None:
    print(words["published"].format(**told))


def _version_line(words: Mapping[str, str], one: Mapping[str, Any]) -> str:
    published, approved = one["published"], one["approved"]
    parts = [
        f"{one['version']:>4}",
        words[one["state"]],
        one["effective_at"],
        words[one["kind"]].format(origin=one["origin"]),
        published["name"] or published["credential"],
    ]
    if approved:
        parts.append(words["approved_by"].format(name=approved["name"] or approved["credential"]))
    if one["why"]:
        parts.append(f"“{one['why']}”")
    return "  ".join(parts)


def _programme_line(words: Mapping[str, str], row: Mapping[str, Any]) -> str:
    parts = [row["programme"], row["internal_name"] or "-", words[f"state_{row['state']}"]]
    if row["version"]:
        parts.append(words["version"].format(version=row["version"]))
    parts += [words["coming"].format(**one) for one in row["scheduled"]]
    if row["draft"]:
        parts.append(words["draft"].format(revision=row["draft"]["revision"]))
    return "  ".join(parts)


def _api(options: argparse.Namespace) -> Api:
    words = WORDS[options.language]
    if not options.stack:
        raise RemoteError(words["no_stack"].format(variable=URL_VARIABLE))
    key = (
        options.key.read_text("utf-8").strip() if options.key else os.environ.get(KEY_VARIABLE, "")
    )
    if not key:
        raise RemoteError(words["no_key"].format(variable=KEY_VARIABLE))
    try:
        return Api(options.stack, key, language=options.language)
    except ValueError as error:
        raise RemoteError(str(error)) from error


def _done(reply: Reply) -> Reply:
    """The reply, where the stack did what it was asked for."""
    if not reply.ok:
        faults = "".join(
            f"\n  {fault['field']} {fault['code']}: {fault['detail']}"
            for fault in reply.body.get("errors") or ()
        )
        raise RemoteError(f"{reply.reason}{faults}")
    return reply


def _revision(api: Api, path: str) -> int:
    reply = api.get(path)
    return 0 if reply.status == 404 else int(_done(reply).body["revision"])


def _is_latest(api: Api, path: str, document: Mapping[str, Any]) -> bool:
    """Whether this very document is the latest version, in force or scheduled."""
    latest = _latest(api, path)
    if not latest:
        return False
    found: bool = _done(api.get(f"{path}/versions/{latest}")).body["document"] == document
    return found


def _latest(api: Api, path: str) -> int:
    """The number of the latest version; 0 where there is none."""
    reply = api.get(f"{path}/versions?limit=1")
    return 0 if reply.status == 404 else int(_done(reply).body["versions"][0]["version"])


def _key(api: Api, path: str, way: str, body: Mapping[str, Any]) -> str:
    """The same command on the same versions is the same request; after another version it isn't."""
    content = json.dumps([way, _latest(api, path), body], sort_keys=True, ensure_ascii=False)
    return f"cli-{hashlib.sha256(content.encode()).hexdigest()[:40]}"


def _notice(options: argparse.Namespace) -> dict[str, str] | None:
    if not (options.notice_fr or options.notice_en):
        return None
    if not (options.notice_fr and options.notice_en):
        raise RemoteError(WORDS[options.language]["both_notices"])
    return {"fr": options.notice_fr, "en": options.notice_en}


def _id_of(document: Mapping[str, Any]) -> str:
    found = document.get("programme")
    if not isinstance(found, str) or not found:
        raise DocumentError("the document names no programme")
    return found


def _print_document(document: Mapping[str, Any]) -> None:
    print(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), end="")


FAILURES: tuple[type[Exception], ...] = (RemoteError, ApiUnreachable)
"""What a command ends with where a stack said no, or nothing."""
