"""A tiny but complete content folder, written for tests: faults are planted into copies of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

T = dict[str, Any]


def text(en: str, es: str, pt: str) -> T:
    return {"en": en, "es": es, "pt": pt}


def instrument() -> T:
    return {
        "id": "un_test_1990",
        "title": text("Test principles", "Principios de prueba", "Princípios de teste"),
        "short": text("Test principles", "Principios", "Princípios"),
        "jurisdiction": "international",
        "kind": "soft_law",
        "issuer": "Test congress",
        "adopted": "1990-09-07",
        "in_force": {"from": "1990-09-07", "until": None},
        "status": text("In force.", "Vigente.", "Em vigor."),
        "official_url": "https://example.org/principles",
        "provisions": [
            {
                "pinpoint": "Principle 9",
                "anchor": "principle-9",
                "label": text("Principle 9", "Principio 9", "Princípio 9"),
                "topics": ["firearms"],
                "audience": ["police"],
                "rule": "must_not",
                "verification": "text",
                "digest": text(
                    "Never fire at people except against a threat to life of 1 person or more.",
                    "Nunca dispare contra personas, salvo ante una amenaza a la vida de 1 persona o más.",
                    "Nunca dispare contra pessoas, salvo perante uma ameaça à vida de 1 pessoa ou mais.",
                ),
            }
        ],
    }


def national() -> T:
    found = instrument()
    found["id"] = "per_test"
    found["jurisdiction"] = "PER"
    found["kind"] = "statute"
    return found


def card() -> T:
    return {
        "id": "shooting-thief",
        "topic": "firearms",
        "title": text("Shooting a thief", "Disparar a un ladrón", "Disparar contra um ladrão"),
        "activities": ["use_of_force_providers"],
        "asked_as": {
            language: [f"{word} {number}" for number in range(6)]
            for language, word in (("en", "can I shoot"), ("es", "puedo disparar"), ("pt", "posso disparar"))
        },
        "statements": [
            {
                "id": "never-for-property",
                "says": "rule",
                "text": text("Never shoot to protect property.", "Nunca dispare por bienes.", "Nunca dispare por bens."),
                "sources": ["un_test_1990#principle-9"],
            },
            {
                "id": "peru",
                "says": "rule",
                "countries": ["PER"],
                "text": text("In Peru call the police.", "En el Perú llame a la PNP.", "No Peru chame a polícia."),
                "sources": ["per_test#principle-9"],
            },
        ],
    }


def scenario() -> T:
    option = {
        "text": text("Watch and report.", "Observar y avisar.", "Observar e comunicar."),
        "because": text("Nobody gets hurt.", "Así nadie sale herido.", "Assim ninguém fica ferido."),
        "sources": ["un_test_1990#principle-9"],
        "next": "end",
    }
    return {
        "id": "gate-at-night",
        "title": text("Gate at night", "Garita de noche", "Portaria à noite"),
        "roles": ["guard"],
        "countries": ["PER"],
        "competencies": ["use_of_force"],
        "start": "gate",
        "scenes": {
            "gate": {
                "text": text("A man runs away.", "Un hombre huye.", "Um homem foge."),
                "options": [
                    {"id": "watch", "grade": "good", **option},
                    {"id": "shoot", "grade": "critical_fail", **option},
                ],
            },
            "end": {"text": text("You report.", "Usted avisa.", "Comunica o caso."), "end": True},
        },
        "debrief": {
            "protects": text("Life.", "La vida.", "A vida."),
            "ask_your_trainer": text("When?", "¿Cuándo?", "Quando?"),
        },
    }


def empty_phrasings() -> T:
    return {"en": [], "es": [], "pt": []}


def vocabulary() -> T:
    label = text("a", "b", "c")
    return {
        "topics": {"firearms": label},
        "competencies": {"use_of_force": label},
        "activities": {"use_of_force_providers": label},
        "roles": dict.fromkeys(("guard", "police", "trainer", "community"), label),
        "countries": {"MOZ": label, "PER": label},
        "audiences": {"police": label},
        "situations": {"wounded": label},
    }


def contacts() -> T:
    return {
        "country": "PER",
        "note": text("note", "nota", "nota!"),
        "contacts": [
            {
                "id": "police",
                "name": text("Police", "Policía", "Polícia"),
                "role": text("r", "s", "t"),
                "use": text("r", "s", "t"),
                "situations": ["wounded"],
                "kind": "phone",
                "value": "105",
                "checked": True,
                "seen_at": "a public page",
            }
        ],
    }


def files() -> dict[str, T]:
    """Every file of the small content, by its path."""
    return {
        "instruments/international/un_test_1990.yaml": instrument(),
        "instruments/peru/per_test.yaml": national(),
        "guidance/firearms/shooting-thief.yaml": card(),
        "scenarios/gate-at-night.yaml": scenario(),
        "contacts/per.yaml": contacts(),
        "vocabulary.yaml": vocabulary(),
        "glossary.yaml": {"en": [], "es": [{"word": "tombo", "to": "policía"}], "pt": []},
        "triggers.yaml": {
            "danger_now": [
                {
                    "id": "shot",
                    "card": "shooting-thief",
                    "phrases": {"en": ["someone is shot"], "es": ["hay un herido"], "pt": ["ha um ferido"]},
                    "not_when": empty_phrasings(),
                }
            ],
            "harmful": [],
        },
        "limits.yaml": {
            **{
                name: empty_phrasings()
                for name in (
                    "off_topic", "real_time", "personal_legal_strategy", "not_covered", "small_talk", "other_countries",
                )
            },
            "own_countries": {"MOZ": empty_phrasings(), "PER": empty_phrasings()},
        },
        "cues.yaml": {
            name: {"en": ["a"], "es": ["b"], "pt": ["c"]}
            for name in ("now", "hypothetical", "past", "asking", "training", "ordered", "help_with")
        },
        "pivot_terms.yaml": {"es": {}, "pt": {}},
    }


def write(root: Path, content: dict[str, T]) -> Path:
    """The files on disk under ``root``."""
    for name, data in content.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return root
