"""What people type to choose an option."""

from __future__ import annotations

import pytest

from bot.options import lone_option, meant_option


@pytest.mark.parametrize(
    ("said", "options", "letter"),
    [
        ("b", 3, "b"), ("B)", 3, "b"), (" (C). ", 3, "c"), ("2", 3, "b"), ("dos", 3, "b"), ("um", 2, "a"),
        ("option 2", 3, "b"), ("Opção C", 3, "c"), ("opción número tres", 3, "c"), ("letra b", 3, "b"), ("option a", 3, "a"),
        ("la segunda", 3, "b"), ("a segunda", 3, "b"), ("the second one", 3, "b"), ("la última", 4, "d"), ("the last one", 3, "c"),
        ("a terceira opção", 3, "c"), ("I pick c", 3, "c"), ("elijo la b", 3, "b"), ("a minha resposta é b", 3, "b"),
        ("voy con la d", 4, "d"), ("my answer is a", 2, "a"), ("opción b por favor", 3, "b"),
        # nothing clearly meant
        ("d", 3, None), ("7", 6, None), ("la tercera", 2, None), ("", 3, None), ("???", 3, None), ("b", 0, None),
        ("2 o 3", 3, None), ("la primera o la segunda", 3, None), ("answer a question", 3, None),
        ("puedo disparar a un ladrón", 3, None), ("a guard", 3, None), ("option a or option b", 3, None),
    ],
)  # fmt: skip
def test_what_is_meant(said: str, options: int, letter: str | None) -> None:
    assert meant_option(said, options) == letter


@pytest.mark.parametrize(("said", "letter"), [("B", "b"), ("2)", "b"), ("la b", None), ("second", None), ("e", None)])
def test_without_the_engine_only_a_lone_sign_counts(said: str, letter: str | None) -> None:
    assert lone_option(said, 3) == letter
