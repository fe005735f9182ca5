"""How near disturbed texts stay to their originals: cosines, a 2-D projection, a two-sample test.

Paper B, section 2.2 and figures 2, 11, 17. The paper names neither the projection nor the test:
here t-SNE, and the Mann-Whitney test, which asks nothing of the distributions, with its common
language effect size (McGraw and Wong 1992): how often a pair of the first sample is nearer.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isogloss.errors import IsoglossError

Array = NDArray[np.float64]


def cosines(first: Array, second: Array) -> Array:
    """Return the cosine similarity of each row of two arrays, shape (texts, hidden size)."""
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    products: Array = (first * second).sum(axis=1)
    return products / lengths


@dataclass(frozen=True)
class TwoSamples:
    """Two samples of similarities compared: means, the test's p-value and its effect size.

    nearer: how often a member of the first sample is larger than one of the second (0-1, ties
    half); 0.5 where the two do not differ.
    """

    first_mean: float
    second_mean: float
    nearer: float
    p: float


def compare(first: Array, second: Array) -> TwoSamples:
    """Return the two-sided Mann-Whitney test of two samples, each of shape (texts,).

    Raises IsoglossError for an empty sample.
    """
    from scipy.stats import mannwhitneyu

    if not len(first) or not len(second):
        raise IsoglossError(
            f"similarities: samples of {len(first)} and {len(second)} texts; both need at least one"
        )
    result = mannwhitneyu(first, second, alternative="two-sided")
    nearer = float(result.statistic) / (len(first) * len(second))
    return TwoSamples(float(first.mean()), float(second.mean()), nearer, float(result.pvalue))


def project(embeddings: Mapping[str, Array], seed: int) -> dict[str, Array]:
    """Return a joint 2-D projection of several sets of embeddings, each (texts, 2).

    t-SNE (van der Maaten and Hinton 2008) on cosine distances, started from the principal
    components, so that a seed gives one picture. Raises IsoglossError for fewer than 4 points.
    """
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    together = np.concatenate(list(embeddings.values()))
    if len(together) < 4:
        raise IsoglossError(f"projection: {len(together)} points; t-SNE needs at least 4")
    tsne = TSNE(
        n_components=2,
        perplexity=min(30.0, (len(together) - 1) / 3),
        metric="cosine",
        init="pca",
        random_state=seed,
    )
    # Sums of several threads differ in their last digits from run to run.
    with threadpool_limits(1):
        projection = tsne.fit_transform(together)
    ends = np.cumsum([len(part) for part in embeddings.values()])
    parts = np.split(projection.astype(np.float64), ends[:-1])
    return dict(zip(embeddings, parts, strict=True))
