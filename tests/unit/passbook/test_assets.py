"""Files of a pass: names, texts of languages, and images of the right size."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passbook import Assets, InvalidArchiveError, InvalidPassError
from passbook.images import png_size
from passbook.strings import read_strings, write_strings
from tests.fakes.pass_files import images, png

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
CARD = frozenset({"storeCard"})


def found(changes: dict[str, bytes], styles: frozenset[str] = CARD) -> list[tuple[str, str, str]]:
    files = Assets(images()).with_files(changes)
    return [(one.rule, one.path, one.severity) for one in files.findings(styles)]


def test_the_sample_images_have_no_finding() -> None:
    assert found({}) == []


@pytest.mark.parametrize(
    ("path", "data", "rule", "severity"),
    [
        ("icon.png", b"GIF89a" + b"\0" * 50, "image-format", "error"),
        ("icon.png", b"", "image-format", "error"),
        ("logo.jpg", png(1, 1), "image-name", "warning"),
        ("strip2x.png", png(750, 246), "image-name", "warning"),
        ("hero.png", png(10, 10), "image-name", "warning"),
        ("icon.png", png(20, 20), "image-size", "error"),
        ("icon.png", png(29, 40), "image-size", "error"),
        ("strip.png", png(375, 144), "strip-cropped", "warning"),
        ("strip.png", png(375, 300), "image-size", "error"),
        ("logo.png", png(200, 50), "image-size", "warning"),
        ("thumbnail.png", png(90, 90), "image-unused", "warning"),
        ("background.png", png(180, 220), "image-unused", "warning"),
    ],
)
def test_a_wrong_image_is_named(path: str, data: bytes, rule: str, severity: str) -> None:
    assert (rule, path, severity) in found({path: data})


def test_a_strip_of_another_shape_is_cropped() -> None:
    changes = {
        f"strip{at}.png": png(320 * n, 123 * n) for n, at in ((1, ""), (2, "@2x"), (3, "@3x"))
    }

    assert [rule for rule, _, _ in found(changes)] == ["strip-cropped"] * 3


def test_scales_must_agree() -> None:
    assert ("image-scale", "logo@2x.png", "warning") in found({"logo@2x.png": png(200, 100)})


def test_an_icon_of_old_screens_alone_is_noticed() -> None:
    files = {"icon.png": png(29, 29)}

    assert [one.rule for one in Assets(files).findings(CARD)] == ["image-scale-missing"]


def test_a_pass_of_ten_megabytes_is_refused() -> None:
    assert ("pass-size", "pass", "error") in found({"artwork.png": png(8, 8) + b"\0" * 11_000_000})


@pytest.mark.parametrize(
    "path",
    [
        "../icon.png",
        "/icon.png",
        "a/b/c.png",
        ".DS_Store",
        "fr.lproj/.x",
        "icon 2.png",
        "é.png",
        "",
    ],
)
def test_names_that_no_pass_may_hold_are_refused(path: str) -> None:
    with pytest.raises(InvalidArchiveError):
        Assets({path: b""})


@pytest.mark.parametrize("path", ["pass.json", "manifest.json", "signature"])
def test_files_that_signing_makes_cannot_be_given(path: str) -> None:
    with pytest.raises(InvalidPassError):
        Assets({path: b""})


def test_a_folder_is_read_without_what_does_not_belong_in_a_pass(tmp_path: Path) -> None:
    (tmp_path / "fr.lproj").mkdir()
    (tmp_path / "sources").mkdir()
    for name in ("icon.png", ".DS_Store", "design.json", "fr.lproj/logo.png", "sources/x.png"):
        (tmp_path / name).write_bytes(png(29, 29))
    (tmp_path / "fr.lproj" / "pass.strings").write_text('"a" = "b";', encoding="utf-16")

    read = Assets.from_directory(tmp_path)

    assert set(read) == {"icon.png", "fr.lproj/logo.png", "fr.lproj/pass.strings"}
    assert read.strings == {"fr": {"a": "b"}}
    assert read.languages == ("fr",)


def test_a_text_that_one_language_lacks_is_noticed() -> None:
    files = Assets(images()).with_strings("fr", {"a": "x", "b": "y"}).with_strings("en", {"a": "x"})

    assert [(one.rule, one.path) for one in files.findings(CARD)] == [
        ("strings-missing", "en.lproj/pass.strings")
    ]


def test_languages_can_be_limited() -> None:
    files = Assets().with_strings("fr", {}).with_strings("en", {}).with_strings("de", {})

    assert files.limited_to(["fr", "de"]).languages == ("de", "fr")


@given(st.dictionaries(_TEXTS, _TEXTS))
def test_texts_survive_their_file(texts: dict[str, str]) -> None:
    assert read_strings(write_strings(texts)) == texts


def test_comments_and_escapes_of_a_strings_file() -> None:
    text = '/* a "quoted" = "comment"; */\n// line\n"k\\"1"="v\\n\\\\";\n'

    assert read_strings(text.encode()) == {'k"1': "v\n\\"}


@pytest.mark.parametrize("text", ['"a" = "b"', 'a = "b";', '"a" "b";', '"a" = "b";\n"c" = "d'])
def test_a_broken_strings_file_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(InvalidPassError) as refused:
        read_strings(text.encode())

    assert "Line" in refused.value.findings[0].message


def test_sizes_are_read_from_png_headers_only() -> None:
    assert png_size(png(375, 123)) == (375, 123)
    assert png_size(b"\x89PNG\r\n\x1a\n") is None
    assert png_size(b"\xff\xd8\xff" + b"\0" * 60) is None
