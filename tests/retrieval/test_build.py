"""Building an index: only what changed costs time, damage is found, a faulty content leaves the old index in use."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from retrieval.build import ContentFaulty, build
from retrieval.errors import EncoderMissing, IndexBroken, IndexMissing
from retrieval.library import open_library
from retrieval.manifest import current, read_manifest
from tests.knowledge_base import small


@pytest.fixture()
def place(tmp_path: Path, models: Path) -> tuple[Path, Path, Path]:
    """index folder, models folder, content folder"""
    return tmp_path / "index", models, small.write(tmp_path / "content", small.files())


def test_build_open_ask_and_build_again(place: tuple[Path, Path, Path]) -> None:
    index, models, content = place
    said: list[str] = []
    name = build(index, models, content, say=said.append)
    assert any("embedding" in line for line in said)
    library = open_library(index, models)
    assert library.manifest.index_hash == name and not library.exact
    library.close()
    said.clear()
    assert build(index, models, content, say=said.append) == name and said == []


def test_one_edited_file_embeds_only_its_own_texts(place: tuple[Path, Path, Path]) -> None:
    index, models, content = place
    first = build(index, models, content)
    files = small.files()
    files["guidance/firearms/shooting-thief.yaml"]["asked_as"]["en"][0] = "is it fine to fire at robbers"
    small.write(content, files)
    assert build(index, models, content) != first
    assert current(index) is not None and current(index).name != first  # type: ignore[union-attr]
    assert (index / first).exists(), "the build before stays until the next one"


def test_faulty_content_leaves_the_old_index(place: tuple[Path, Path, Path]) -> None:
    index, models, content = place
    name = build(index, models, content)
    files = small.files()
    files["guidance/firearms/shooting-thief.yaml"]["statements"][0]["sources"] = ["un_test_1990#nowhere"]
    small.write(content, files)
    with pytest.raises(ContentFaulty, match="does not resolve"):
        build(index, models, content)
    assert current(index) == index / name


def test_a_changed_file_is_found(place: tuple[Path, Path, Path]) -> None:
    index, models, content = place
    folder = index / build(index, models, content)
    store = folder / "store.json"
    store.write_text(store.read_text(encoding="utf-8").replace("Never", "Always"), encoding="utf-8")
    with pytest.raises(IndexBroken, match=r"store\.json was changed"):
        read_manifest(folder)
    with pytest.raises(IndexBroken):
        open_library(index, models)


def test_a_lost_vector_store_is_replaced_by_exact_search(place: tuple[Path, Path, Path]) -> None:
    index, models, content = place
    shutil.rmtree(index / build(index, models, content) / "chroma")
    library = open_library(index, models)
    assert library.exact
    library.close()


def test_no_index_says_what_to_do(tmp_path: Path, models: Path) -> None:
    with pytest.raises(IndexMissing, match="make index"):
        open_library(tmp_path, models)


def test_no_model_says_what_to_do(place: tuple[Path, Path, Path], tmp_path: Path) -> None:
    index, models, content = place
    build(index, models, content)
    with pytest.raises(EncoderMissing, match="make index"):
        open_library(index, tmp_path / "none")
