"""Loading: every noun survives a round trip, and what cannot be read says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_base.errors import ContentError
from knowledge_base.load import content_version, load_content
from knowledge_base.model import Content, Ref
from tests.knowledge_base import small


def test_content_survives_a_round_trip(tmp_path: Path) -> None:
    content = load_content(small.write(tmp_path, small.files()))
    assert Content.model_validate_json(content.model_dump_json(by_alias=True)) == content


def test_a_place_is_found_and_a_wrong_one_is_not(tmp_path: Path) -> None:
    content = load_content(small.write(tmp_path, small.files()))
    instrument, provision = content.place(Ref("un_test_1990#principle-9"))
    assert (instrument.id, provision.pinpoint) == ("un_test_1990", "Principle 9")
    with pytest.raises(KeyError):
        content.place(Ref("un_test_1990#principle-8"))


def test_the_version_changes_with_any_byte(tmp_path: Path) -> None:
    small.write(tmp_path, small.files())
    before = content_version(tmp_path)
    path = tmp_path / "glossary.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert content_version(tmp_path) != before


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    files = small.files()
    files["guidance/firearms/shooting-thief.yaml"].pop("title")
    with pytest.raises(ContentError, match=r"shooting-thief.yaml: title"):
        load_content(small.write(tmp_path, files))
