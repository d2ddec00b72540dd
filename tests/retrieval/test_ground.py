"""Nothing that is not an exact span of a known text with resolving citations gets through."""

from __future__ import annotations

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_base.model import Language, Ref
from retrieval.cite import cite, sentences
from retrieval.compose import Person, from_provisions, whole_card
from retrieval.ground import ground
from retrieval.library import Library

DAY = dt.date(2026, 11, 24)


def test_every_statement_of_every_card_is_grounded_in_every_language(library: Library) -> None:
    seen = 0
    for card in library.content.cards.values():
        for language in Language:
            said = whole_card(card, library.content, Person(language, None, None, DAY))
            assert ground(said, library.content, language) == said, card.id
            seen += len(said)
    assert seen > 500


def test_every_provision_is_grounded_sentence_by_sentence(library: Library) -> None:
    for ref in ("un_bpuff_1990#principle-9", "per_dl_1186#art-8-3", "moz_penal_code_24_2019#art-53-n-o-1"):
        for language in Language:
            said = from_provisions([Ref(ref)], library.content, Person(language, None, None, DAY))
            assert said and ground(said, library.content, language) == said


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_altered_sentences_are_dropped(library: Library, data: st.DataObject) -> None:
    said = from_provisions([Ref("un_bpuff_1990#principle-9")], library.content, Person(Language.EN, None, None, DAY))
    sentence = data.draw(st.sampled_from(said))
    words = sentence.text.split()
    at = data.draw(st.integers(0, len(words) - 1))
    altered = sentence.model_copy(update={"text": " ".join([*words[:at], "always", *words[at + 1 :]])})
    assert ground((altered,), library.content, Language.EN) == ()


def test_a_citation_that_does_not_resolve_drops_its_sentence(library: Library) -> None:
    sentence = from_provisions([Ref("un_bpuff_1990#principle-9")], library.content, Person(Language.EN, None, None, DAY))[0]
    for update in ({"anchor": "principle-99"}, {"quote": "Police may always shoot."}, {"quote": ""}):
        wrong = sentence.citations[0].model_copy(update=update)
        assert ground((sentence.model_copy(update={"citations": (wrong,)}),), library.content, Language.EN) == ()
    assert ground((sentence.model_copy(update={"citations": ()}),), library.content, Language.EN) == ()


def test_quotes_are_exact_spans(library: Library) -> None:
    citation = cite(library.content, Ref("un_bpuff_1990#principle-5"), Language.PT, "assistência médica aos feridos")
    assert citation.verdict == "exact"
    _, provision = library.content.place(Ref("un_bpuff_1990#principle-5"))
    assert citation.quote in provision.words.pt


def test_sentences_put_together_are_the_text(library: Library) -> None:
    for instrument in library.content.instruments.values():
        for provision in instrument.provisions[:3]:
            for language in Language:
                text = provision.words.in_(language)
                assert " ".join(sentences(text)).split() == text.split()


def test_no_sentence_of_any_digest_ends_with_an_abbreviation(library: Library) -> None:
    cut = {"art.", "arts.", "(art.", "(arts.", "para.", "paras.", "párr.", "párrs.", "inc."}
    for instrument in library.content.instruments.values():
        for provision in instrument.provisions:
            for language in Language:
                words = provision.words.in_(language)
                said = sentences(words)
                assert "".join("".join(said).split()) == "".join(words.split()), "nothing is lost"
                assert not [one for one in said if one.split()[-1] in cut], (instrument.id, provision.anchor)


def test_a_text_asked_for_comes_whole_with_what_overrides_it(library: Library) -> None:
    ref = Ref("per_dl_1186#art-8-4")
    for language in Language:
        said = [one.text for one in from_provisions([ref], library.content, Person(language, None, None, DAY))]
        for whole in (*library.content.stricter(ref), ref):
            words = sentences(library.content.place(whole)[1].words.in_(language))
            assert [one for one in said if one in words] == words, "an exception must not be cut off"


def test_further_texts_come_only_where_they_fit(library: Library) -> None:
    refs = [Ref("un_bpuff_1990#principle-9"), Ref("icoc_2021#para-31"), Ref("un_bpuff_1990#principle-5")]
    said = from_provisions(refs, library.content, Person(Language.PT, None, None, DAY), room=700)
    texts = {one.text for one in said}
    for ref in refs:
        words = sentences(library.content.place(ref)[1].words.pt)
        assert len(texts & set(words)) in (0, len(set(words))), "whole or not at all"
    assert sum(len(text) + 1 for text in texts) <= 701
