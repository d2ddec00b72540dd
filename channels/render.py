"""How a reply looks in the web API: a reply in, the JSON-ready value out. Pure.

The widget shows ``sentences`` with their numbers and ``sources`` behind a tap; ``text`` holds the same words for
clients that want nothing else. Its shape is published in ``/openapi.json``.
"""

from __future__ import annotations

from pydantic import Field

from bot.model import Reply
from channels.model import Outgoing
from channels.sources import Line, Marked, NumberedSource, ShortName, lines, number
from knowledge_base.model import Language, Value
from retrieval.model import AnswerKind, Reason


class WireButton(Value):
    """A choice: show ``label``, send ``payload`` back as ``choice``."""

    label: str
    payload: str


class WireAnswer(Value):
    """An answer with numbered sources. ``id`` opens ``/api/v1/answers/{id}``."""

    id: str
    kind: AnswerKind
    reason: Reason | None
    sentences: tuple[Marked, ...]
    sources: tuple[NumberedSource, ...]
    drills: tuple[str, ...]
    receipt: str


class WireReply(Value):
    """One thing the assistant says. ``number`` rises within a conversation: pass the last one as ``after``."""

    number: int = Field(description="Rises within a conversation; pass the last one you have as `after`.")
    kind: str
    language: Language
    text: str = Field(description="Everything as plain text, source numbers included.")
    lines: tuple[Line, ...] = Field(description="The same, line by line, source numbers apart. Show these: an answer's "
                                    "sentences are among them, and also what the assistant says around them.")
    answer: WireAnswer | None = None
    buttons: tuple[tuple[WireButton, ...], ...] = ()
    timer_s: int | None = None
    edits: bool = Field(False, description="Replace the drill message shown last instead of adding one.")


def render(outgoing: Outgoing, short: ShortName) -> WireReply:
    """The wire form of one stored reply."""
    reply = outgoing.reply
    return WireReply(
        number=outgoing.row, kind=reply.kind.value, language=reply.language, text=reply.text,
        lines=lines(reply.text), answer=_answer(reply, short), timer_s=reply.timer_s, edits=reply.edits,
        buttons=tuple(tuple(WireButton(label=b.label, payload=b.payload) for b in row) for row in reply.buttons),
    )


def _answer(reply: Reply, short: ShortName) -> WireAnswer | None:
    if reply.answer is None:
        return None
    sentences, sources = number(reply.answer, short)
    return WireAnswer(
        id=reply.answer.id, kind=reply.answer.kind, reason=reply.answer.reason, sentences=sentences, sources=sources,
        drills=reply.answer.drills, receipt=reply.answer.receipt,
    )
