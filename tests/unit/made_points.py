"""POINTS and SIMILARITY of study barrier, by the real projection and tests of made-up embeddings.

Disturbed texts stand beside their originals: mixed ones near, replaced and hidden ones far away.
"""

from collections.abc import Mapping
from functools import cache

import numpy as np
import polars as pl

from isogloss.representations.points import similarities
from isogloss.representations.similarity import cosines, project
from isogloss.representations.tables import POINTS

P = (0.2, 0.4, 0.6, 0.8)
AWAY = {"mixed": 0.5, "replaced": 2.0, "hidden": 1.2}


@cache
def points(model: str, away: tuple[tuple[str, float], ...] = tuple(AWAY.items())) -> pl.DataFrame:
    """Return POINTS of a model; away: how far a text goes at p = 1, by kind."""
    generator = np.random.default_rng(sum(map(ord, model)))
    original = generator.normal(size=(60, 8)) + 1
    frames = []
    for kind, distance in away:
        for p in P:
            moved = original + distance * p * generator.normal(size=original.shape)
            picture = project({"original": original, "disturbed": moved}, 3)
            frames.append(
                pl.DataFrame(
                    {
                        "model": model,
                        "kind": kind,
                        "p": p,
                        "number": pl.Series(range(len(original)), dtype=pl.UInt32()),
                        "cosine": cosines(original, moved),
                        "x": picture["disturbed"][:, 0],
                        "y": picture["disturbed"][:, 1],
                        "original_x": picture["original"][:, 0],
                        "original_y": picture["original"][:, 1],
                        "missing": pl.Series([0] * len(original), dtype=pl.UInt32()),
                    }
                )
            )
    return POINTS.check(pl.concat(frames))


def tables(away: Mapping[str, Mapping[str, float]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return POINTS and SIMILARITY of several models; away: by model, then by kind."""
    made = [points(model, tuple(of.items())) for model, of in away.items()]
    return pl.concat(made), similarities(made)
