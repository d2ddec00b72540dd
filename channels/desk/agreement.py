"""How far trainers agree: the verdicts on each answer in, Krippendorff's alpha and how much it rests on out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import NamedTuple

import krippendorff
import numpy as np


class Agreement(NamedTuple):
    """``alpha``: 1 = full agreement, 0 = what chance would give, below 0 = worse; ``None`` where it is not defined: no
    pair yet, or only one verdict ever given. ``pairs``: two verdicts on the same answer; ``same``: those alike."""

    alpha: float | None
    answers: int
    pairs: int
    same: int


def agreement(verdicts: Iterable[Mapping[int, str]]) -> Agreement:
    """``verdicts``: for each answer, trainer → verdict. Nominal: any two different verdicts are equally far apart.

    Krippendorff, Computing Krippendorff's Alpha-Reliability (2011).
    """
    judged = [one for one in verdicts if len(one) > 1]
    pairs = [pair for one in judged for pair in combinations(one.values(), 2)]
    same = sum(left == right for left, right in pairs)
    codes = {verdict: code for code, verdict in enumerate(sorted({v for one in judged for v in one.values()}))}
    if len(codes) < 2:
        return Agreement(None, len(judged), len(pairs), same)
    trainers = sorted({trainer for one in judged for trainer in one})
    table = np.array([[codes[one[trainer]] if trainer in one else np.nan for one in judged] for trainer in trainers])
    alpha = float(krippendorff.alpha(reliability_data=table, level_of_measurement="nominal"))
    return Agreement(round(alpha, 3), len(judged), len(pairs), same)
