"""The command line on a stack: shown first, done with --yes, in both languages."""

from __future__ import annotations

import copy
import io
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tessera.entrypoints import observability
from tests.fakes.http_front import HttpFront
from tests.functional.life.conftest import COFFEE, Merchant
from tools.tessera.__main__ import main

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(
    merchant: Merchant, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    """Run a command against the merchant's stack; gives its exit code and what it said."""
    for function in ("till_api", "admin_api"):
        for handler in observability.logger_of(function).handlers:
            if isinstance(handler, logging.StreamHandler):
                monkeypatch.setattr(handler, "stream", io.StringIO())
    with HttpFront() as front:
        front.gateway = merchant.gateway
        monkeypatch.setenv("TESSERA_URL", front.url)

        def command(who: str, *arguments: object) -> tuple[int, str]:
            monkeypatch.setenv("TESSERA_KEY", who)
            code = main([str(item) for item in arguments])
            told = capsys.readouterr()
            return code, told.out + told.err

        yield command


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "coffee.yaml"
    path.write_text(yaml.safe_dump(dict(COFFEE), allow_unicode=True), "utf-8")
    return path


def edit(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    document = yaml.safe_load(path.read_text("utf-8"))
    change(document)
    path.write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")


def gives(points: int) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        document["rules"][0]["then"][0]["credit"]["per_amount"]["give"] = points

    return change


@pytest.mark.requirement("X-07")
def test_publishing_shows_first_and_does_on_demand(
    run: Run, merchant: Merchant, file: Path
) -> None:
    code, said = run("alice", "publish", file)
    assert code == 0
    assert "Nothing was changed. Add --yes to do it." in said
    assert merchant.ok("maud", "GET", "/v1/programmes")["programmes"] == []

    code, said = run("alice", "publish", file, "--yes", "--why", "Opening")

    assert code == 0
    assert "Version 1 of coffee, in force from" in said
    edit(file, gives(3))
    _, said = run("maud", "plan", file, "--language", "fr")
    assert (
        "règle «\u00a0euro\u00a0», alors n°\u00a01, crédit, par montant, donne\u00a0: 2 devient 3"
        in said
    )
    run("alice", "publish", file, "--yes")
    # The same command again makes no other version.
    assert "nothing to publish" in run("alice", "publish", file, "--yes")[1]
    merchant.pass_minutes(2)
    code, said = run("maud", "versions", "coffee")
    lines = said.splitlines()
    assert [line.split()[0] for line in lines] == ["2", "1"]
    assert "“Opening”" in lines[-1]
    assert "Alice" in lines[0]


def test_what_can_not_be_published_ends_with_one(run: Run, merchant: Merchant, file: Path) -> None:
    run("alice", "publish", file, "--yes")
    edit(file, gives(1))

    code, said = run("alice", "publish", file, "--yes", "--language", "fr")

    assert code == 1
    assert "erreur /rules/0/then/0/credit rights_reduced" in said
    assert "ne peut pas être publié" in said
    assert len(merchant.ok("maud", "GET", "/v1/programmes/coffee/versions")["versions"]) == 1


@pytest.mark.requirement("X-07")
def test_rolling_back_from_the_command_line(run: Run, merchant: Merchant, file: Path) -> None:
    run("alice", "publish", file, "--yes")
    edit(file, gives(5))
    run("alice", "publish", file, "--yes")
    merchant.pass_minutes(2)
    arguments = ("rollback", "coffee", 1, "--why", "Too rich")
    notice = ("--notice-fr", "Comme avant.", "--notice-en", "As before.")

    assert run("alice", *arguments, "--yes")[0] == 1
    code, said = run("alice", *arguments, *notice)
    assert (code, "Nothing was changed" in said) == (0, True)
    code, said = run("alice", *arguments, *notice, "--yes")

    assert code == 0
    assert "Version 3" in said
    _, said = run("maud", "versions", "coffee", "--language", "fr")
    assert "retour à la version 1" in said.splitlines()[0]
    _, said = run("maud", "versions", "coffee", "--show", 2)
    assert yaml.safe_load(said) == yaml.safe_load(file.read_text("utf-8"))


@pytest.mark.requirement("X-07")
def test_the_end_of_a_programme_is_shown_before_it_is_announced(
    run: Run, merchant: Merchant, file: Path
) -> None:
    run("alice", "publish", file, "--yes")
    days = ("--earning-until", "2035-12-31", "--spending-until", "2036-06-30")
    notice = ("--notice-fr", "Le programme prend fin.", "--notice-en", "The programme ends.")

    assert run("alice", "close", "coffee", *days)[0] == 1
    code, said = run("alice", "close", "coffee", *days, *notice)
    assert (code, "2035" in said, "Nothing was changed" in said) == (0, True, True)
    code, said = run("alice", "close", "coffee", *days, *notice, "--yes", "--why", "Moving")

    assert (code, "Version 2" in said) == (0, True)
    assert "end announced" in run("maud", "versions", "coffee")[1].splitlines()[0]


def test_a_draft_begins_from_a_programme(run: Run, merchant: Merchant, file: Path) -> None:
    run("alice", "publish", file, "--yes")

    code, said = run("maud", "duplicate", "coffee", "tea", "--internal-name", "Tea 2028")

    assert (code, said.strip()) == (0, "Draft of tea saved, revision 1.")
    assert "Tea 2028" in run("maud", "drafts")[1]
    assert run("maud", "duplicate", "coffee", "coffee")[0] == 1


def test_one_asks_and_another_agrees_from_the_command_line(
    run: Run, merchant: Merchant, file: Path
) -> None:
    run("alice", "publish", file, "--yes")
    edit(file, gives(3))
    _, said = run("maud", "publish", file, "--ask", "--yes", "--why", "Spring")
    request = said.split("Asked: ")[1].split(".")[0]
    assert request in run("antoine", "requests", "coffee")[1]

    code, said = run("antoine", "requests", "coffee", "--approve", request, "--yes")

    assert (code, "Version 2" in said) == (0, True)


def test_drafts_are_listed_read_saved_and_thrown_away(
    run: Run, merchant: Merchant, file: Path
) -> None:
    code, said = run("maud", "drafts", "--save", file)
    assert (code, said.splitlines()[0]) == (0, "Draft of coffee saved, revision 1.")
    edit(file, gives(4))
    assert "revision 2" in run("maud", "drafts", "--save", file)[1]
    assert (
        "coffee  Projet Torréfaction 2027  brouillon"
        in run("maud", "drafts", "--language", "fr")[1]
    )
    expected = copy.deepcopy(dict(COFFEE))
    gives(4)(expected)
    assert yaml.safe_load(run("maud", "drafts", "--read", "coffee")[1]) == expected
    assert "Nothing was changed" in run("maud", "drafts", "--discard", "coffee")[1]
    assert "thrown away" in run("maud", "drafts", "--discard", "coffee", "--yes")[1]
    code, said = run("maud", "drafts", "--read", "coffee")
    assert (code, "draft_unknown" in said) == (1, True)


def test_a_key_comes_from_a_file_or_the_environment(
    run: Run, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("", "drafts")[1].startswith("A key is needed: --key FILE, or TESSERA_KEY")
    key = tmp_path / "key"
    key.write_text("maud\n", "utf-8")
    assert run("", "drafts", "--key", key)[0] == 0
    monkeypatch.setenv("TESSERA_URL", "")
    assert run("maud", "drafts", "--language", "fr")[1].startswith("Quelle pile ?")
