"""The caller's language is the one that he weighs most among those that we speak."""

from __future__ import annotations

import pytest

from tessera.entrypoints.language import preferred


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("fr", "fr"),
        ("fr-CA", "fr"),
        ("FR-fr,en;q=0.8", "fr"),
        ("en;q=0.8, fr;q=0.9", "fr"),
        ("en, fr", "en"),
        ("fr, en", "fr"),
        ("de-DE, fr;q=0.3", "fr"),
        ("de", "en"),
        ("*", "en"),
        ("fr;q=0", "en"),
        ("fr;q=0.001", "fr"),
        ("fr;q=banana", "en"),
        ("fr;q=²", "en"),
        ("fr;level=1", "en"),
        (",,;;=,", "en"),
        ("x," * 5000 + "fr", "en"),
    ],
)
def test_language(header: str | None, language: str) -> None:
    assert preferred(header) == language
