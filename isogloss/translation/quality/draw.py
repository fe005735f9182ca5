"""A sample of units that depends on a seed and the units alone, not on their order."""

import heapq
from collections.abc import Iterable

from isogloss.corpora.draw import draw


def sample(texts: Iterable[str], size: int | None, *subject: str | int) -> set[str]:
    """Return `size` of `texts`, drawn by `subject` (the seed first); all of them for None."""
    if size is None:
        return set(texts)
    return set(heapq.nsmallest(size, texts, key=lambda text: draw(*subject, text)))
