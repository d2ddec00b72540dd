"""A question that names a place of a source ("art. 8.3 del DL 1186") in, the addresses of that place out."""

from __future__ import annotations

import re
from collections.abc import Iterable

from knowledge_base.model import Content, Country, Instrument, InstrumentId, Language, Ref
from knowledge_base.pinpoint import fold

_PLACE = re.compile(
    r"(?:\barts?|\bartigos?|\bartículos?|\barticulos?|\barticles?|\bprincip\w*|\bprinciples?|\bparas?|\bparagraphs?|"
    r"\bparrafos?|\bparagrafos?|\brules?|\bregras?|\bnormas?|\bguidelines?|\bdirectri\w*|\binc)\b\.?\s*"
    r"(?:n\.?\s*[oº]\s*)?(\d+(?:[.\-]\d+)*(?:[.\-][a-z]\b)?(?:-[a-z]\b)?)"
)
_NUMBERED = re.compile(r"^(?:per|moz)_([a-z_]+?)_?(\d+)(?:_(\d{4}))?(?:_(in|em|jus))?$")
_FORMS: dict[str, tuple[str, ...]] = {
    "dl": ("dl", "d leg", "dleg", "decreto legislativo", "decree"),
    "ley": ("ley", "law", "lei"),
    "ds": ("ds", "decreto supremo", "reglamento"),
    "rm": ("rm", "resolucion ministerial"),
    "tc": ("tc", "sentencia"),
}
_ALIASES: dict[str, tuple[str, ...]] = {
    "un_bpuff_1990": ("basic principles", "principios basicos", "bpuff", "un basic principles"),
    "un_code_conduct_leo_1979": ("code of conduct for law enforcement", "codigo de conducta onu", "codigo de conduta onu"),
    "un_iccpr_1966": ("iccpr", "pidcp", "civil and political", "civiles y politicos", "civis e politicos"),
    "icoc_2021": ("icoc", "icoca code", "codigo icoca", "codigo icoc", "international code of conduct"),
    "vpshr_2000": ("voluntary principles", "principios voluntarios"),
    "un_udhr_1948": ("udhr", "universal declaration", "declaracion universal", "declaracao universal"),
    "oas_achr_1969": ("american convention", "convencion americana", "pacto de san jose"),
    "au_achpr_1981": ("african charter", "carta africana"),
    "ilo_c169_1989": ("c169", "convenio 169", "convencao 169", "convention 169"),
    "un_cat_1984": ("convention against torture", "convencion contra la tortura", "convencao contra a tortura"),
    "moz_constitution": ("constituicao", "constitution of mozambique", "crm"),
    "moz_penal_code_24_2019": ("codigo penal", "penal code", "cp"),
    "moz_cpp_25_2019": ("codigo de processo penal", "code of criminal procedure", "cpp"),
    "per_const_1993": ("constitucion", "constitution of peru", "constituicao do peru"),
    "per_cp": ("codigo penal", "penal code", "cp"),
    "per_cpp": ("codigo procesal penal", "criminal procedure code", "cpp", "ncpp"),
}


def aliases(instrument: Instrument) -> set[str]:
    """Folded names by which people cite an instrument."""
    names = set(_ALIASES.get(instrument.id, ()))
    names.update(fold(instrument.short.in_(language)) for language in Language)
    match = _NUMBERED.match(instrument.id)
    if match:
        kind, number, year, _ = match.groups()
        forms = _FORMS.get(kind, ("lei", "law", "ley", "decreto", "decree"))
        for form in forms:
            names.add(f"{form} {number.lstrip('0')}")
            names.add(f"{form} {number}")
            if year:
                names.update(f"{form} {n}{sep}{y}" for n in {number, number.lstrip("0")} for sep in ("/", "-", " ")
                             for y in (year, year[2:]))
    return {" ".join(re.sub(r"[^\w/\-]+", " ", name).split()) for name in names if len(name) > 1}


class NamedPlaces:
    """Finds instruments and pinpoints named in questions; immutable."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._names: list[tuple[str, InstrumentId]] = sorted(
            ((name, i.id) for i in content.instruments.values() for name in aliases(i)),
            key=lambda pair: (-len(pair[0]), pair[0]),
        )

    def instruments(self, text: str, country: Country | None) -> list[InstrumentId]:
        """Instruments named in ``text``, longest name first; a name two countries share goes to ``country``."""
        folded = " " + " ".join(re.sub(r"[^\w/\-]+", " ", fold(text)).split()) + " "
        found: list[InstrumentId] = []
        for name, instrument_id in self._names:
            if f" {name} " in folded:
                owner = self._content.instruments[instrument_id].country
                shared = sum(other == name for other, _ in self._names) > 1
                if not (shared and country and owner and owner is not country) and instrument_id not in found:
                    found.append(instrument_id)
        return found

    def refs(self, text: str, country: Country | None) -> list[Ref]:
        """Provisions whose pinpoint and instrument are both named; exact places before their parts."""
        numbers = [number for number in _PLACE.findall(fold(text))]
        found: list[Ref] = []
        if numbers:
            for instrument_id in self.instruments(text, country):
                instrument = self._content.instruments[instrument_id]
                for number in numbers:
                    found.extend(_places(instrument, number))
        return list(dict.fromkeys(found))


def _places(instrument: Instrument, number: str) -> Iterable[Ref]:
    wanted = re.split(r"[.\-]", number)
    exact, parts, wholes = [], [], []
    for provision in instrument.provisions:
        for spoken in re.findall(r"\d+(?:[.\-]\d+)*(?:[.\-][a-z]\b)?", fold(provision.pinpoint)):
            said = re.split(r"[.\-]", spoken)
            ref = Ref(f"{instrument.id}#{provision.anchor}")
            if said == wanted:
                exact.append(ref)
            elif said[: len(wanted)] == wanted:
                parts.append(ref)
            elif wanted[: len(said)] == said:
                wholes.append(ref)
            break
    return exact or parts or wholes
