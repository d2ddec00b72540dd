"""The README's figures are those of the baseline, and nobody edited them by hand."""

from __future__ import annotations

import pytest

from evals.__main__ import BASELINE
from evals.headline import headline, put
from evals.run import Report
from tests.conftest import ROOT


def test_the_readme_shows_the_baseline() -> None:
    table = headline(Report.model_validate_json(BASELINE.read_bytes()))
    assert table.count("|") > 60 and "**no**" in table, "targets that are not reached are said"
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert put(readme, table) == readme


def test_missing_markers_are_named() -> None:
    with pytest.raises(ValueError, match="markers"):
        put("nothing here", "table")
