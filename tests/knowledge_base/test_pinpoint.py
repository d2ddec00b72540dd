"""Pinpoints: anchors, addresses and labels."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.model import InstrumentId, Language, Ref
from knowledge_base.pinpoint import anchor, is_mechanical, label, ref, split_ref


@pytest.mark.parametrize(
    ("pinpoint", "expected"),
    [
        ("Principle 9", "principle-9"), ("art. 8.4", "art-8-4"), ("art. 4.1 (literal c, derogado)", "art-4-1-literal-c-derogado"),
        ("existência e data", "existencia-e-data"), ("arts. 1 y 2", "arts-1-y-2"), ("Línea 100", "linea-100"),
    ],
)
def test_anchor(pinpoint: str, expected: str) -> None:
    assert anchor(pinpoint) == expected


@given(st.text(min_size=1))
def test_an_anchor_is_plain_and_stable(pinpoint: str) -> None:
    found = anchor(pinpoint)
    assert re.fullmatch(r"(?:[a-z0-9]+(?:-[a-z0-9]+)*)?", found)
    assert anchor(found) == found


@given(st.from_regex(r"[a-z_0-9]{1,20}", fullmatch=True), st.from_regex(r"art\. \d{1,3}(\.\d)?", fullmatch=True))
def test_an_address_comes_apart_as_it_was_put_together(instrument: str, pinpoint: str) -> None:
    assert split_ref(ref(InstrumentId(instrument), pinpoint)) == (instrument, anchor(pinpoint))


@pytest.mark.parametrize("wrong", ["", "x", "#a", "a#"])
def test_a_wrong_address_says_what_to_write(wrong: str) -> None:
    with pytest.raises(ValueError, match="un_bpuff_1990#principle-9"):
        split_ref(Ref(wrong))


@pytest.mark.parametrize(
    ("pinpoint", "language", "expected"),
    [
        ("Principle 9", Language.PT, "Princípio 9"), ("Article 6(1)", Language.ES, "Artículo 6(1)"),
        ("para 34", Language.ES, "párr. 34"), ("para. 34", Language.ES, "párr. 34"), ("arts. 1 y 2", Language.PT, "arts. 1 e 2"),
    ],
)
def test_label(pinpoint: str, language: Language, expected: str) -> None:
    assert label(pinpoint, language) == expected


def test_only_citation_words_are_translated_mechanically() -> None:
    assert is_mechanical("Article XII(2)(a)") and not is_mechanical("Killings by private persons")
