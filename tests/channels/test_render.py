"""What people see, kept as snapshots: per channel, kind of reply and language."""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.model import Button, Channel, ConversationId
from channels.model import Outgoing
from channels.render import render as render_web
from channels.sources import lines, number
from channels.telegram.render import render as render_telegram
from knowledge_base.model import Language
from tests.channels import replies
from tests.telegram_emulator.markup import parse


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("kind", replies.KINDS)
def test_telegram(kind: str, language: Language, snapshot: SnapshotAssertion) -> None:
    parts = render_telegram(replies.reply(kind, language), replies.short, "https://assistant.example")
    assert len(parts) == 1
    parse(parts[0].html, "HTML")
    assert [part.html for part in parts] == snapshot


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("kind", replies.KINDS)
def test_web(kind: str, language: Language, snapshot: SnapshotAssertion) -> None:
    outgoing = Outgoing(row=7, conversation=ConversationId("web:x"), channel=Channel.WEB, message_id="m",
                        reply=replies.reply(kind, language))
    assert render_web(outgoing, replies.short).model_dump(mode="json") == snapshot


@pytest.mark.parametrize("language", list(Language))
def test_a_number_is_the_same_source_in_every_channel(language: Language) -> None:
    made = replies.answer(language)
    sentences, sources = number(made, replies.short)
    assert [source.number for source in sources] == [1, 2, 3]
    assert [sentence.numbers for sentence in sentences] == [(1, 2), (1, 3)]
    assert sources[0].note is None and sources[2].note


def test_without_a_public_address_telegram_links_to_the_official_text() -> None:
    (part,) = render_telegram(replies.reply("answer", Language.EN), replies.short)
    shown = parse(part.html, "HTML")
    assert [target for _, target in shown.links] == ["https://example.org/un?a=1&b=2"] * 2
    assert "Article 20, UN Principles <un_bpuff_1990>" in shown.text, "no link where there is none"


def test_a_long_reply_keeps_its_buttons_at_the_end() -> None:
    long = replies.reply("answer", Language.PT).model_copy(update={"text": "Uma frase. " * 900})
    parts = render_telegram(long, replies.short)
    assert len(parts) == 3
    assert [bool(part.buttons) for part in parts] == [False, False, True]


def test_a_payload_telegram_would_refuse_is_an_error() -> None:
    bad = replies.reply("notice", Language.EN).model_copy(update={"buttons": ((Button(label="x", payload="é" * 33),),)})
    with pytest.raises(ValueError, match="66 bytes"):
        render_telegram(bad, replies.short)


@pytest.mark.parametrize(("text", "found"), [
    ("Plain.", [("Plain.", ())]),
    ("Rule. [1][12]", [("Rule.", (1, 12))]),
    ("Rule [a]. [1] [2]", [("Rule [a].", (1, 2))]),
    ("See [3] in the middle.", [("See [3] in the middle.", ())]),
    ("a [1]\n\nb", [("a", (1,)), ("", ()), ("b", ())]),
    ("[1]", [("", (1,))]),
])
def test_lines_and_their_numbers(text: str, found: list[tuple[str, tuple[int, ...]]]) -> None:
    assert [(line.text, line.numbers) for line in lines(text)] == found
