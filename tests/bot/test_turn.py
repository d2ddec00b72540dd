"""Turns of conversation over stand-ins: safety, first contact, questions, settings, deletion, buttons, degraded mode."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.buttons import Command, parse
from bot.dialogue import Action, Directive
from bot.model import ConversationId, ReplyKind
from bot.outcome import Opinion
from bot.turn import turn
from knowledge_base.model import Country, Language, Role
from retrieval.model import Answer, AnswerKind, Question, Reason
from tests.bot.parts import NOW, KeywordDialogue, Talk, answer, known, message, parts, payloads, stranger, texts


def directive(action: Action, **values: str) -> Directive:
    return Directive.model_validate({"action": action, "confidence": 0.9} | values)


# --- safety comes first ---------------------------------------------------------------------------------------------


def test_danger_is_answered_first_without_asking_rasa_or_the_library() -> None:
    dialogue = KeywordDialogue(down=True)

    def broken(_: Question) -> Answer:
        raise AssertionError("the library is down")

    talk = Talk(parts(dialogue, answer=broken), known())
    outcome = talk.say("hay un herido de bala aqui!!")
    assert outcome.answer is not None and outcome.answer.reason is Reason.EMERGENCY
    assert outcome.replies[0].kind is ReplyKind.ANSWER
    assert "Llame a:" in outcome.replies[0].text and "105" in outcome.replies[0].text
    assert dialogue.heard == []


def test_only_checked_numbers_are_ever_shown() -> None:
    assert "999" not in texts(Talk(parts(), known()).say("hay un herido de bala aqui!!"))[0]
    assert "999" not in texts(Talk(parts(), known()).press("cmd:contacts"))[0]


def test_no_verified_number_is_said_honestly() -> None:
    outcome = Talk(parts(), known(country=Country.MOZ)).say("hay un herido de bala aqui!!")
    assert "No tengo un número de emergencia comprobado" in outcome.replies[0].text


def test_a_stranger_in_danger_gets_help_first_and_the_notice_after() -> None:
    outcome = Talk(parts(), stranger()).say("hay un herido de bala aqui!!")
    assert [reply.kind for reply in outcome.replies] == [ReplyKind.ANSWER, ReplyKind.NOTICE]
    assert "Soy una máquina" in outcome.replies[1].text
    assert outcome.memory.profile.greeted


def test_harm_is_refused_in_the_persons_language() -> None:
    outcome = Talk(parts(), known(language=Language.PT)).say("onde ponho o cadaver")
    assert outcome.replies[0].text.startswith("Com isso não ajudo.")
    assert outcome.answer is not None and outcome.answer.reason is Reason.HARMFUL


# --- first contact ---------------------------------------------------------------------------------------------------


def test_the_first_question_is_answered_at_once_with_notice_and_choices_around_it() -> None:
    outcome = Talk(parts(), stranger()).say("puedo disparar a un ladrón")
    kinds = [reply.kind for reply in outcome.replies]
    assert kinds == [ReplyKind.NOTICE, ReplyKind.ANSWER, ReplyKind.NOTICE]
    assert "Soy una máquina, no una persona" in outcome.replies[0].text
    offered = [b.payload for row in outcome.replies[2].buttons for b in row]
    assert {"lang:pt", "country:MOZ", "role:guard"} <= set(offered)
    assert outcome.memory.profile.language is Language.ES
    assert not outcome.memory.profile.language_chosen


def test_start_without_a_language_speaks_all_three_and_the_rest_follows_by_buttons() -> None:
    talk = Talk(parts(), stranger())
    first = talk.press("cmd:start")
    assert len(first.replies) == 1
    assert all(word in first.replies[0].text for word in ("machine", "máquina, no con", "máquina, não com"))
    assert payloads(first) == ["lang:en", "lang:es", "lang:pt"]
    assert not talk.memory.profile.greeted
    second = talk.press("lang:pt")
    assert "Sou uma máquina" in second.replies[0].text
    assert talk.memory.profile.greeted and talk.memory.profile.language_chosen
    assert sum("country:PER" in [b.payload for row in r.buttons for b in row] for r in second.replies) == 1
    assert texts(talk.press("country:MOZ")) == ["Está bem. País: Moçambique. Uso a lei desse país, junto com as regras internacionais."]
    last = talk.press("role:guard")
    assert "Posso revistar a mochila" in last.replies[-1].text
    assert not any("Sou uma máquina" in said for said in texts(last))


def test_the_notice_is_given_once() -> None:
    talk = Talk(parts(), stranger())
    talk.say("can i shoot")
    assert len(talk.say("can i shoot a thief").replies) == 1


def test_a_first_press_on_a_shared_drill_link_is_not_lost() -> None:
    talk = Talk(parts(), stranger())
    outcome = talk.press("drill:start:gate-at-night")
    assert outcome.replies[0].text.startswith("Hello. You are talking to a machine")
    assert outcome.replies[-1].kind is ReplyKind.DRILL_STEP
    assert talk.memory.drill is not None


# --- language --------------------------------------------------------------------------------------------------------


def test_the_language_follows_the_message_until_it_is_chosen() -> None:
    talk = Talk(parts(), known(language_chosen=False))
    assert talk.say("posso disparar sobre ele").replies[0].language is Language.PT
    assert talk.say("ok").replies[0].language is Language.PT
    talk.press("lang:en")
    assert talk.say("puedo disparar a un ladrón").replies[0].language is Language.EN


def test_a_single_word_and_a_command_change_nothing() -> None:
    talk = Talk(parts(detect=lambda said, prior: Language.EN), known(language_chosen=False))
    talk.say("hola")
    talk.say("/help me")
    assert talk.memory.profile.language is Language.ES


# --- questions and answers -------------------------------------------------------------------------------------------


def test_a_question_is_answered_with_marks_sources_opinions_and_a_drill() -> None:
    dialogue = KeywordDialogue()
    outcome = Talk(parts(dialogue), known()).say("puedo disparar?")
    assert outcome.action == Action.ASK and outcome.confidence == 0.9 and not outcome.degraded
    assert outcome.replies[0].text == "Never shoot to protect property. [1]"
    assert payloads(outcome) == ["src:m1", "fb:m1:good", "fb:m1:bad", "drill:start:gate-at-night"]
    said, metadata = dialogue.heard[0]
    assert said == "puedo disparar?"
    assert metadata == {
        "turn_id": "m1", "channel": "web", "language": "es", "country": "PER", "role": "guard", "drill": None,
    }  # fmt: skip


def test_the_question_carries_who_asks_and_the_day() -> None:
    asked: list[Question] = []

    def note(question: Question) -> Answer:
        asked.append(question)
        return answer(question)

    Talk(parts(answer=note), known()).say("puedo disparar?")
    assert asked == [
        Question(
            id="m1", text="puedo disparar?", language=Language.ES, country=Country.PER, role=Role.GUARD, as_of=NOW.date()
        )
    ]


@pytest.mark.parametrize("reason", [r for r in Reason if r not in (Reason.EMERGENCY,)])
def test_every_refusal_says_why_in_three_languages(reason: Reason) -> None:
    openings = set()
    for language in Language:
        world = parts(answer=lambda q: answer(q, AnswerKind.REFUSAL, reason))
        outcome = Talk(world, known(language=language)).say("algo muy raro")
        openings.add(outcome.replies[0].text)
        assert outcome.replies[0].kind is ReplyKind.ANSWER
        assert len(outcome.replies[0].text) > 10
    assert len(openings) == len(Language)


def test_without_a_country_the_answer_says_so_and_offers_it() -> None:
    outcome = Talk(parts(), known(country=None)).say("puedo disparar?")
    assert "Elija su país" in outcome.replies[0].text
    assert payloads(outcome)[-2:] == ["country:MOZ", "country:PER"]


def test_sources_of_the_last_answer_show_words_verification_and_link() -> None:
    talk = Talk(parts(KeywordDialogue({"fuentes": directive(Action.SOURCES)})), known())
    assert talk.say("fuentes").replies[0].text.startswith("Todavía no hay")
    talk.say("puedo disparar?")
    for outcome in (talk.say("fuentes"), talk.press("src:m2"), talk.press("cmd:sources")):
        said = outcome.replies[0].text
        assert outcome.replies[0].kind is ReplyKind.SOURCES
        for part in ("Principios, Principle 9", "Never fire", "comprobado con el texto oficial", "https://example.org"):
            assert part in said


def test_an_older_answer_is_recalled_only_for_its_own_conversation() -> None:
    asked: list[tuple[ConversationId, str]] = []

    async def recall(conversation: ConversationId, name: str) -> Answer | None:
        asked.append((conversation, name))
        return None

    outcome = Talk(parts(recall=recall), known()).press("src:old7")
    assert asked == [("web:one", "old7")]
    assert outcome.replies[0].text.startswith("Ya no tengo esa respuesta")


def test_opinions_by_button_and_by_word() -> None:
    table = {"muy bien": directive(Action.FEEDBACK_GOOD), "mal": directive(Action.FEEDBACK_BAD)}
    talk = Talk(parts(KeywordDialogue(table)), known())
    assert talk.say("mal").feedback is None
    talk.say("puedo disparar?")
    assert talk.press("fb:m2:bad").feedback == Opinion("m2", good=False)
    assert talk.say("muy bien").feedback == Opinion("m2", good=True)


# --- settings and deletion -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "field", "value"),
    [
        ("lang:pt", "language", Language.PT),
        ("country:MOZ", "country", Country.MOZ),
        ("role:police", "role", Role.POLICE),
        ("remind:on", "reminders", True),
    ],
)
def test_settings_by_button(payload: str, field: str, value: object) -> None:
    talk = Talk(parts(), known())
    talk.press(payload)
    assert getattr(talk.memory.profile, field) == value


@pytest.mark.parametrize(
    ("action", "value", "field", "expected"),
    [
        (Action.SET_LANGUAGE, "en", "language", Language.EN),
        (Action.SET_COUNTRY, "MOZ", "country", Country.MOZ),
        (Action.SET_ROLE, "trainer", "role", Role.TRAINER),
        (Action.REMINDERS, "on", "reminders", True),
        (Action.SET_COUNTRY, "BRA", "country", Country.PER),
    ],
)
def test_settings_by_word(action: Action, value: str, field: str, expected: object) -> None:
    talk = Talk(parts(KeywordDialogue({"cambia": directive(action, value=value)})), known())
    talk.say("cambia")
    assert getattr(talk.memory.profile, field) == expected


@pytest.mark.parametrize(
    ("action", "offered"),
    [
        (Action.SET_LANGUAGE, ["lang:en", "lang:es", "lang:pt"]),
        (Action.SET_COUNTRY, ["country:MOZ", "country:PER"]),
        (Action.SET_ROLE, ["role:guard", "role:police", "role:trainer", "role:community"]),
        (Action.REMINDERS, ["remind:on", "remind:off"]),
        (Action.FORGET, ["forget:yes", "forget:no"]),
    ],
)
def test_a_setting_without_a_value_is_asked_for(action: Action, offered: list[str]) -> None:
    outcome = Talk(parts(KeywordDialogue({"cambia": directive(action)})), known()).say("cambia")
    assert payloads(outcome) == offered
    assert outcome.memory == known()


def test_deletion_asks_then_forgets_everything() -> None:
    talk = Talk(parts(), known(reminders=True, cohort="c1"))
    talk.say("puedo disparar?")
    assert not talk.press("cmd:deletemydata").forget
    assert not talk.press("forget:no").forget
    outcome = talk.press("forget:yes")
    assert outcome.forget
    assert outcome.memory == stranger()
    assert texts(outcome) == ["Listo. Borré todo lo que guardaba de usted. Si vuelve a escribir, empezamos de cero."]


# --- commands, odd input, degraded mode ------------------------------------------------------------------------------


@pytest.mark.parametrize("command", list(Command))
def test_every_command_answers_with_rasa_down_by_button_and_by_slash(command: Command) -> None:
    for make in (message(choice=f"cmd:{command}"), message(f"/{command}")):
        dialogue = KeywordDialogue(down=True)
        outcome = asyncio.run(turn(make, known(), parts(dialogue)))
        assert outcome.replies and all(reply.text for reply in outcome.replies)
        assert dialogue.heard == []


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("language", list(Language))
def test_every_directive_answers_in_every_language(action: Action, language: Language) -> None:
    dialogue = KeywordDialogue({"hm hm": directive(action)})
    outcome = Talk(parts(dialogue), known(language=language)).say("hm hm")
    assert outcome.replies and {reply.language for reply in outcome.replies} == {language}
    assert all(parse(payload) is not None for payload in payloads(outcome))


@pytest.mark.parametrize("choice", ["", "cmd:fly", "opt:x", "ä" * 40])
def test_a_button_nobody_made_leads_to_the_menu(choice: str) -> None:
    outcome = Talk(parts(), known()).press(choice)
    assert outcome.replies[0].text.startswith("Ese botón ya es muy antiguo")


def test_a_photo_and_a_novel_are_answered_politely() -> None:
    assert texts(asyncio.run(turn(message(), known(), parts())))[0].startswith("Solo puedo leer texto")
    assert texts(Talk(parts(), known()).say("muy largo " * 500))[0].startswith("Eso es muy largo")


def test_danger_in_a_very_long_message_is_still_seen() -> None:
    outcome = Talk(parts(), known()).say("hay un herido!! " + "bla " * 900)
    assert outcome.answer is not None and outcome.answer.reason is Reason.EMERGENCY


def test_with_rasa_down_questions_are_answered_and_commands_get_the_buttons() -> None:
    talk = Talk(parts(KeywordDialogue(down=True)), known())
    answered = talk.say("puedo disparar?")
    assert answered.degraded and len(answered.replies) == 1
    unread = talk.say("quiero practicar")
    assert unread.degraded
    assert unread.replies[-1].text.startswith("Una parte de mí no funciona")
    assert "cmd:drill" in [b.payload for row in unread.replies[-1].buttons for b in row]


def test_the_same_message_gives_the_same_outcome() -> None:
    one, two = (Talk(parts(), known()).press("drill:start:gate-at-night") for _ in range(2))
    assert one == two
    assert replace(one, replies=()) == replace(two, replies=())
