"""The bot's own words: the same in three languages, all used, and nothing used that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.errors import PhraseError
from bot.phrases import FOLDER, Phrases, disagreements, load_phrases, placeholders
from knowledge_base.model import Language, Role
from retrieval.model import Reason

BOT = Path(__file__).parents[2] / "bot"
ELSEWHERE = frozenset({"error.sorry"})
"""Said by the worker, not by ``bot``."""


def test_the_three_files_agree() -> None:
    phrases = load_phrases()
    assert len(phrases.keys()) > 100
    assert disagreements(phrases.table) == []


def test_no_phrase_is_a_copy_of_another_language() -> None:
    table = load_phrases().table
    same = [
        key
        for key in table[Language.EN]
        if len(table[Language.EN][key]) > 25 and key != "date.day"
        and len({table[language][key] for language in Language}) < len(Language)
    ]
    assert same == []


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ({"en": {"a.b": "x"}, "es": {}, "pt": {"a.b": "z"}}, "es.yaml: a.b is missing"),
        ({"en": {"a.b": "x"}, "es": {"a.b": " "}, "pt": {"a.b": "z"}}, "es.yaml: a.b is missing"),
        ({"en": {"a.b": "{n} x"}, "es": {"a.b": "{n} y"}, "pt": {"a.b": "z"}}, "pt.yaml: a.b must use ['n']"),
    ],
)
def test_a_disagreement_is_named(table: dict[str, dict[str, str]], problem: str) -> None:
    found = disagreements({Language(code): words for code, words in table.items()})
    assert any(problem in line for line in found)


def test_an_unknown_key_and_a_missing_value_say_what_to_do() -> None:
    phrases = load_phrases()
    with pytest.raises(PhraseError, match=r"no\.such"):
        phrases.say(Language.EN, "no.such")
    with pytest.raises(PhraseError, match="count"):
        phrases.say(Language.EN, "greeting.due")


def test_every_reason_and_every_choice_has_its_words() -> None:
    keys = load_phrases().keys()
    assert {f"refusal.{reason}" for reason in Reason} <= keys
    assert {f"setup.example_{role}" for role in Role} <= keys
    assert {f"verification.{v}" for v in ("text", "partial", "secondary", "unverified")} <= keys
    assert {f"drill.grade_{g}" for g in ("good", "acceptable", "poor", "critical_fail")} <= keys


def test_every_key_in_code_exists_and_every_phrase_is_used() -> None:
    keys = load_phrases().keys()
    source = "\n".join(path.read_text("utf-8") for path in sorted(BOT.glob("*.py")))
    groups = {key.split(".")[0] for key in keys}
    asked = {key for key in re.findall(r"""["']([a-z]+\.[a-z_]+)["']""", source) if key.split(".")[0] in groups}
    assert len(asked) > 60
    assert asked <= keys
    made = tuple(re.findall(r"""f["']([a-z]+\.[a-z_]*)\{""", source))
    assert {key for key in keys - asked - ELSEWHERE if not key.startswith(made)} == set()


def test_mozambican_spelling_keeps_the_old_orthography() -> None:
    words = (FOLDER / "pt.yaml").read_text("utf-8")
    new = re.findall(r"\b(?:ação|direto|objeto|proteção|projeto|exato|correto|contato|registro)\w*", words, flags=re.IGNORECASE)
    assert new == []


def test_placeholders() -> None:
    assert placeholders("{a} of {b:02d} {{not}}") == {"a", "b"}
    assert Phrases({Language.EN: {"x.y": "{a:02d}"}}).say(Language.EN, "x.y", a=3) == "03"
