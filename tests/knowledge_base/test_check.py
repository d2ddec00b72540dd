"""Each kind of fault, planted one at a time into a clean content folder, is found, with its file, key and a cure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from knowledge_base.check import check
from tests.knowledge_base import small

Files = dict[str, Any]
CARD = "guidance/firearms/shooting-thief.yaml"
LAW = "instruments/international/un_test_1990.yaml"
DRILL = "scenarios/gate-at-night.yaml"


def put(*path: str | int, value: object) -> Callable[[Files], None]:
    """A fault that writes ``value`` at ``path`` (file first)."""

    def plant(files: Files) -> None:
        at: Any = files
        for step in path[:-1]:
            at = at[step]
        if value is None:
            del at[path[-1]]
        else:
            at[path[-1]] = value

    return plant


def test_the_clean_folder_has_no_problems(tmp_path: Path) -> None:
    assert check(small.write(tmp_path, small.files())) == []


STATEMENT = (CARD, "statements", 0)
DIGEST = (LAW, "provisions", 0, "digest")
FAULTS: list[tuple[str, Callable[[Files], None], str, str]] = [
    ("unknown key", put(CARD, "titel", value="x"), CARD, "titel"),
    ("missing language", put(*STATEMENT, "text", "pt", value=None), CARD, "pt"),
    ("source does not resolve", put(*STATEMENT, "sources", value=["un_test_1990#principle-99"]), CARD, "does not resolve"),
    ("statement without source", put(*STATEMENT, "sources", value=[]), CARD, "no source"),
    ("statement too long", put(*STATEMENT, "text", "en", value="not " * 70), CARD, "more than 220"),
    ("national source without its country", put(CARD, "statements", 1, "countries", value=["MOZ"]), CARD, "is law of PER"),
    ("national source for everyone", put(CARD, "statements", 1, "countries", value=None), CARD, "is law of PER"),
    ("few phrasings", put(CARD, "asked_as", "es", value=["una"]), CARD, "1 ways of asking"),
    ("phrasing twice", put(CARD, "asked_as", "en", value=["a", "A?", "b", "c", "d", "e"]), "guidance", "stands in"),
    ("unknown topic", put(CARD, "topic", value="weapons"), CARD, "unknown topic"),
    ("unknown activity", put(CARD, "activities", value=["dancing"]), CARD, "unknown activity"),
    ("unknown role", put(*STATEMENT, "roles", value=["king"]), CARD, "roles"),
    ("unknown drill", put(CARD, "drills", value=["nowhere"]), CARD, "no scenario"),
    ("unknown related card", put(CARD, "related", value=["nowhere"]), CARD, "no card"),
    ("statement id twice", put(CARD, "statements", 1, "id", value="never-for-property"), CARD, "stands 2 times"),
    ("file name is not the id", put(CARD, "id", value="other"), CARD, "<topic>/<id>.yaml"),
    ("copied language", put(*DIGEST, "pt", value=small.instrument()["provisions"][0]["digest"]["es"]), LAW, "copy"),
    ("other language", put(*DIGEST, "es", value="The police must not fire at the people of the 1 village with it"), LAW, "reads like en"),
    ("numbers differ", put(*DIGEST, "pt", value="Nunca dispare contra pessoas, salvo para salvar 2 vidas."), LAW, "numbers differ"),
    ("negation lost", put(*DIGEST, "pt", value="Dispare contra pessoas perante uma ameaça a 1 vida."), LAW, "negation"),
    ("digest too long", put(*DIGEST, "en", value="never " * 200 + "1"), LAW, "more than 900"),
    ("anchor is not the pinpoint's", put(LAW, "provisions", 0, "anchor", value="p9"), LAW, "'principle-9'"),
    ("until before from", put(LAW, "in_force", value={"from": "2000-01-01", "until": "1999-01-01"}), LAW, "before it began"),
    ("absurd date", put(LAW, "adopted", value="0990"), LAW, "cannot be right"),
    ("not a date", put(LAW, "adopted", value="September"), LAW, "adopted"),
    ("unknown kind", put(LAW, "kind", value="poem"), LAW, "kind"),
    ("no web address", put(LAW, "official_url", value="ftp:x"), LAW, "not a web address"),
    ("no digest", put(*DIGEST, value=None), LAW, "no digest"),
    ("unknown audience", put(LAW, "provisions", 0, "audience", value=["king"]), LAW, "unknown audience"),
    ("dead end", put(DRILL, "scenes", "gate", "options", 0, "next", value="nowhere"), DRILL, "does not exist"),
    ("circle", put(DRILL, "scenes", "gate", "options", 0, "next", value="gate"), DRILL, "circle"),
    ("unreachable scene", put(DRILL, "scenes", "lost", value={"text": small.text("A", "B", "C"), "end": True}), DRILL, "no path"),
    ("option without source", put(DRILL, "scenes", "gate", "options", 0, "sources", value=[]), DRILL, "no source"),
    ("no critical fail", put(DRILL, "scenes", "gate", "options", 1, "grade", value="poor"), DRILL, "no critical_fail"),
    ("long scene", put(DRILL, "scenes", "gate", "text", "en", value="word " * 61), DRILL, "more than 60 words"),
    ("unknown competency", put(DRILL, "competencies", value=["dancing"]), DRILL, "unknown competency"),
    ("trigger without card", put("triggers.yaml", "danger_now", 0, "card", value="nowhere"), "triggers.yaml", "no card"),
    ("trigger and near miss", put("triggers.yaml", "danger_now", 0, "not_when", "es", value=["Hay un herido"]), "triggers.yaml", "must not"),
    ("glossary twice", put("glossary.yaml", "pt", value=[{"word": "Á", "to": "b"}, {"word": "a", "to": "c"}]), "glossary.yaml", "2 times"),
    ("checked number without where", put("contacts/per.yaml", "contacts", 0, "seen_at", value=""), "contacts/per.yaml", "seen_at"),
    ("unknown situation", put("contacts/per.yaml", "contacts", 0, "situations", value=["party"]), "contacts/per.yaml", "situation"),
    ("topic without card", put("vocabulary.yaml", "topics", "search", value=small.text("a", "b", "c")), "guidance", "no card for MOZ"),
    ("instrument nobody cites", put("instruments/peru/per_more.yaml", value={**small.national(), "id": "per_more"}), "instruments/peru/per_more.yaml", "cites"),
]


@pytest.mark.parametrize(("plant", "file", "said"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_a_planted_fault_is_found(tmp_path: Path, plant: Callable[[Files], None], file: str, said: str) -> None:
    files = small.files()
    plant(files)
    problems = [p for p in check(small.write(tmp_path, files)) if p.file == file]
    lines = [str(p) for p in problems]
    assert any(said in line for line in lines), lines
    assert all("\n" not in line and line.count("; ") >= 1 for line in lines)


def test_broken_yaml_is_one_line_with_a_cure(tmp_path: Path) -> None:
    small.write(tmp_path, small.files())
    (tmp_path / CARD).write_text("id: [unclosed", encoding="utf-8")
    found = [str(p) for p in check(tmp_path) if p.file == CARD]
    assert len(found) == 1 and "correct the YAML" in found[0]


def test_a_key_written_twice_is_found(tmp_path: Path) -> None:
    small.write(tmp_path, small.files())
    path = tmp_path / "pivot_terms.yaml"
    path.write_text("es: {a: b, a: c}\npt: {}\n", encoding="utf-8")
    assert any("twice" in str(p) for p in check(tmp_path))


def test_an_id_used_by_two_files_is_found(tmp_path: Path) -> None:
    files = small.files()
    files["instruments/africa/un_test_1990.yaml"] = small.instrument()
    assert any("also in" in str(p) for p in check(small.write(tmp_path, files)))
