"""Checked content in, a new verified index directory out; then the pointer moves. Only changed texts are embedded again.

Steps: check → English of phrasings → vectors → Chroma → BM25 → language, safety and request models → evidence gate →
self-test → manifest → pointer. Anything that fails leaves the old index in use.
"""

from __future__ import annotations

import contextlib
import gc
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from random import Random

import numpy as np

from knowledge_base.check import check
from knowledge_base.load import CONTENT, content_version, load_content
from knowledge_base.model import Content, Language
from knowledge_base.pinpoint import fold
from retrieval.card_model import fit_cards
from retrieval.dense import Numbers, carry_chroma, open_chroma, write_chroma
from retrieval.encode import Vectors
from retrieval.errors import IndexBroken, IndexMissing
from retrieval.fits import examples_hash, reusable, write_examples
from retrieval.fitting import ALARMS, REQUESTS, SEED, Teacher, alarm_lessons, fit_gate, request_lessons
from retrieval.gate import Gate
from retrieval.kinds_file import save_kinds
from retrieval.language import train as train_language
from retrieval.lexical import build_lexical
from retrieval.library import Library, Store, assemble, open_encoder, repairs, words_of
from retrieval.manifest import (
    FORMAT,
    Manifest,
    current,
    current_manifest,
    file_hash,
    index_hash,
    point,
    read_manifest,
    sign,
    write_manifest,
)
from retrieval.memo import Memo
from retrieval.model import Passage
from retrieval.passages import card_words, passages
from retrieval.pivot import open_pivot
from retrieval.terms import Terms
from retrieval.views import spelled
from retrieval.vocabulary import Vocabulary, gather

Say = Callable[[str], None]
OPEN_GATE = Gate((0.0,) * 10, (1.0,) * 10, (0.0,) * 10, 0.0, 0.0, 0.0)


class ContentFaulty(Exception):
    """The checker found problems; the message lists the first ones. Cure: correct the content files."""


def is_current(index: Path, encoder: str, pivot: str | None, content: Path = CONTENT) -> bool:
    """Whether the pointed index was made from exactly this content, model and translator, in today's format."""
    try:
        found = current_manifest(index)
    except (IndexBroken, IndexMissing):
        return False
    return (found.format, found.content_version, found.encoder, found.pivot) == (
        FORMAT, content_version(content), encoder, pivot,
    )


def export_model(models: Path, say: Say = lambda _: None) -> None:
    """Write the packaged MiniLM as ONNX int8 under ``models`` unless it is there."""
    if not (models / "minilm" / "model.onnx").exists():
        say("exporting the embedding model (once, about 15 s)")
        from retrieval.torch_encode import export_onnx  # torch is needed here only

        export_onnx(models / "minilm")


