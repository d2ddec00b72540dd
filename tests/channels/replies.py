"""Replies as the bot makes them, in each language: the material of the rendering tests."""

from __future__ import annotations

import datetime as dt

from bot.model import Button, Reply, ReplyKind
from channels.sources import ShortName, marked
from knowledge_base.model import Country, Language, Role
from retrieval.model import Answer, AnswerKind, Citation, Reason, Sentence

WORDS = {
    Language.EN: ("Never shoot to protect property.", "Call the police & wait.", "UN Principles", "Article"),
    Language.ES: ("Nunca dispare por bienes.", "Llame a la policía & espere.", "Principios ONU", "Artículo"),
    Language.PT: ("Nunca dispare por bens.", "Chame a polícia & espere.", "Princípios ONU", "Artigo"),
}


def short(instrument: str, language: Language) -> str:
    return f"{WORDS[language][2]} <{instrument}>"


def citation(language: Language, number: int, **changes: object) -> Citation:
    made = Citation(
        instrument="un_bpuff_1990", pinpoint=f"Principle {number}", anchor=f"principle-{number}",
        label=f"{WORDS[language][3]} {number}", url="https://example.org/un?a=1&b=2", quote=f"“{number}” < life",
        text_kind="digest", verification="text", verdict="exact")
    return made.model_copy(update=changes)


def answer(language: Language, sources: int = 3) -> Answer:
    rule, do, *_ = WORDS[language]
    return Answer(
        id="0123456789abcdef", question="?", language=language, country=Country.MOZ, role=Role.GUARD,
        as_of=dt.date(2026, 11, 24), kind=AnswerKind.GROUNDED, receipt="r", content_version="v",
        sentences=(
            Sentence(text=rule, says="rule", citations=(citation(language, 9), citation(language, 4))),
            Sentence(text=do, says="do", citations=(
                citation(language, 9), *(citation(language, 20 + at, verification="partial", url=None)
                                         for at in range(sources - 2)))),
        ),
    )


def reply(kind: str, language: Language) -> Reply:
    """``answer``, ``many`` (more sources than are shown), ``refusal``, ``sources``, ``notice`` or ``drill``."""
    made = answer(language, sources=9 if kind == "many" else 3)
    buttons = ((Button(label="👍", payload="fb:0123456789abcdef:good"), Button(label="👎", payload="fb:0123456789abcdef:bad")),)
    name: ShortName = short
    match kind:
        case "answer" | "many":
            return Reply(kind=ReplyKind.ANSWER, language=language, text=marked(made, name), answer=made, buttons=buttons)
        case "refusal":
            no = made.model_copy(update={"kind": AnswerKind.REFUSAL, "reason": Reason.NOT_COVERED, "sentences": ()})
            return Reply(kind=ReplyKind.ANSWER, language=language, text=WORDS[language][1], answer=no)
        case "sources":
            return Reply(kind=ReplyKind.SOURCES, language=language, answer=made, text="Sources\n\n[1] UN <x>, 9\nIn short: “9” < life\n(checked)\n\n[2] UN, 4\nIn short: “4”")
        case "drill":
            return Reply(kind=ReplyKind.DRILL_STEP, language=language, text="A < B\n\nA) 1\nB) 2", timer_s=30,
                         buttons=((Button(label="A", payload="opt:run:0:0"), Button(label="B", payload="opt:run:0:1")),))
    return Reply(kind=ReplyKind.NOTICE, language=language, text=f"{WORDS[language][0]}\n\n{WORDS[language][1]}")


KINDS = ("answer", "many", "refusal", "sources", "notice", "drill")
