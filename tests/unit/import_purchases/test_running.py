"""An import that is stopped, killed or repeated loses and doubles nothing."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tools.api_client import Api, ApiUnreachable, Reply
from tools.import_purchases.presets import read_cdnow
from tools.import_purchases.running import Run, Target
from tools.import_purchases.source import Source
from tools.import_purchases.state import ImportState

CDNOW = Path(__file__).parents[2] / "data" / "cdnow_first_100.txt"


class PretendedApi:
    """The API as importers see it: documents and keys are carried out once, whoever asks."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.members: dict[str, str] = {}
        self.documents: dict[str, dict[str, Any]] = {}
        self.order: dict[str, list[str]] = defaultdict(list)
        self.calls = 0
        self.dies_after: int | None = None
        self.refuse: Callable[[Mapping[str, Any]], bool] = lambda _: False

    def post(self, path: str, body: Mapping[str, Any], key: str | None = None) -> Reply:
        with self.lock:
            self.calls += 1
            if self.dies_after is not None and self.calls > self.dies_after:
                raise ApiUnreachable("gone")
            if path == "/v1/members":
                name = body["external_id"]
                was_there = name in self.members
                self.members.setdefault(name, f"mem_{len(self.members)}")
                return Reply(201, {"member_id": self.members[name]}, replayed=was_there)
            if self.refuse(body):
                return Reply(422, {"code": "wrong_currency", "detail": "Not this one."})
            number = body["document"]["number"]
            was_there = number in self.documents
            if not was_there:
                self.documents[number] = dict(body)
                self.order[body["member"]["id"]].append(body["occurred_at"])
            return Reply(201, {}, replayed=was_there)

    def close(self) -> None:
        """Nothing is open."""


def run_of(
    api: PretendedApi, source: Source, directory: Path, workers: int = 3
) -> tuple[Run, ImportState]:
    state = ImportState(directory, CDNOW, "test", source.refusals)

    def connect() -> Api:
        return api  # type: ignore[return-value]

    return Run(source, Target(connect, "demo", "EUR"), state), state


def complete(api: PretendedApi, directory: Path) -> Run:
    run, state = run_of(api, read_cdnow(CDNOW), directory)
    with state:
        assert run(3, lambda _: None)
    return run


def test_everything_is_imported_once_and_in_order_of_date(tmp_path: Path) -> None:
    api, source = PretendedApi(), read_cdnow(CDNOW)

    run = complete(api, tmp_path)

    assert len(api.members) == 100
    assert len(api.documents) == source.documents == run.tally.imported
    assert all(times == sorted(times) for times in api.order.values())
    assert all(body["import"] is True for body in api.documents.values())


def test_importing_again_sends_nothing_and_afresh_adds_nothing(tmp_path: Path) -> None:
    api = PretendedApi()
    complete(api, tmp_path)
    sent, held = api.calls, len(api.documents)

    assert complete(api, tmp_path).tally.documents == 0
    assert api.calls == sent
    again = complete(api, tmp_path / "elsewhere")

    assert (again.tally.imported, again.tally.replayed) == (0, held)
    assert len(api.documents) == held


@pytest.mark.parametrize("calls", [1, 57, 200, 333])
def test_an_import_that_breaks_off_goes_on_where_it_stood(tmp_path: Path, calls: int) -> None:
    api, source = PretendedApi(), read_cdnow(CDNOW)
    api.dies_after = calls
    run, state = run_of(api, source, tmp_path)
    with state, pytest.raises(ApiUnreachable):
        run(3, lambda _: None)
    finished = len(state.finished)
    assert finished < 100

    api.dies_after = None
    rest = complete(api, tmp_path)

    assert rest.tally.customers == 100 - finished
    assert len(api.documents) == source.documents
    assert all(times == sorted(times) for times in api.order.values())


def test_a_state_whose_last_line_was_cut_is_read_up_to_it(tmp_path: Path) -> None:
    api = PretendedApi()
    _, state = run_of(api, read_cdnow(CDNOW), tmp_path)
    complete(api, tmp_path)
    lines = state.path.read_text("utf-8").splitlines(keepends=True)
    state.path.write_text("".join(lines[:50]) + lines[50][:9], "utf-8")

    rest = complete(api, tmp_path)

    assert rest.tally.customers == 50
    assert rest.tally.imported == 0


def test_a_stop_lets_what_is_begun_be_finished_and_no_more(tmp_path: Path) -> None:
    api, source = PretendedApi(), read_cdnow(CDNOW)
    run, state = run_of(api, source, tmp_path)
    with state:
        run.stop.set()
        assert run(3, lambda _: None) is False
    assert api.calls == 0

    complete(api, tmp_path)

    assert len(api.documents) == source.documents


def test_what_the_api_refuses_is_reported_with_its_reason(tmp_path: Path) -> None:
    api = PretendedApi()
    api.refuse = lambda body: body["document"]["number"].endswith(":2")

    run = complete(api, tmp_path)
    again, state = run_of(api, read_cdnow(CDNOW), tmp_path)
    with state:
        assert again(3, lambda _: None)

    assert run.tally.refused == {"wrong_currency": 1}
    (refusal,) = state.refusals
    assert (refusal.row, refusal.customer, refusal.code) == (2, "00001", "wrong_currency")
    assert "Not this one." in state.report.read_text("utf-8")
