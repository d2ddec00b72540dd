"""The printed guidelines: every paragraph in every language, in a page and in a booklet."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from knowledge_base.booklet import chapters, write_booklets
from knowledge_base.load import load_content
from knowledge_base.model import Language


def test_all_paragraphs_are_printed(tmp_path: Path) -> None:
    content = load_content()
    found = chapters(content)
    assert found and sum(len(chapter.provisions) for chapter in found) >= 20 * len(found)
    assert len(write_booklets(content, tmp_path)) == 6
    for language in Language:
        page = (tmp_path / f"guidelines-{language}.html").read_text(encoding="utf-8")
        for chapter in found:
            assert chapter.title.in_(language) in page
            assert all(f"{chapter.id}-{provision.anchor}" in page for provision in chapter.provisions)
        assert (tmp_path / f"guidelines-{language}.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed")
def test_accents_survive_in_the_booklet(tmp_path: Path) -> None:
    write_booklets(load_content(), tmp_path)
    text = subprocess.run(["pdftotext", tmp_path / "guidelines-pt.pdf", "-"], capture_output=True, text=True, check=True).stdout
    assert "polícia" in text and "?ão" not in text
