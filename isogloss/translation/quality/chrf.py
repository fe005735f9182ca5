"""How much of a text is left in its back-translation."""

import polars as pl

from isogloss.translation.memory import TRANSLATED


def scores(back: pl.DataFrame) -> tuple[float | None, list[float]]:
    """Return chrF2 of the translated rows of BACK together, and of each, from 0 to 100.

    Source: Popović (2015), by sacrebleu with its defaults (characters up to 6, beta 2).
    """
    from sacrebleu.metrics import CHRF

    pairs = back.filter(status=TRANSLATED).select("back", "text").rows()
    if not pairs:
        return None, []
    chrf = CHRF()
    made, texts = ([pair[side] for pair in pairs] for side in (0, 1))
    each = [chrf.sentence_score(answer, [text]).score for answer, text in pairs]
    return chrf.corpus_score(made, [texts]).score, each
