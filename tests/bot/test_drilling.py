"""Drills as conversation: steps, choices, old buttons, a question in the middle, free answers, repetition, Rasa down."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from bot.dialogue import Action, Directive
from bot.drill_topic import about, suitable
from bot.drills import engine
from bot.drills.spacing import Item
from bot.model import Reply, ReplyKind
from knowledge_base.model import Country, Language, Role
from tests.bot.parts import NOW, KeywordDialogue, Talk, content, known, parts, payloads, texts

GATE = "gate-at-night"
CHOICES = {letter: Directive(action=Action.DRILL_CHOICE, option=letter) for letter in "abcd"}
TABLE = CHOICES | {
    "salir": Directive(action=Action.STOP_DRILL),
    "repite": Directive(action=Action.DRILL_REPEAT),
    "gracias": Directive(action=Action.THANKS),
    "la z": Directive(action=Action.DRILL_CHOICE),
}


def talking(down: bool = False, **profile: object) -> Talk:
    return Talk(parts(KeywordDialogue(TABLE, down=down)), known(**profile))


def place(talk: Talk, option: str) -> int:
    """Where the open step shows this option, from 0."""
    assert talk.memory.drill is not None
    return engine.view(talk.memory.drill, content().scenarios[GATE], Language.ES).order.index(option)  # type: ignore[index]


def letters(reply: Reply) -> list[str]:
    return [button.label for button in reply.buttons[0]]


def test_a_drill_from_start_to_debrief_by_buttons_with_rasa_down() -> None:
    talk = talking(down=True)
    first = talk.press(f"drill:start:{GATE}")
    run = talk.memory.drill
    assert run is not None and first.run == run
    step = first.replies[-1]
    assert step.kind is ReplyKind.DRILL_STEP and step.timer_s == 30
    assert letters(step) == ["A", "B"] and "Un hombre huye" in step.text and "A) " in step.text
    second = talk.press(f"opt:{run.id}:0:{place(talk, 'watch')}")
    assert second.replies[0].kind is ReplyKind.DRILL_FEEDBACK
    told = second.replies[0]
    assert told.edits and told.text.startswith("Un hombre huye"), "it stands in place of the step and repeats it"
    assert told.text.index("Su decisión: Observar") < told.text.index("Buena decisión.")
    assert "Regla: Principios, Principio 9:" in second.replies[0].text
    assert [d.option for d in second.decisions] == ["watch"]
    assert second.run is not None and talk.memory.drill == second.run
    last = talk.say("estoy en la garita, nadie esta herido")
    assert "Mencionó 2 de 2" in last.replies[0].text
    debrief = last.replies[1]
    assert debrief.kind is ReplyKind.DRILL_DEBRIEF
    for part in ("Usted avisa.", "1 de 1 decisiones", "✓ Observar.", "La vida.", "¿Cuándo?"):
        assert part in debrief.text
    assert talk.memory.drill is None and last.run is not None and last.run.over
    assert last.run.decisions[0] == second.decisions[0]


def test_a_critical_choice_says_consequence_reason_better_and_is_marked_at_the_end() -> None:
    talk = talking()
    talk.press(f"drill:start:{GATE}")
    outcome = talk.say("ab"[place(talk, "shoot")])
    told = outcome.replies[0].text
    assert told.index("Él cae.") < told.index("error grave") < told.index("La vida primero.") < told.index("Regla:")
    assert "Mejor: Observar." in told
    assert "Errores graves: 1" in outcome.replies[1].text
    assert talk.memory.drill is None


def test_a_question_in_the_middle_is_answered_and_the_same_step_comes_back() -> None:
    talk = talking()
    step = talk.press(f"drill:start:{GATE}").replies[-1]
    run = talk.memory.drill
    outcome = talk.say("puedo disparar a un ladrón?")
    assert [reply.kind for reply in outcome.replies] == [ReplyKind.ANSWER, ReplyKind.DRILL_STEP]
    assert outcome.replies[1].text == f"Volvemos al ejercicio:\n\n{step.text}"
    assert outcome.replies[1].buttons == step.buttons
    assert talk.memory.drill == run
    assert not any(payload.startswith("drill:start") for payload in payloads(outcome))


def test_rasa_is_told_the_open_drill() -> None:
    dialogue = KeywordDialogue(TABLE)
    talk = Talk(parts(dialogue), known())
    talk.press(f"drill:start:{GATE}")
    assert talk.memory.drill is not None
    run = talk.memory.drill.id
    talk.say("la z")
    assert dialogue.heard[-1][1]["drill"] == {"run": run, "scene": "gate", "options": 2}
    talk.press(f"opt:{run}:0:{place(talk, 'watch')}")
    talk.say("hola amigo?")
    assert dialogue.heard[-1][1]["drill"] == {"run": run, "scene": "radio", "options": 0}
    talk.say("salir")
    talk.say("hola amigo?")
    assert dialogue.heard[-1][1]["drill"] is None


def test_small_talk_and_danger_in_a_drill_lead_back_to_it() -> None:
    talk = talking()
    talk.press(f"drill:start:{GATE}")
    assert talk.say("gracias").replies[-1].kind is ReplyKind.DRILL_STEP
    alarm = talk.say("hay un herido aqui!!")
    assert alarm.replies[0].kind is ReplyKind.ANSWER
    assert alarm.replies[1].text.startswith("Si era solo por el ejercicio")
    assert talk.memory.drill is not None


def test_an_alarm_in_a_free_step_is_answered_and_the_drill_goes_on() -> None:
    talk = talking()
    run = talk.press(f"drill:start:{GATE}").run
    assert run is not None
    talk.press(f"opt:{run.id}:0:{place(talk, 'watch')}")
    moved = talk.say("hay un herido aqui!!")
    assert [reply.kind for reply in moved.replies][:2] == [ReplyKind.ANSWER, ReplyKind.DRILL_FEEDBACK]
    assert moved.run is not None and len(moved.run.decisions) == 2, "nobody may be stuck at a step that asks for such words"
    assert moved.answer is not None and moved.answer.question == "", "words of a free step are not kept"
    assert all(reply.answer is None or reply.answer.question == "" for reply in moved.replies)


def test_a_typed_command_is_never_an_alarm() -> None:
    talk = talking()
    talk.parts = replace(talk.parts, look=lambda _: pytest.fail("a command is not looked at"))
    assert talk.say("/drill").action == Action.LIST_DRILLS
    assert talk.say("/join 7k2q-4mtx").action == Action.JOIN


def test_an_option_that_is_not_there_is_asked_again_without_counting() -> None:
    talk = talking()
    talk.press(f"drill:start:{GATE}")
    assert talk.memory.drill is not None
    for outcome in (talk.say("la z"), talk.say("d"), talk.press(f"opt:{talk.memory.drill.id}:0:7")):
        assert outcome.replies[0].text.startswith("Elija una de estas: A, B.")
        assert outcome.decisions == () and outcome.run is None


def test_old_and_doubled_buttons_never_count() -> None:
    talk = talking()
    talk.press(f"drill:start:{GATE}")
    assert talk.memory.drill is not None
    run, good = talk.memory.drill.id, place(talk, "watch")
    talk.press(f"opt:{run}:0:{good}")
    doubled = talk.press(f"opt:{run}:0:{good}")
    assert doubled.replies[0].text.startswith("Ese paso ya pasó")
    assert doubled.decisions == ()
    foreign = talk.press("opt:other:0:0")
    assert foreign.replies[0].text.startswith("Ese ejercicio ya terminó.")
    assert foreign.replies[0].kind is ReplyKind.DRILL_STEP
    talk.press(f"drill:stop:{run}")
    assert texts(talk.press(f"opt:{run}:1:0")) == ["Ese ejercicio ya terminó."]


def test_stopping_keeps_what_was_decided_and_nothing_is_open_after() -> None:
    talk = talking()
    talk.press(f"drill:start:{GATE}")
    assert talk.memory.drill is not None
    talk.press(f"opt:{talk.memory.drill.id}:0:{place(talk, 'watch')}")
    outcome = talk.say("salir")
    assert outcome.run is not None and len(outcome.run.decisions) == 1
    assert talk.memory.drill is None and [item.competency for item in talk.memory.items] == ["use_of_force"]
    assert talk.say("salir").replies[0].text.startswith("No hay ningún ejercicio abierto")
    assert talk.say("a").replies[0].text.startswith("No hay ningún ejercicio abierto")
    assert talk.say("repite").replies[0].text.startswith("No hay ningún ejercicio abierto")


def test_a_second_drill_waits_for_the_first() -> None:
    talk = talking()
    talk.press(f"drill:start:{GATE}")
    run = talk.memory.drill
    outcome = talk.press(f"drill:start:{GATE}")
    assert outcome.replies[0].text.startswith("Tiene un ejercicio abierto")
    assert talk.memory.drill == run


def test_with_rasa_down_a_lone_letter_is_a_choice_and_words_are_a_question() -> None:
    talk = talking(down=True)
    talk.press(f"drill:start:{GATE}")
    asked = talk.say("la segunda")
    assert asked.action == Action.ASK and asked.replies[-1].kind is ReplyKind.DRILL_STEP
    assert talk.say("a").decisions != ()


def test_a_question_in_a_free_step_is_a_question() -> None:
    talk = talking()
    talk.press(f"drill:start:{GATE}")
    assert talk.memory.drill is not None
    talk.press(f"opt:{talk.memory.drill.id}:0:{place(talk, 'watch')}")
    assert talk.say("¿puedo disparar?").replies[0].kind is ReplyKind.ANSWER
    assert talk.memory.drill is not None
    assert talk.say("llamo a la central").replies[-1].kind is ReplyKind.DRILL_DEBRIEF


def test_a_run_whose_scenario_left_the_content_is_closed_quietly() -> None:
    talk = talking()
    talk.press(f"drill:start:{GATE}")
    assert talk.memory.drill is not None
    gone = talk.memory.drill.model_copy(update={"scenario": "gone-drill"})
    talk.memory = replace(talk.memory, drill=gone)
    assert talk.say("puedo disparar?").memory.drill is None
    assert texts(talk.press("drill:start:gone-drill")) == ["Ese ejercicio ya no existe. Elija otro."]


def test_what_is_due_is_named_and_started_first() -> None:
    table = TABLE | {"hola": Directive(action=Action.GREET), "hoy": Directive(action=Action.DUE_TODAY),
                     "empezar": Directive(action=Action.START_DRILL, topic="empezar")}  # fmt: skip
    talk = Talk(parts(KeywordDialogue(table)), known())
    assert talk.say("hoy").replies[0].text == "Hoy no le toca repasar nada. Igual puede practicar algo nuevo."
    item = Item(competency="use_of_force", due=NOW + dt.timedelta(days=5), stability=None, card="")
    talk.memory = replace(talk.memory, items=(item,))
    assert talk.say("hoy").replies[0].text.endswith("El próximo repaso es el 29/11/2026.")
    later = NOW + dt.timedelta(days=30)
    talk.parts = parts(KeywordDialogue(table), clock=lambda: later)
    assert "Hoy le toca repasar 1" in talk.say("hola").replies[0].text
    assert payloads(talk.say("hoy")) == [f"drill:start:{GATE}"]
    talk.say("empezar")
    assert talk.memory.drill is not None


@pytest.mark.parametrize(
    ("topic", "found"),
    [
        ("quiero practicar robo de mineral", [GATE]),
        ("start a drill about ore theft", [GATE]),
        ("treinar uso da força", [GATE]),
        ("quiero practicar", []),
        ("drill about journalists", []),
        ("", []),
    ],
)
def test_the_topic_is_found_in_any_language(topic: str, found: list[str]) -> None:
    every = list(content().scenarios.values())
    assert [s.id for s in about(topic, every, content().vocabulary)] == found


@pytest.mark.parametrize(
    ("role", "country", "number"),
    [(Role.GUARD, Country.PER, 1), (Role.POLICE, Country.PER, 0), (Role.TRAINER, None, 1), (None, None, 1)],
)
def test_drills_suit_job_and_country(role: Role | None, country: Country | None, number: int) -> None:
    profile = known(role=role, country=country).profile
    assert len(suitable(content(), profile)) == number


def test_no_drill_for_this_job_is_said() -> None:
    assert talking(role=Role.POLICE).press("cmd:drill").replies[0].text.startswith("Todavía no hay un ejercicio")


def test_the_debrief_names_the_next_date_when_it_is_another_day(monkeypatch: pytest.MonkeyPatch) -> None:
    item = Item(competency="use_of_force", due=NOW + dt.timedelta(days=3), stability=None, card="")
    monkeypatch.setattr("bot.drilling.spacing.schedule", lambda items, decisions: (item,))
    talk = talking()
    talk.press(f"drill:start:{GATE}")
    assert "Lo repetimos el 27/11/2026." in talk.say("ab"[place(talk, "shoot")]).replies[1].text


@pytest.mark.parametrize(("seconds", "told"), [
    (12.4, "Tiempo para decidir, donde se daba un tiempo. No cuenta: paso 1: 12 s (dado: 30 s)"),
    (95.0, "Tiempo para decidir, donde se daba un tiempo. No cuenta: paso 1: 95 s (dado: 30 s)"),
    (601.0, ""),
])
def test_the_debrief_says_how_long_a_timed_step_took_and_it_changes_no_grade(seconds: float, told: str) -> None:
    """Late is told like early; after a pause nothing is told; the free step has no time."""
    now = [NOW]
    talk = Talk(parts(KeywordDialogue(TABLE), clock=lambda: now[0]), known())
    talk.press(f"drill:start:{GATE}")
    now[0] += dt.timedelta(seconds=seconds)
    (made,) = talk.say("ab"[place(talk, "watch")]).decisions
    assert made.grade == "good" and made.took_s == seconds
    now[0] += dt.timedelta(seconds=5)
    debrief = talk.say("estoy en la garita, nadie esta herido").replies[1].text
    assert (told in debrief.split("\n\n")) if told else "Tiempo para decidir" not in debrief
    assert "1 de 1 decisiones" in debrief
