"""Splitting: every part fits Telegram, is valid markup, and together they say the same."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from channels.telegram.split import LIMIT, Block, Span, parts, units
from tests.telegram_emulator.markup import parse

words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12).filter(str.strip)
sentence = st.builds(lambda found: " ".join(found) + ".", st.lists(words, min_size=1, max_size=30))
span = st.builds(Span, sentence, bold=st.booleans(), italic=st.booleans(),
                 href=st.none() | st.sampled_from(["https://example.org/a?b=1&c=2", 'https://x.org/"q"']))
block = st.builds(
    lambda spans, marks, gap: Block((*spans, Span(f" [{marks}]", glued=True)) if marks else tuple(spans), gap),
    st.lists(span, min_size=1, max_size=4), st.none() | st.integers(1, 99), st.integers(1, 2))


def squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


@given(st.lists(block, min_size=1, max_size=12), st.integers(40, 400))
@example([Block((Span("😀" * 3000),))], LIMIT)
@example([Block((Span("a" * 5000 + " b."),))], LIMIT)
def test_parts_fit_are_valid_and_lose_nothing(blocks: list[Block], limit: int) -> None:
    found = parts(blocks, limit)
    assert found
    shown = [parse(part, "HTML").text for part in found]
    assert all(0 < units(text) <= limit for text in shown)
    said = "".join(one.text for block in blocks for one in block.spans)
    assert squeeze("".join(shown)) == squeeze(said)


@given(st.lists(st.tuples(sentence, st.integers(1, 99)), min_size=1, max_size=40), st.integers(60, 300))
def test_a_citation_stays_with_the_word_before_it(said: list[tuple[str, int]], limit: int) -> None:
    blocks = [Block((Span(text), Span(f" [{number}]", glued=True))) for text, number in said]
    for part in parts(blocks, limit):
        assert not re.match(r"\[\d+\]", parse(part, "HTML").text)


def test_a_part_ends_with_a_sentence_where_it_can() -> None:
    text = "One sentence here. " * 40
    for part in parts([Block((Span(text),))], 100):
        assert part.endswith("here.")


def test_a_bold_link_is_closed_and_opened_again() -> None:
    found = parts([Block((Span("word " * 50, bold=True, href="https://example.org"),))], 100)
    assert len(found) == 3
    assert all(part.startswith('<b><a href="https://example.org">') and part.endswith("</a></b>") for part in found)


def test_no_more_marked_up_stretches_than_telegram_keeps() -> None:
    found = parts([Block((Span("x", bold=True),)) for _ in range(250)])
    assert [parse(part, "HTML").entities for part in found] == [100, 100, 50]


def test_text_of_people_is_never_markup() -> None:
    (part,) = parts([Block((Span('<b>&amp; "x" </b><script>'),))])
    assert parse(part, "HTML").text == '<b>&amp; "x" </b><script>'


def test_control_characters_go() -> None:
    assert parts([Block((Span("a\x00b\ud800c"),))]) == ("abc",)
    assert parts([Block((Span("\x00"),))]) == ()
