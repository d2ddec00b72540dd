"""A receipt is kept: other processes, in another order and with other hash seeds, say the same bytes again."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from itertools import zip_longest
from pathlib import Path
from random import Random

import pytest

from evals.golden_sets import read_cases
from evals.model import Case
from knowledge_base.model import Language
from retrieval.library import Library
from retrieval.model import Answer, AnswerKind
from retrieval.replay import replay_all
from tests.conftest import ROOT

DAY = dt.date(2026, 11, 24)
QUESTIONS = 100
ROUNDS = 5


def retrieval(data: Path, seed: int, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "retrieval", "--data", str(data), *words], cwd=ROOT, text=True,
        env={**os.environ, "PYTHONHASHSEED": str(seed)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )


def chosen() -> list[Case]:
    """Tune questions of every sort, the three languages in turn."""
    tune = [case for case in read_cases() if case.split == "tune"]
    Random(5).shuffle(tune)
    rows = zip_longest(*([case for case in tune if case.language is language] for language in Language))
    return [case for row in rows for case in row if case is not None][:QUESTIONS]


@pytest.fixture(scope="module")
def answers(data: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Answers of process 1 as JSON lines; every tenth asker is a stranger of whom nothing is known."""
    cases = chosen()
    lines = [
        case.asked(DAY).model_copy(
            update={"language": None, "country": None, "role": None} if number % 10 == 0 else {}
        )
        for number, case in enumerate(cases)
    ]
    file = tmp_path_factory.mktemp("replay") / "questions.jsonl"
    file.write_text(
        "".join(q.model_dump_json().replace('"text":', '"question":', 1) + "\n" for q in lines), encoding="utf-8"
    )
    said, errors = retrieval(data, 0, "ask", "--batch", str(file)).communicate(timeout=120)
    found = said.splitlines()
    assert len(found) == len({Answer.model_validate_json(line).question for line in found}) == QUESTIONS, errors[-500:]
    return found


@pytest.mark.slow
def test_a_thousand_replays_in_two_other_processes_are_equal(answers: list[str], data: Path, tmp_path: Path) -> None:
    kinds = {Answer.model_validate_json(line).kind for line in answers}
    assert kinds >= {AnswerKind.GROUNDED, AnswerKind.REFUSAL, AnswerKind.SAFETY}
    running = []
    for seed in (1, 4242):
        random = Random(seed)
        rounds = [random.sample(answers, len(answers)) for _ in range(ROUNDS)]
        file = tmp_path / f"{seed}.jsonl"
        file.write_text("\n".join(line for lines in rounds for line in lines), encoding="utf-8")
        running.append(retrieval(data, seed, "replay", str(file)))
    for process in running:
        said, errors = process.communicate(timeout=120)
        assert (process.returncode, said.strip()) == (
            0, f"{QUESTIONS * ROUNDS} equal, 0 other, 0 not of this index",
        ), errors[-500:]


def test_one_changed_word_is_noticed(answers: list[str], library: Library) -> None:
    before = next(a for a in map(Answer.model_validate_json, answers) if a.sentences)
    first = before.sentences[0]
    changed = before.model_copy(
        update={"sentences": (first.model_copy(update={"text": first.text + " not"}), *before.sentences[1:])}
    )
    elsewhere = before.model_copy(update={"receipt": "0" * 16 + "." + before.receipt.partition(".")[2]})
    found = replay_all((before, changed, elsewhere), library)
    assert [replayed.same for replayed in found] == [True, False, None]
