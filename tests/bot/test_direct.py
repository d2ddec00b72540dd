"""The stand-in while Rasa is down or not wanted."""

from __future__ import annotations

import pytest

from bot.dialogue import Action, Dialogue
from bot.direct import DirectDialogue
from tests.bot.parts import WHO

DRILL = {"run": "r1", "scene": "gate", "options": 3}


@pytest.mark.parametrize(
    ("said", "drill", "action", "option"),
    [
        ("puedo disparar", None, Action.ASK, None),
        ("b", None, Action.ASK, None),
        ("B)", DRILL, Action.DRILL_CHOICE, "b"),
        ("3", DRILL, Action.DRILL_CHOICE, "c"),
        ("d", DRILL, Action.ASK, None),
        ("la segunda", DRILL, Action.ASK, None),
        ("stop", DRILL, Action.ASK, None),
        ("b", DRILL | {"options": 0}, Action.ASK, None),
    ],
)
async def test_everything_typed_is_a_question_but_a_lone_letter_in_a_drill(
    said: str, drill: dict[str, object] | None, action: Action, option: str | None
) -> None:
    dialogue: Dialogue = DirectDialogue()
    found = await dialogue.turn(WHO, said, payload=False, metadata={"drill": drill})
    assert (found.action, found.option, found.degraded) == (action, option, True)
    await dialogue.forget(WHO)
