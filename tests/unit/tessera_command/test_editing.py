"""Files edited in place keep their comments and their order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from tests.unit.programme_shape.documents import documents
from tools.tessera.__main__ import main
from tools.tessera.documents import DocumentError, read_text
from tools.tessera.editing import COMMENT, Draft, written_value

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = sorted((ROOT / "programmes").glob("*.yaml"))
SETTINGS = settings(suppress_health_check=list(HealthCheck), max_examples=30)
VALUES = [
    *(7, 0, True, "7", "1.50", "on", "2027-03-01", "12:30", "null", "", "a: b", "# no comment"),
    *("été", [1, "2"], {"fr": "a", "en": "b"}, []),
]


def order_of(value: Any) -> Any:
    """A document as lists of pairs: equal where the order is."""
    if isinstance(value, dict):
        return [(key, order_of(inner)) for key, inner in value.items()]
    return [order_of(inner) for inner in value] if isinstance(value, list) else value


def scalars(value: Any, way: str = "") -> Iterator[str]:
    """The pointers of everything that is neither mapping nor list."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from scalars(inner, f"{way}/{key.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from scalars(inner, f"{way}/{index}")
    else:
        yield way


def edited(document: Any, pointer: str, value: Any) -> Any:
    copy = json.loads(json.dumps(document))
    *way, last = pointer[1:].split("/")
    place = copy
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    place[int(last) if isinstance(place, list) else last] = value
    return copy


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_are_written_as_they_were_read_to_the_last_byte(path: Path) -> None:
    text = path.read_text("utf-8")

    assert Draft(path.name, text).text() == text


@st.composite
def commented(draw: st.DrawFn) -> str:
    """A document of any content, with comments of its own lines and after values."""
    document = draw(documents())
    assume(isinstance(document, dict) and document)
    plain = json.loads(json.dumps(document).replace("\\n", " "))
    text = yaml.safe_dump(plain, sort_keys=False, width=10**6, allow_unicode=True)
    lines = []
    for number, line in enumerate(text.splitlines()):
        what = draw(st.sampled_from(["", "", "above", "behind"]))
        if what == "above":
            lines.append(f"# above line {number}")
        lines.append(f"{line}  # behind line {number}" if what == "behind" else line)
    return "\n".join(lines) + "\n"


@SETTINGS
@given(text=commented())
def test_any_document_keeps_its_content_its_order_and_its_comments_or_is_refused(
    text: str,
) -> None:
    try:
        draft = Draft("a.yaml", text)
    except DocumentError:
        # Comments in odd places: the file is left to its author, unharmed.
        event("refused")
        return

    written = draft.text()

    assert order_of(read_text("a.yaml", written)) == order_of(read_text("a.yaml", text))
    assert COMMENT.findall(written) == COMMENT.findall(text)


@SETTINGS
@given(data=st.data())
def test_an_edit_changes_what_it_names_and_nothing_else(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(EXAMPLES))
    text = path.read_text("utf-8")
    document = json.loads(json.dumps(read_text(path.name, text)))
    pointer = data.draw(st.sampled_from(list(scalars(document))))
    value = data.draw(st.sampled_from(VALUES))
    draft = Draft(path.name, text)

    draft.put(pointer, value)

    written = draft.text()
    assert order_of(read_text(path.name, written)) == order_of(edited(document, pointer, value))
    comments = COMMENT.findall(text)
    assert [found for found in COMMENT.findall(written) if found in comments] == comments


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("30", 30), ("1.50", "1.50"), ('"30"', "30"), ("{fr: a}", {"fr": "a"}), ("true", True)],
)
def test_a_value_is_meant_as_it_is_typed_and_no_decimal_is_lost(typed: str, meant: Any) -> None:
    assert written_value(typed) == meant


@pytest.mark.parametrize("pointer", ["/a/after/months", "/b/after", "/c/0/after/months"])
def test_what_an_anchor_shares_is_not_changed_in_two_places_at_once(pointer: str) -> None:
    text = "a: &year {after: {months: 12}}\nb: *year\nc:\n  - {<<: *year}\n"
    draft = Draft("a.yaml", text)

    with pytest.raises(DocumentError, match="shared"):
        draft.put(pointer, 6)

    draft.put("/b", {"after": {"months": 6}})
    assert read_text("a.yaml", draft.text())["a"] == {"after": {"months": 12}}


@pytest.mark.parametrize("pointer", ["rules", "/rules/99", "/rules/x/id", "/currency/x", "/a/b"])
def test_a_place_that_is_not_there_is_named(pointer: str) -> None:
    with pytest.raises(DocumentError, match=pointer):
        Draft.of(EXAMPLES[0]).put(pointer, 1)


def test_a_key_that_stands_twice_is_refused_instead_of_overruling_the_other() -> None:
    with pytest.raises(DocumentError, match="twice"):
        read_text("a.yaml", "currency: EUR\ncurrency: USD\n")


def test_set_writes_one_value_and_remove_takes_it_away(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "demo.yaml"
    before = (ROOT / "programmes/demo.yaml").read_text("utf-8")
    path.write_text(before, "utf-8")

    assert main(["set", str(path), "/balances/0/expiry_warning/at_least", "20"]) == 0
    assert "{days_before: 30, at_least: 20}" in path.read_text("utf-8")
    assert main(["remove", str(path), "/balances/0/expiry_warning/at_least"]) == 0

    assert path.read_text("utf-8") == before
    assert capsys.readouterr().out.count("written") == 2


def test_an_edit_that_would_break_the_document_is_not_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "coffee.yaml"
    before = (ROOT / "programmes/coffee.yaml").read_text("utf-8")
    path.write_text(before, "utf-8")

    assert main(["set", str(path), "/currency", "euro", "--language", "fr"]) == 1
    assert path.read_text("utf-8") == before
    assert "/currency not_a_currency" in capsys.readouterr().err
    assert main(["set", str(path), "/name/en", "Beans", "--dry-run"]) == 0
    assert path.read_text("utf-8") == before
    assert "+name: {fr:" in capsys.readouterr().out
    assert main(["set", str(path), "/currency", "euro", "--force"]) == 0
    assert "currency: euro" in path.read_text("utf-8")


def test_format_says_and_mends_what_is_not_as_it_is_always_written(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("programme:    a   # its id\ncurrency: 'EUR'\n", "utf-8")

    assert main(["format", str(path), "--check"]) == 1
    assert main(["format", str(path)]) == 0
    assert main(["format", str(path), "--check"]) == 0
    assert "# its id" in path.read_text("utf-8")


def test_a_json_file_is_edited_too(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"b": [1, 2], "a": "x"}', "utf-8")
    draft = Draft.of(path)

    draft.put("/b/-", 3)
    draft.put("/c", "1.50")

    assert json.loads(draft.text()) == {"b": [1, 2, 3], "a": "x", "c": "1.50"}
    assert list(json.loads(draft.text())) == ["b", "a", "c"]
