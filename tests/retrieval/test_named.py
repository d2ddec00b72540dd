"""Questions that name an article go straight to it."""

from __future__ import annotations

import pytest

from knowledge_base.model import Country
from retrieval.library import Library


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("que dice el art. 8.3 del DL 1186?", Country.PER, "per_dl_1186#art-8-3"),
        ("qué dice el artículo 8.4 del decreto legislativo 1186", None, "per_dl_1186#art-8-4"),
        ("principle 9 of the basic principles", None, "un_bpuff_1990#principle-9"),
        ("princípio 5 dos princípios básicos da onu", Country.MOZ, "un_bpuff_1990#principle-5"),
        ("o que diz o artigo 159 do código penal", Country.MOZ, "moz_penal_code_24_2019#art-159"),
        ("ICCPR article 7", None, "un_iccpr_1966#art-7"),
        ("art 260 codigo procesal penal", Country.PER, "per_cpp#art-260"),
    ],
)
def test_a_named_place_is_found(library: Library, text: str, country: Country | None, expected: str) -> None:
    assert expected in library.named.refs(text, country)[:2]


@pytest.mark.parametrize("text", ["puedo disparar", "art. 3", "el DL 1186 me protege?", "hay 3 heridos y 2 muertos"])
def test_no_place_is_made_up(library: Library, text: str) -> None:
    assert library.named.refs(text, None) == []


def test_a_name_shared_by_two_countries_goes_to_the_person_s(library: Library) -> None:
    for country, own in ((Country.MOZ, "moz_"), (Country.PER, "per_")):
        assert all(ref.startswith(own) for ref in library.named.refs("artigo 20 do codigo penal", country))
