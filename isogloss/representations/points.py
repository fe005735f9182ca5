"""From texts to points: every disturbance of every text embedded, projected and compared."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from isogloss.barrier.statistics import corrected
from isogloss.corpora.units import Translations
from isogloss.progress import progress
from isogloss.representations.conditions import (
    HIDDEN,
    MIXED,
    ORIGINAL,
    REPLACED,
    hide_tokens,
    mix_words,
    replace_tokens,
)
from isogloss.representations.embed import Tokens, embed, ordinary_tokens
from isogloss.representations.similarity import compare, cosines, project
from isogloss.representations.tables import POINTS, SIMILARITY

Array = NDArray[np.float64]
Name = tuple[str, float]  # kind and p


def disturbed(
    texts: Sequence[str],
    tokenizer: Any,
    translations: Translations,
    *,
    p: Sequence[float],
    languages: Sequence[str],
    seed: int,
    longest: int,
) -> tuple[dict[Name, list[Tokens]], dict[float, list[int]]]:
    """Return the tokens of each (kind, p), originals as (original, 0), and missing words by p.

    Tokens beyond `longest`, the model's context, are cut off in every kind alike.
    """

    def tokens(text: str) -> list[int]:
        return list(tokenizer(text)["input_ids"][:longest])

    ordinary = ordinary_tokens(tokenizer)
    special = set(tokenizer.all_special_ids)
    originals = [tokens(text) for text in texts]
    found: dict[Name, list[Tokens]] = {
        (ORIGINAL, 0.0): [Tokens(ids, [True] * len(ids)) for ids in originals]
    }
    missing: dict[float, list[int]] = {}
    for chance in p:
        mixed = [
            mix_words(text, number, chance, languages, seed, translations)
            for number, text in enumerate(texts)
        ]
        missing[chance] = [count for _, count in mixed]
        ids_of = [tokens(text) for text, _ in mixed]
        found[MIXED, chance] = [Tokens(ids, [True] * len(ids)) for ids in ids_of]
        found[REPLACED, chance] = [
            Tokens(_but_special(ids, replaced, special), [True] * len(ids))
            for ids, replaced in (
                (ids, replace_tokens(ids, number, chance, ordinary, seed))
                for number, ids in enumerate(originals)
            )
        ]
        found[HIDDEN, chance] = [
            Tokens(ids, hide_tokens(len(ids), number, chance, seed))
            for number, ids in enumerate(originals)
        ]
    return found, missing


def _but_special(ids: Sequence[int], replaced: Sequence[int], special: set[int]) -> list[int]:
    """Return the replaced tokens, special ones (the start of a text) as they were."""
    return [old if old in special else new for old, new in zip(ids, replaced, strict=True)]


def points(
    model: str,
    decoder: Any,
    tokens: Mapping[Name, Sequence[Tokens]],
    missing: Mapping[float, Sequence[int]],
    *,
    seed: int,
    batch_size: int,
    batch_tokens: int,
) -> pl.DataFrame:
    """Return POINTS of one model; `tokens` and `missing` are what `disturbed` returns.

    Each kind and p is projected together with the originals: one picture each, as in figure 2.
    """
    embeddings: dict[Name, Array] = {}
    with progress(sum(map(len, tokens.values())), "embed", "text") as bar:
        for name, texts in tokens.items():
            embeddings[name] = embed(
                decoder, texts, batch_size=batch_size, batch_tokens=batch_tokens, done=bar.update
            ).astype(np.float64)
    original = embeddings.pop((ORIGINAL, 0.0))
    frames = []
    for (kind, p), embedded in embeddings.items():
        picture = project({"original": original, "disturbed": embedded}, seed)
        frames.append(
            pl.DataFrame(
                {
                    "model": [model] * len(embedded),
                    "kind": kind,
                    "p": p,
                    "number": pl.Series(range(len(embedded)), dtype=pl.UInt32()),
                    "cosine": cosines(original, embedded),
                    "x": picture["disturbed"][:, 0],
                    "y": picture["disturbed"][:, 1],
                    "original_x": picture["original"][:, 0],
                    "original_y": picture["original"][:, 1],
                    "missing": pl.Series(
                        missing[p] if kind == MIXED else [0] * len(embedded), dtype=pl.UInt32()
                    ),
                }
            )
        )
    return POINTS.check(pl.concat(frames))


def similarities(tables: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return SIMILARITY of several models' POINTS, whose p-values are corrected together."""
    rows: list[dict[str, object]] = []
    for table in tables:
        for (model, p), part in table.group_by("model", "p", maintain_order=True):
            of = {str(kind): rows for (kind,), rows in part.group_by("kind", maintain_order=True)}
            mixed = of[MIXED]["cosine"].to_numpy()
            for baseline in (REPLACED, HIDDEN):
                test = compare(mixed, of[baseline]["cosine"].to_numpy())
                rows.append(
                    {
                        "model": model,
                        "p": p,
                        "baseline": baseline,
                        "n": len(mixed),
                        "mixed": test.first_mean,
                        "disturbed": test.second_mean,
                        "nearer": test.nearer,
                        "p_value": test.p,
                        "missing": int(of[MIXED]["missing"].sum()),
                    }
                )
    for row, value in zip(rows, corrected([float(str(r["p_value"])) for r in rows]), strict=True):
        row["p_corrected"] = value
    schema = {name: column.dtype for name, column in SIMILARITY.columns.items()}
    return SIMILARITY.check(pl.DataFrame(rows, schema=schema))
