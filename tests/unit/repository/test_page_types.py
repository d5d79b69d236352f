"""The types that the pages' comments name are checked, and a slip is found (`make types`)."""

from __future__ import annotations

import shutil
from pathlib import Path

from tools.page_types.__main__ import PAGES, faults_of


def test_a_misspelt_field_in_a_page_is_found(tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    shutil.copytree(PAGES, pages, ignore=shutil.ignore_patterns("vendor"))
    module = pages / "till" / "returning.js"
    text = module.read_text(encoding="utf-8")
    module.write_text(text.replace("till.outbox.send(", "till.outbox.sent(", 1), encoding="utf-8")
    (fault,) = faults_of(pages, tmp_path / "copy").splitlines()
    assert "static/till/returning.js" in fault
    assert "'sent' does not exist on type 'Outbox'" in fault
