"""The island's YAML against itself and against the app: intents, rules, actions, examples, lexicon. Rasa is not needed."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

import pytest
import yaml

from bot.actions import HANDLERS
from bot.rasa_process import ISLAND
from knowledge_base.model import Country, Language, Role
from knowledge_base.pinpoint import fold

ANNOTATION = re.compile(r"\[([^\]]+)\]\([^)]+\)")
CARRIED_BY_RASA = {"action_deactivate_loop", "action_listen", "drill_form"}


def read(name: str) -> Any:
    return yaml.safe_load((ISLAND / name).read_text("utf-8"))


def lines(block: str) -> list[str]:
    return [ANNOTATION.sub(r"\1", line.removeprefix("- ").strip()) for line in block.splitlines() if line.strip()]


def examples(language: Language) -> dict[str, list[str]]:
    return {entry["intent"]: lines(entry["examples"]) for entry in read(f"data/nlu/{language}.yml")["nlu"]}


DOMAIN = read("domain.yml")
RULES = read("data/rules.yml")["rules"]
STORIES = read("data/stories.yml")["stories"]
CONFIG = read("config.yml")
LEXICON = next(step for step in CONFIG["pipeline"] if step["name"].endswith("LexiconIntent"))["patterns"]


def steps(rules: list[dict[str, Any]], key: str) -> set[str]:
    return {step[key] for rule in rules for step in rule["steps"] if key in step}


@pytest.mark.parametrize("language", list(Language))
def test_every_intent_has_enough_examples_in_every_language(language: Language) -> None:
    found = examples(language)
    assert set(found) == set(DOMAIN["intents"])
    few = {intent: len({fold(e) for e in said}) for intent, said in found.items()}
    assert {i: n for i, n in few.items() if n < (60 if i == "ask_question" else 25)} == {}


def test_no_example_belongs_to_two_intents() -> None:
    owners: defaultdict[str, set[str]] = defaultdict(set)
    for language in Language:
        for intent, said in examples(language).items():
            for example in said:
                owners[fold(example).strip(" .!?¡¿")].add(intent)
    assert len(owners) > 2000
    assert {text: intents for text, intents in owners.items() if len(intents) > 1} == {}


def test_every_intent_stands_in_a_rule_and_no_rule_knows_another() -> None:
    assert steps(RULES, "intent") == set(DOMAIN["intents"]) | {"nlu_fallback"}
    assert steps(STORIES, "intent") <= set(DOMAIN["intents"]) | {"nlu_fallback"}


def test_every_action_has_a_handler_and_every_handler_an_action() -> None:
    assert set(DOMAIN["actions"]) == set(HANDLERS)
    assert steps(RULES, "action") - CARRIED_BY_RASA <= set(HANDLERS)


def test_rasa_says_nothing_itself() -> None:
    assert "responses" not in DOMAIN
    assert not any(action.startswith("utter_") for action in DOMAIN["actions"])


def test_only_a_choice_fills_the_form() -> None:
    mapping = DOMAIN["slots"]["drill_choice"]["mappings"][0]
    assert set(mapping["not_intent"]) == set(DOMAIN["intents"]) - {"choose_option"} | {"nlu_fallback"}


def test_unclear_is_a_question_at_the_measured_threshold() -> None:
    fallback = next(step for step in CONFIG["pipeline"] if step["name"] == "FallbackClassifier")
    assert fallback["threshold"] == 0.6
    names = [step["name"] for step in CONFIG["pipeline"]]
    assert names.index("components.lexicon.LexiconIntent") == names.index("FallbackClassifier") - 1
    rule_policy = next(policy for policy in CONFIG["policies"] if policy["name"] == "RulePolicy")
    # Any other name loops until the sender is locked out.
    assert rule_policy["core_fallback_action_name"] == "action_default_fallback"


def test_names_lead_to_the_codes_of_the_app() -> None:
    codes = {entry["synonym"] for entry in read("data/names.yml")["nlu"] if "synonym" in entry}
    assert codes == {*Language, *Country, *Role}
    looked_up = {e for entry in read("data/names.yml")["nlu"] if "lookup" in entry for e in lines(entry["examples"])}
    mapped = {e for entry in read("data/names.yml")["nlu"] if "synonym" in entry for e in lines(entry["examples"])}
    assert looked_up == mapped and len(looked_up) > 80


def lexicon(text: str) -> str | None:
    folded = " ".join(fold(text).split()).strip(" .,;!?¡¿\"'")
    return next((i for i, ps in LEXICON.items() for p in ps if re.search(p, folded)), None)


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("Stop!", "stop"), ("¡Para ya!", "stop"), ("pára", "stop"), ("salir", "stop"), ("já chega", "stop"),
        ("stop the drill", "stop"), ("terminar el ejercicio", "stop"), ("sair do exercício", "stop"),
        ("B", "choose_option"), ("b)", "choose_option"), ("2", "choose_option"), ("la b", "choose_option"),
        ("a segunda", "choose_option"), ("option 3", "choose_option"), ("Opção C.", "choose_option"),
        ("borra mis datos", "forget_me"), ("português", "set_language"), ("in english please", "set_language"),
        ("Perú", "set_country"), ("soy vigilante", "set_role"), ("sou guarda", "set_role"), ("fuentes", "sources"),
        ("quero treinar", "start_drill"), ("muchas gracias", "thanks"), ("bom dia", "greet"), ("tchau", "goodbye"),
        ("menu", "help"), ("contactos", "contacts"), ("repite por favor", "repeat_step"), ("privacidade", "privacy"),
        # questions are never commands
        ("puedo disparar?", None), ("para qué sirve la ley", None), ("can I stop a truck", None), ("alto riesgo", None),
        ("a guard", None), ("posso parar um camião", None), ("what is a source of law", None), ("soy vigilante y me pegaron", None),
    ],
)  # fmt: skip
def test_the_lexicon_hears_commands_and_nothing_else(said: str, intent: str | None) -> None:
    assert lexicon(said) == intent


def test_every_pattern_is_anchored_and_of_a_known_intent() -> None:
    assert set(LEXICON) <= set(DOMAIN["intents"])
    patterns = [pattern for found in LEXICON.values() for pattern in found]
    assert len(patterns) > 20
    assert [p for p in patterns if not (p.startswith("^") and p.endswith("$"))] == []


def test_the_lexicon_agrees_with_the_examples() -> None:
    wrong = [
        (said, intent, lexicon(said))
        for language in Language
        for intent, found in examples(language).items()
        for said in found
        if lexicon(said) not in (None, intent)
    ]
    assert wrong == []


def test_variables_stand_without_quotes_and_no_address_or_token_is_fixed() -> None:
    for name in ("endpoints.yml", "credentials.yml"):
        written = (ISLAND / name).read_text("utf-8").splitlines()
        text = "\n".join(line for line in written if not line.startswith("#"))
        assert "${" in text
        assert not re.search(r"""["'][^"'\n]*\$\{""", text)
    assert set(read("credentials.yml")) == {"components.crm_channel.CrmInput"}