@contextlib.contextmanager
def _few_collections() -> Iterator[None]:
    """Many objects come and nearly all stay: looking for garbage as often as usual takes a third of the time."""
    before = gc.get_threshold()
    gc.set_threshold(1_000_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@_few_collections()
def build(
    index: Path,
    models: Path,
    content_root: Path = CONTENT,
    embedding_model: str | None = None,
    chroma_server: str | None = None,
    say: Say = lambda _: None,
    force: bool = False,
    strict: bool = True,
) -> str:
    """Build if stale; returns the index hash. Raises ``ContentFaulty`` or ``IndexBroken``, leaving the old index."""
    if embedding_model is None:
        export_model(models, say)
    encoder = open_encoder(models, embedding_model)
    pivot = open_pivot()
    version = pivot.version if pivot else None
    if not force and is_current(index, encoder.name, version, content_root):
        return current_manifest(index).index_hash
    say("checking content")
    problems = check(content_root) if strict else []
    if problems:
        first = "\n".join(str(problem) for problem in problems[:5])
        raise ContentFaulty(f"{len(problems)} problems in the content, for example:\n{first}")
    content = load_content(content_root)
    fits = None if force else reusable(index, content, encoder.name, version)
    name = index_hash(content.version, encoder.name, version, fits.fitted_on if fits else examples_hash(content))
    folder = index / f"{name}.new"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    memo = Memo(index / "memo.npz", encoder.name, f"{version}|{content.pivot_terms}")
    terms = Terms(content.pivot_terms)

    def to_english(text: str, language: Language) -> str:
        if pivot is None or not encoder.english_only:
            return text
        return memo.english(text, language, lambda: pivot.to_english(terms.replace(text.lower(), language), language))

    say("reading passages")
    vocabularies = _vocabularies(content, passages(content, lambda text, _: text))
    repair = repairs(content, vocabularies)
    for language, vocabulary in vocabularies.items():
        vocabulary.save(words_of(folder, language))
    # Ways of asking are heard as questions are: repaired, then translated.
    found = tuple(passages(content, lambda text, language: to_english(repair[language](text), language)))
    say(f"embedding {len(found)} passages (only changed ones)")
    vectors = memo.vectors([p.english for p in found], encoder.encode)
    _write_parts(folder, content, found, vectors, name, chroma_server, say)
    held: dict[str, float] = {}
    if fits:
        say("keeping the models: their examples hardly changed")
        fits.copy_to(folder)
    else:
        say("training language, safety and request models")
        held = _train(folder, content, found, Teacher(content, repair, encoder, to_english, memo))
        say("training the card model")
        _train_cards(folder, found, vectors)
        write_examples(folder, content)
    manifest = Manifest(
        format=FORMAT, index_hash=name, content_version=content.version, encoder=encoder.name, pivot=version,
        collection=f"crm-{name}", passages=len(found), gate=fits.gate if fits else OPEN_GATE, files={},
        fitted_on=fits.fitted_on if fits else examples_hash(content),
    )
    write_manifest(folder, manifest)
    library = assemble(folder, manifest, encoder, pivot, chroma_server, repair)
    if not fits:
        say("fitting the evidence gate")
        manifest = manifest.model_copy(update={"gate": fit_gate(library, held, Random(SEED))})
    say("verifying")
    _verify(library)
    library.close()
    manifest = manifest.model_copy(update={"files": _hashes(folder)})
    write_manifest(folder, sign(manifest, ""))
    target = index / name
    shutil.rmtree(target, ignore_errors=True)
    folder.rename(target)
    read_manifest(target)
    point(index, name)
    memo.save()
    _sweep(index, keep=name)
    return name


def _vocabularies(content: Content, found: Iterable[Passage]) -> dict[Language, Vocabulary]:
    """The words of all checked texts (ways of asking are misspelt on purpose) and how we are asked."""
    texts: dict[tuple[Language, bool], list[str]] = {(language, spoken): [] for language in Language for spoken in (True, False)}
    for passage in found:
        for language, text in passage.native.items():
            texts[language, passage.kind == "phrasing"].append(text)
    return {
        language: gather(
            language, texts[language, False], texts[language, True],
            (fold(entry.word) for entry in getattr(content.glossary, language.value)),
        )
        for language in Language
    }


def _write_parts(
    folder: Path, content: Content, found: tuple[Passage, ...], vectors: Vectors, name: str, server: str | None, say: Say
) -> None:
    (folder / "store.json").write_text(Store(content=content, passages=found).model_dump_json(by_alias=True))
    np.save(folder / "vectors.npy", vectors)
    say("writing vectors to Chroma")
    numbers = None if server else _carried(folder, vectors, name)
    if numbers is None:
        numbers = np.arange(len(vectors))
        shutil.rmtree(folder / "chroma", ignore_errors=True)
        write_chroma(vectors, f"crm-{name}", folder / "chroma", server)
    np.save(folder / "numbers.npy", numbers)
    open_chroma(vectors, f"crm-{name}", folder / "chroma", server, numbers=numbers).close()
    say("indexing words")
    build_lexical(Language.EN, [p.english for p in found]).save(folder / "bm25-english")
    build_lexical(Language.EN, card_words(found) or [""]).save(folder / "bm25-cards")
    for language in Language:
        build_lexical(language, [p.native.get(language, "") for p in found]).save(folder / f"bm25-{language}")


def _carried(folder: Path, vectors: Vectors, name: str) -> Numbers | None:
    """The ids of ``vectors`` in the store of the index in use, if it could be taken over."""
    try:
        old, manifest = current(folder.parent), current_manifest(folder.parent)
        if old is None or manifest.format != FORMAT:
            return None
        before, numbers = np.load(old / "vectors.npy"), np.load(old / "numbers.npy")
        return carry_chroma(
            vectors, f"crm-{name}", folder / "chroma", before, numbers, manifest.collection, old / "chroma")
    except Exception:  # whatever is wrong with the old one, a new one is written
        return None


def _train(
    folder: Path,
    content: Content,
    found: tuple[Passage, ...],
    teacher: Teacher,
) -> dict[str, float]:
    """Write the small models; returns how answerable each example looks to a request model that never saw it."""
    texts = {language: [p.native[language] for p in found if language in p.native] for language in Language}
    languages = train_language(texts, Random(SEED))
    np.savez(folder / "models.npz", language_weights=languages.weights, language_bias=languages.bias)
    alarms = alarm_lessons(content)
    alarm = teacher.teach(ALARMS, alarms)
    if alarm is not None:
        save_kinds(alarm[0], folder, "alarm")
    requests = request_lessons(content)
    request = teacher.teach(REQUESTS, requests)
    if request is None:
        return {}
    save_kinds(request[0], folder, "request")
    return {lesson.text: float(row[0]) for lesson, row in zip(requests, request[1], strict=True)}


def _train_cards(folder: Path, found: tuple[Passage, ...], vectors: Vectors) -> None:
    """Write the model of which card is asked for, learnt from all ways of asking."""
    asked = [(position, p, p.card) for position, p in enumerate(found) if p.kind == "phrasing" and p.card is not None]
    if len({card for _, _, card in asked}) < 2:
        return
    languages = [next(iter(p.native)) for _, p, _ in asked]
    texts = [p.native[language] for (_, p, _), language in zip(asked, languages, strict=True)]
    rows = spelled(texts, languages, [p.english for _, p, _ in asked])
    fit_cards(rows, vectors[[position for position, _, _ in asked]], [card for _, _, card in asked]).save(folder)


def _verify(library: Library) -> None:
    """Every sampled passage must be found by its own words."""
    if library.exact:
        raise IndexBroken("Chroma does not find its own vectors; free disk space and run make index again")
    stock = library.stock
    for position in range(0, len(stock.passages), max(1, len(stock.passages) // 40)):
        vector = library.listener.encoder.encode([stock.passages[position].english])[0]
        _, cosines = stock.dense.nearest(vector, 1)
        if cosines[0] < 0.99:
            raise IndexBroken(f"passage {stock.passages[position].id} does not find itself")


def _hashes(folder: Path) -> dict[str, str]:
    """Digests of all files but Chroma's, which change when it is opened (it is tested by its own vectors instead)."""
    return {
        path.relative_to(folder).as_posix(): file_hash(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "manifest.json" and "chroma" not in path.relative_to(folder).parts
    }


def _sweep(index: Path, keep: str) -> None:
    """Remove all but this build and the one before it."""
    builds = sorted((p for p in index.iterdir() if p.is_dir() and p.name != keep), key=lambda p: p.stat().st_mtime)
    for old in builds[:-1]:
        shutil.rmtree(old, ignore_errors=True)
