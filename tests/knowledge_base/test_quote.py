"""The quote check never says ``exact`` for altered words."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from knowledge_base.quote import check_quote, span, squeeze

WORDS = st.lists(st.sampled_from("the guard must not shoot unless a life is in danger now".split()), min_size=3, max_size=12)


@given(WORDS, st.data())
def test_a_span_is_exact(words: list[str], data: st.DataObject) -> None:
    text = " ".join(words)
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assume(squeeze(text[start:end]))
    assert check_quote(text[start:end], text) == "exact"


@given(WORDS, st.data())
def test_altered_words_are_never_exact(words: list[str], data: st.DataObject) -> None:
    text = " ".join(words)
    at = data.draw(st.integers(0, len(words) - 1))
    altered = " ".join([*words[:at], words[at] + "x", *words[at + 1 :]])
    assert check_quote(altered, text) != "exact"


@pytest.mark.parametrize(
    ("quote", "text", "verdict"),
    [
        ("must not shoot", "A guard must  not\nshoot.", "exact"), ("must shoot", "A guard must not shoot.", "missing"),
        ("Deve disparar", "Não deve disparar.", "inexact"), ("acção", "accao", "inexact"), ("", "text", "missing"),
    ],
)
def test_verdicts(quote: str, text: str, verdict: str) -> None:
    assert check_quote(quote, text) == verdict


def test_span_is_where_the_quote_stands() -> None:
    assert span("not shoot", "must not  shoot") == (5, 14)
    assert span("shot", "must not shoot") is None
