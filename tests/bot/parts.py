"""A small world for turns: content with one drill, a keyword dialogue, a library of two answers, and a still clock."""

from __future__ import annotations

import asyncio
import datetime as dt
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from bot.dialogue import Action, Directive
from bot.errors import DialogueDown
from bot.memory import Memory
from bot.model import Channel, ConversationId, Message, Profile
from bot.moment import Parts
from bot.outcome import Outcome
from bot.phrases import load_phrases
from bot.turn import turn
from knowledge_base.load import load_content
from knowledge_base.model import Content, Country, Language, Role
from retrieval.model import Answer, AnswerKind, Citation, Question, Reason, Sentence
from tests.knowledge_base.small import contacts, files, text, write

NOW = dt.datetime(2026, 11, 24, 21, 0, tzinfo=dt.UTC)
WHO = ConversationId("web:one")


def scenario() -> dict[str, object]:
    """Gate (good or critical) -> what would you say? -> end; option ``shoot`` ends at once."""
    because = text("Nobody gets hurt.", "Así nadie sale herido.", "Assim ninguém fica ferido.")
    source = ["un_test_1990#principle-9"]
    return {
        "id": "gate-at-night",
        "title": text("Ore theft at the gate", "Robo de mineral en la garita", "Roubo de minério na portaria"),
        "roles": ["guard"],
        "countries": ["PER", "MOZ"],
        "competencies": ["use_of_force"],
        "start": "gate",
        "scenes": {
            "gate": {
                "text": text("A man runs away with ore.", "Un hombre huye con mineral.", "Um homem foge com minério."),
                "timer_s": 30,
                "options": [
                    {"id": "watch", "grade": "good", "text": text("Watch.", "Observar.", "Observar!"),
                     "because": because, "sources": source, "next": "radio"},
                    {"id": "shoot", "grade": "critical_fail", "text": text("Shoot.", "Disparar.", "Disparar!"),
                     "because": text("Life comes first.", "La vida primero.", "A vida primeiro."),
                     "consequence": text("He falls.", "Él cae.", "Ele cai."), "sources": source, "next": "end"},
                ],
            },
            "radio": {
                "text": text("You call the control room.", "Llamas a la central.", "Liga para a central."),
                "say": [
                    {"id": "place", "text": text("Where you are", "Dónde estás", "Onde está"), "sources": source,
                     "words": {"en": ["gate"], "es": ["garita"], "pt": ["portaria"]}},
                    {"id": "hurt", "text": text("Whether anyone is hurt", "Si hay heridos", "Se há feridos"), "sources": source,
                     "words": {"en": ["nobody hurt"], "es": ["nadie herido"], "pt": ["ninguém ferido"]}},
                ],
                "next": "end",
            },
            "end": {"text": text("You report.", "Usted avisa.", "Comunica o caso."), "end": True},
        },
        "debrief": {
            "protects": text("Life.", "La vida.", "A vida."),
            "ask_your_trainer": text("When?", "¿Cuándo?", "Quando?"),
        },
    }  # fmt: skip


@cache
def content() -> Content:
    found = files() | {"scenarios/gate-at-night.yaml": scenario()}
    vocabulary = found["vocabulary.yaml"]
    vocabulary["countries"] = {"MOZ": text("Mozambique", "Mozambique", "Moçambique"), "PER": text("Peru", "Perú", "Peru")}
    vocabulary["competencies"] = {"use_of_force": text("Use of force", "Uso de la fuerza", "Uso da força")}
    unchecked = contacts()["contacts"][0] | {"id": "rumour", "value": "999", "checked": False}
    found["contacts/per.yaml"]["contacts"].append(unchecked)
    with tempfile.TemporaryDirectory() as folder:
        return load_content(write(Path(folder), found))


