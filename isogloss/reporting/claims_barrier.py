"""The findings of paper B that study barrier can test, judged on a run.

The numbers of the paper's tables and figures are lost from its text, so there is no published
side. Intervals are over questions (over texts, for embeddings), for the models of the run.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from isogloss.reporting import claims_show
from isogloss.reporting.barrier.findings_asking import (
    ASKING_CLAIMS,
    KNOWLEDGE_CLAIMS,
    MARGIN,
    VARIANT_CLAIMS,
)
from isogloss.reporting.barrier.findings_training import EMBEDDING_CLAIMS, TRAINING_CLAIMS
from isogloss.reporting.barrier.measures import measures
from isogloss.reporting.barrier.results import Results
from isogloss.reporting.caption import Caption
from isogloss.reporting.claims import Judgement, judge
from isogloss.reporting.tables.display import Document

CLAIMS = (
    *(VARIANT_CLAIMS + KNOWLEDGE_CLAIMS),
    *(ASKING_CLAIMS + TRAINING_CLAIMS + EMBEDDING_CLAIMS),
)


def judgements(
    results: Results, points: Sequence[pl.DataFrame], bootstrap: Mapping[str, Any]
) -> list[Judgement]:
    """Judge CLAIMS on a run.

    points: tables of embedded texts, one a model. bootstrap: samples and seed, for the draws of
    texts; questions have theirs.
    """
    needs = [measure for claim in CLAIMS for (measure,) in claim.needs]
    values, draws = measures(results, points, needs, bootstrap)
    return [judge(claim, results.models, values, draws, results.level) for claim in CLAIMS]


def check(
    results: Results,
    points: Sequence[pl.DataFrame],
    bootstrap: Mapping[str, Any],
    caption: Caption,
) -> tuple[Document, str]:
    """Judge CLAIMS; return the table for readers and the CSV."""
    found = judgements(results, points, bootstrap)
    notes = [
        "Numbers are in percentage points (similarities: -1 to 1) and above 0 where the claim "
        "holds; every pair or model has the same weight. In small print: "
        f"{results.level * 100:g} % interval by bootstrap over questions or texts, paired, for the "
        "models of this run.",
        "Supported: the whole interval is above 0; contradicted: below 0; undetermined: neither, "
        f"or no such models. V8 and I1 allow for a margin: {MARGIN:g} point below 0 instead of 0.",
        "K1, K2, K4 and K5 look at the best of all other languages, and I1 and I5 at the best of "
        "several ways; which is best is found anew in each draw. With few questions chance alone "
        "makes some way the best, so these claims are harder to support.",
        "The paper's own numbers are not at hand: its text has lost its tables and figures.",
    ]
    return claims_show.document(found, None, notes, caption), claims_show.csv(found)
