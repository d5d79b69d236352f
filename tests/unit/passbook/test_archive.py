"""The zip around passes: what is written others can read, and what is read cannot hurt."""

from __future__ import annotations

import io
import subprocess
import zipfile
from pathlib import Path

import pytest

from passbook import InvalidArchiveError, Limits, bundle, read_bundle, read_pass
from passbook.archive import Spliced, read

SMALL = Limits(
    archive_bytes_max=100_000, members_max=5, member_bytes_max=1_000, total_bytes_max=2_000
)


def zipped(members: dict[str, bytes], *, deflate: bool = False) -> bytes:
    out = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if deflate else zipfile.ZIP_STORED
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_a_spliced_archive_is_a_zip_like_any_other(tmp_path: Path) -> None:
    base = Spliced([("icon.png", b"i" * 70_000), ("fr.lproj/pass.strings", b"")])

    archive = base.with_members([("pass.json", b"{}"), ("signature", b"\x00")])

    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.testzip() is None
        assert opened.namelist() == ["icon.png", "fr.lproj/pass.strings", "pass.json", "signature"]
        assert opened.read("icon.png") == b"i" * 70_000
        assert {one.compress_type for one in opened.infolist()} == {zipfile.ZIP_STORED}
    path = tmp_path / "x.pkpass"
    path.write_bytes(archive)
    subprocess.run(["python3", "-m", "zipfile", "-t", str(path)], check=True, capture_output=True)


def test_splicing_leaves_the_base_untouched_and_is_reproducible() -> None:
    base = Spliced([("icon.png", b"x")])

    first = base.with_members([("a", b"1")])
    base.with_members([("b", b"2")])

    assert base.with_members([("a", b"1")]) == first


def test_reading_gives_what_was_written() -> None:
    members = {"pass.json": b"{}", "icon.png": b"x" * 500}

    assert read(Spliced().with_members(members.items())) == members
    assert read(zipped(members, deflate=True)) == members


@pytest.mark.parametrize(
    "members",
    [
        {"bomb": b"\0" * 1_000_000},
        {f"part{number}": b"x" * 900 for number in range(3)},
        {f"tiny{number}": b"" for number in range(6)},
    ],
    ids=["one large member", "many members together", "too many members"],
)
def test_archives_beyond_the_limits_are_refused(members: dict[str, bytes]) -> None:
    with pytest.raises(InvalidArchiveError) as refused:
        read(zipped(members, deflate=True), SMALL)

    assert refused.value.rule == "archive-limit"


def test_a_member_that_lies_about_its_size_is_refused() -> None:
    data = bytearray(zipped({"bomb": b"\0" * 500_000}, deflate=True))
    for signature, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = data.index(signature) + at
        data[start : start + 4] = (10).to_bytes(4, "little")

    with pytest.raises(InvalidArchiveError):
        read(bytes(data), SMALL)


def test_an_archive_that_is_too_large_is_not_even_opened() -> None:
    with pytest.raises(InvalidArchiveError) as refused:
        read(b"PK" + b"\0" * 100_000, SMALL)

    assert refused.value.rule == "archive-limit"


@pytest.mark.parametrize(
    "data",
    [b"", b"UEsDBA==", b"PK\x03\x04garbage", zipped({"a": b"b"})[:40]],
    # An archive holds the time at which it was made, which must not become the test's name.
    ids=["empty", "base64", "garbage", "cut"],
)
def test_what_is_no_zip_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidArchiveError) as refused:
        read(data)

    assert refused.value.rule == "archive-format"


def test_a_member_given_twice_is_refused() -> None:
    archive = Spliced([("pass.json", b"1")]).with_members([("pass.json", b"2")])

    with pytest.raises(InvalidArchiveError) as refused:
        read(archive)

    assert refused.value.rule == "archive-duplicate"


def test_an_encrypted_member_is_refused() -> None:
    data = bytearray(zipped({"a": b"b"}))
    data[data.index(b"PK\x01\x02") + 8] |= 1

    with pytest.raises(InvalidArchiveError) as refused:
        read(bytes(data))

    assert refused.value.rule == "archive-encrypted"


@pytest.mark.parametrize(
    ("members", "rule"),
    [
        ({"card/pass.json": b"{}"}, "member-missing"),
        ({"pass.json": b"{"}, "json-format"),
        ({"pass.json": b"[]"}, "json-format"),
        ({"pass.json": "{}".encode("utf-16")}, "json-format"),
        ({"pass.json": b"[" * 100_000}, "json-format"),
    ],
)
def test_an_archive_without_a_document_is_no_pass(members: dict[str, bytes], rule: str) -> None:
    with pytest.raises(InvalidArchiveError) as refused:
        read_pass(zipped(members))

    assert refused.value.rule == rule


def test_bundles_hold_passes_and_nothing_else() -> None:
    assert read_bundle(bundle([b"one", b"two"])) == {"1.pkpass": b"one", "2.pkpass": b"two"}
    assert list(read_bundle(bundle({"card": b"one"}))) == ["card.pkpass"]
    with pytest.raises(InvalidArchiveError):
        bundle([])
    with pytest.raises(InvalidArchiveError):
        bundle({"../up": b"one"})
    with pytest.raises(InvalidArchiveError):
        read_bundle(zipped({"readme.txt": b""}))
