"""The translator: real pipes, kept warm, restarted when they die; nothing it says breaks the protocol."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_base.model import Language
from retrieval.pivot import Pivot, open_pivot

pytestmark = pytest.mark.skipif(open_pivot() is None, reason="Apertium is not installed")


@pytest.fixture(scope="module")
def pivot() -> Iterator[Pivot]:
    opened = open_pivot()
    assert opened is not None
    yield opened
    opened.close()


def test_es_and_pt_reach_english(pivot: Pivot) -> None:
    assert "police" in pivot.to_english("la policía", Language.ES).lower()
    assert "police" in pivot.to_english("a polícia", Language.PT).lower()
    assert pivot.to_english("the police", Language.EN) == "the police"


def test_a_dead_pipe_is_started_again(pivot: Pivot) -> None:
    pivot.to_english("la policía", Language.ES)
    process = pivot._pipes["spa-eng"]._process
    assert process is not None
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert "police" in pivot.to_english("la policía", Language.ES).lower()


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=80))
def test_any_text_comes_back_and_the_next_one_is_not_mixed_up(text: str) -> None:
    assert isinstance(_SHARED.to_english(text, Language.ES), str)
    assert _SHARED.to_english("casa", Language.ES).lower() == "house"


_SHARED = open_pivot() or Pivot()