def answer(question: Question, kind: AnswerKind = AnswerKind.GROUNDED, reason: Reason | None = None) -> Answer:
    citation = Citation(
        instrument="un_test_1990", pinpoint="Principle 9", anchor="principle-9", label="Principle 9",
        url="https://example.org/principles", quote="Never fire at people except …", text_kind="digest",
        verification="text", verdict="exact",
    )  # fmt: skip
    cited = kind is AnswerKind.GROUNDED or reason is Reason.EMERGENCY
    sentence = Sentence(text="Never shoot to protect property.", card="shooting-thief", citations=(citation,) if cited else ())
    return Answer(
        id=question.id, question=question.text, language=question.language or Language.EN, country=question.country,
        role=question.role, as_of=question.as_of, kind=kind, reason=reason,
        sentences=(sentence,) if cited else (), drills=("gate-at-night", "gone-drill") if kind is AnswerKind.GROUNDED else (),
    )  # fmt: skip


def library(question: Question) -> Answer:
    """Knows about shooting; nothing else."""
    known = any(word in question.text.lower() for word in ("shoot", "dispar"))
    return answer(question) if known else answer(question, AnswerKind.REFUSAL, Reason.NOT_COVERED)


def look(question: Question) -> Answer | None:
    """Sees a shot person and a wish to hide a body."""
    said = question.text.lower()
    if "herido" in said and "!!" in said:
        return answer(question, AnswerKind.SAFETY, Reason.EMERGENCY)
    if "cadaver" in said:
        return answer(question, AnswerKind.REFUSAL, Reason.HARMFUL)
    return None


def detect(said: str, prior: Language | None) -> Language:
    for word, language in (("puedo", Language.ES), ("hay", Language.ES), ("posso", Language.PT), ("can", Language.EN)):
        if word in said.lower().split():
            return language
    return prior or Language.EN


@dataclass
class KeywordDialogue:
    """Answers from a table; what is not in it is a question. ``down`` plays a stopped Rasa."""

    table: dict[str, Directive] = field(default_factory=dict)
    down: bool = False
    heard: list[tuple[str, Mapping[str, object]]] = field(default_factory=list)

    async def turn(
        self, conversation: ConversationId, said: str, *, payload: bool, metadata: Mapping[str, object]
    ) -> Directive:
        self.heard.append((said, metadata))
        if self.down:
            raise DialogueDown("stopped by the test")
        return self.table.get(said, Directive(action=Action.ASK, confidence=0.9))

    async def forget(self, conversation: ConversationId) -> None: ...


async def recall(_: ConversationId, name: str) -> Answer | None:
    return None


def parts(dialogue: KeywordDialogue | None = None, **others: object) -> Parts:
    made = Parts(
        content=content(), phrases=load_phrases(), answer=library, look=look, detect=detect,
        dialogue=dialogue or KeywordDialogue(), recall=recall, clock=lambda: NOW,
    )  # fmt: skip
    return replace(made, **others)  # type: ignore[arg-type]


def known(**changes: object) -> Memory:
    """Somebody the bot knows: a guard in Peru who chose Spanish."""
    profile = Profile(
        conversation=WHO, channel=Channel.WEB, language=Language.ES, language_chosen=True, country=Country.PER,
        role=Role.GUARD, greeted=True,
    )  # fmt: skip
    return Memory(profile=profile.model_copy(update=changes))


def stranger() -> Memory:
    return Memory(profile=Profile(conversation=WHO, channel=Channel.WEB))


def message(said: str | None = None, choice: str | None = None, name: str = "m1") -> Message:
    return Message(id=name, conversation=WHO, channel=Channel.WEB, text=said, choice=choice, received_at=NOW)


@dataclass
class Talk:
    """A conversation: says and presses, remembers, shows the last outcome."""

    parts: Parts
    memory: Memory
    count: int = 0
    last: Outcome | None = None

    def _turn(self, make: Callable[[str], Message]) -> Outcome:
        self.count += 1
        self.last = asyncio.run(turn(make(f"m{self.count}"), self.memory, self.parts))
        self.memory = self.last.memory
        return self.last

    def say(self, said: str) -> Outcome:
        return self._turn(lambda name: message(said, name=name))

    def press(self, payload: str) -> Outcome:
        return self._turn(lambda name: message(choice=payload, name=name))


def texts(outcome: Outcome) -> list[str]:
    return [reply.text for reply in outcome.replies]


def payloads(outcome: Outcome) -> list[str]:
    return [button.payload for reply in outcome.replies for row in reply.buttons for button in row]
