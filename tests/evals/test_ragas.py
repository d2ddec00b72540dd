"""ragas: our encoder behind it, NaN is a failure, and a real model server judges; one that talks nonsense gives no score."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterator

import httpx
import pytest

from evals.golden_sets import read_cases
from evals.model import Result
from evals.ragas_metrics import ChatModel, LocalEmbedding, ModelUseless, NotANumber, checked, judged_measures, ragas_measures
from evals.run import ask
from knowledge_base.model import Language
from retrieval.library import Library
from tests.conftest import free_port
from tests.evals.tiny_llama import served, write_model

WORD = 'word ::= "\\"" [a-z]{3,12} "\\""\n'
CLAIMS = WORD + 'root ::= "{\\"statements\\": [" word ", " word "], \\"claims\\": [" word ", " word "]}"'
VERDICTS = WORD + (
    'item ::= "{\\"statement\\": " word ", \\"reason\\": " word ", \\"verdict\\": " [01] "}"\n'
    'root ::= "{\\"statements\\": [" item ", " item "]}"'
)
QUESTION = WORD + 'root ::= "{\\"question\\": " word ", \\"noncommittal\\": 0}"'


class Grammar(httpx.AsyncHTTPTransport):
    """Adds to each request the grammar its prompt needs: random weights then say nonsense in the right form."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        self.seen.append(prompt := str(body["messages"]))
        kind = VERDICTS if "verdict" in prompt else QUESTION if "noncommittal" in prompt else CLAIMS
        content = json.dumps({**body, "grammar": kind, "seed": 5}).encode()
        headers = {k: v for k, v in request.headers.items() if k != "content-length"}
        return await super().handle_async_request(httpx.Request(request.method, request.url, headers=headers, content=content))


@pytest.fixture(scope="module")
def results(library: Library) -> list[Result]:
    tune = [case for case in read_cases() if case.split == "tune" and case.key_points]
    chosen = [case for language in Language for case in [c for c in tune if c.language is language][:4]]
    found = ask(chosen, library, dt.date(2026, 11, 24))
    assert sum(bool(r.answer.sentences) for r in found) >= 6
    return found


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path = tmp_path_factory.mktemp("llama") / "tiny.gguf"
    write_model(path)
    with served(path, free_port()) as url:
        yield url


def test_not_a_number_is_a_failure() -> None:
    assert checked(0.0, "m", "c") == 0.0
    with pytest.raises(NotANumber, match="m is not a number for case c"):
        checked(math.nan, "m", "c")


def test_meaning_is_compared_through_our_own_encoder(results: list[Result], library: Library) -> None:
    near = LocalEmbedding(library.listener, Language.PT)
    guard, same, other = (near.embed_text(t) for t in ("o guarda feriu uma pessoa", "a pessoa foi ferida pelo guarda", "boa receita de bolo"))
    dot = lambda a, b: sum(x * y for x, y in zip(a, b, strict=True))  # noqa: E731
    assert dot(guard, same) > 0.2 + dot(guard, other)
    rows = {m.name: m for m in ragas_measures(results, library.content, library.listener)}
    said = sum(bool(r.answer.sentences) for r in results)
    assert len(rows) == 6 and all(m.n == said and 0 <= m.value <= 1 for m in rows.values())
    assert rows["ragas SemanticSimilarity"].value > rows["ragas NonLLMStringSimilarity"].value


def test_a_real_server_judges_three_metrics(results: list[Result], library: Library, llama: str) -> None:
    grammar = Grammar()
    rows = judged_measures(results, library.content, library.listener, ChatModel(llama, "tiny", "", grammar), most=3)
    assert [(m.name, m.n) for m in rows] == [(f"ragas {n}", 3) for n in ("Faithfulness", "ResponseRelevancy", "FactualCorrectness")]
    assert all(0 <= m.low <= m.value <= m.high <= 1 or m.name == "ragas ResponseRelevancy" for m in rows)
    assert -1 <= rows[1].value < 0.9, "the question the model made up has nothing to do with ours"
    first = next(r for r in results if r.answer.sentences)
    assert len(grammar.seen) >= 3 * (2 + 1 + 2) and first.answer.sentences[0].text[:30] in grammar.seen[0]


def test_nonsense_is_never_a_score(results: list[Result], library: Library, llama: str) -> None:
    with pytest.raises((ModelUseless, NotANumber), match="ragas Faithfulness"):
        judged_measures(results, library.content, library.listener, ChatModel(llama, "tiny", ""), most=1)


def test_a_server_that_is_down_is_named(results: list[Result], library: Library) -> None:
    with pytest.raises(ModelUseless, match="Faithfulness, case"):
        judged_measures(results, library.content, library.listener, ChatModel(f"http://127.0.0.1:{free_port()}/v1", "x", ""), most=1)


def test_sealed_cases_are_not_sent_to_a_model(results: list[Result], library: Library, llama: str) -> None:
    grammar = Grammar()
    sealed = [r.model_copy(update={"case": r.case.model_copy(update={"split": "sealed"})}) for r in results]
    assert judged_measures(sealed, library.content, library.listener, ChatModel(llama, "tiny", "", grammar)) == []
    assert grammar.seen == []
