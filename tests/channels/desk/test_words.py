"""The desk's words: the same sections, names and values in three languages, nothing empty, everything the pages say."""

from __future__ import annotations

import re
import string

import pytest

from channels.desk.pages import HERE
from channels.desk.words import words
from knowledge_base.model import Language

SAID = re.compile(r"""say\("(\w+)\.(\w+)"(?! ~)""")


def values(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("section", sorted(words()))
def test_three_languages_agree(section: str) -> None:
    table = words()[section]
    assert set(table) == {language.value for language in Language}
    assert len(table["en"]) >= 1
    for language in ("es", "pt"):
        assert set(table[language]) == set(table["en"]), language
        for name, text in table[language].items():
            assert text.strip() and values(text) == values(table["en"][name]), f"{language} {name}"


def test_what_the_templates_say_is_there() -> None:
    templates = sorted((HERE / "templates").glob("*.html"))
    found = {key for path in templates for key in SAID.findall(path.read_text("utf-8"))}
    assert len(templates) >= 8 and len(found) >= 100
    missing = {f"{section}.{name}" for section, name in found if name not in words().get(section, {}).get("en", {})}
    assert not missing


def test_portuguese_and_spanish_speak_politely_and_as_written_there() -> None:
    pt = " ".join(text for section in words().values() for text in section["pt"].values())
    es = " ".join(text for section in words().values() for text in section["es"].values())
    assert not re.search(r"\b(você|arquivo|senha|usuário|cohorte|tela|celular|atual|ação|direto)\b", pt, re.I)
    assert not re.search(r"\b(tú|tienes|puedes|vosotros|ordenador|fichero)\b", es, re.I)
