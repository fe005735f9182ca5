"""Findings of paper B on how models are asked: the mixed variants, demonstrations, knowledge.

Sections 3.1 (MMLU's variants), 4.1 (mitigations when asking) and 3.2 (HP-Quiz and TOFU). Where a
claim is that nothing is gained or lost, it holds within a margin of MARGIN percentage points.
"""

from functools import partial

from isogloss.reporting.barrier.contrasts import (
    DOMAIN,
    Measure,
    above,
    below,
    from_start,
    gain,
    mean_above,
    on_english,
    shelf,
)
from isogloss.reporting.barrier.measures import Asked
from isogloss.reporting.barrier.models import BarrierModel
from isogloss.reporting.barrier.ways import (
    QUIZ_ENGLISH,
    QUIZ_FULL,
    TOFU_ENGLISH,
    TOFU_FULL,
    VARIANTS,
    five_shot,
    mmlu,
)
from isogloss.reporting.claims import Claim

MARGIN = 1.0

OF = {variant: Asked(mmlu(variant)) for variant in VARIANTS}
ENGLISH, MIXUP = OF["english"], OF["mixup"]
OTHERS = [OF[variant] for variant in VARIANTS if variant not in ("english", "gt")]
TRICKS = [Asked(mmlu("mixup", style=s)) for s in ("lower", "digits", "aware-0", "aware-1")]
SHOTS, SAME_BIAS, TRANSLATE = (
    Asked(five_shot("mixup", kind)) for kind in ("english", "same-bias", "translate")
)
QUIZ_EN, QUIZ_BEST = Asked(QUIZ_ENGLISH), Asked(QUIZ_FULL, "best")
TOFU_EN = Asked(TOFU_ENGLISH, metric="rouge_recall")
TOFU_BEST = Asked(TOFU_FULL, "best", "rouge_recall")


def needs(*measured: Measure) -> list[tuple[Measure]]:
    """Return what a claim needs of each of its models."""
    return [(measure,) for measure in measured]


_off_the_shelf = partial(
    Claim[BarrierModel], population="a model off the shelf", unit="models", cases=shelf
)


def _below_english(identity: str, variant: str, what: str) -> Claim[BarrierModel]:
    return _off_the_shelf(
        id=identity,
        title=f"MMLU, {VARIANTS[variant]}: below English",
        statement=f"With {what}, models off the shelf answer MMLU less well than in English.",
        where="section 3.1, figure 3",
        statistic="accuracy in English minus accuracy so asked (mean over languages), in points, "
        "mean over models",
        needs=needs(ENGLISH, OF[variant]),
        contrast=above(ENGLISH, OF[variant]),
    )


VARIANT_CLAIMS = (
    _below_english("V1", "full", "everything translated"),
    _below_english("V2", "question", "the question translated"),
    _below_english("V3", "options", "the options translated"),
    _below_english("V4", "gt_question", "question and right option translated"),
    _below_english("V5", "gt", "the right option translated"),
    _below_english("V6", "mixup", "question and options in five languages"),
    _off_the_shelf(
        id="V7",
        title="the right option alone translated: the lowest",
        statement="No other mixed variant is answered as badly as the one in which the right "
        "option alone is translated.",
        where="section 3.1, figure 3",
        statistic="lowest accuracy of the other variants minus that of GT option, in points, mean "
        "over models",
        needs=needs(OF["gt"], *OTHERS),
        contrast=below(OF["gt"], *OTHERS),
    ),
    _off_the_shelf(
        id="V8",
        title="one wrong option translated: English or better",
        statement="With one wrong option translated, models off the shelf answer at least as well "
        f"as in English (less than {MARGIN:g} point below).",
        where="section 3.1, figure 3",
        statistic="accuracy with one wrong option translated minus accuracy in English, in "
        "points, mean over models",
        needs=needs(OF["onewrong"], ENGLISH),
        contrast=above(OF["onewrong"], ENGLISH),
        least=-MARGIN,
    ),
    _off_the_shelf(
        id="V9",
        title="a part translated: above everything translated",
        statement="Questions of which a part stays English are answered better than those "
        "translated as a whole.",
        where="section 3.1, figure 3",
        statistic="mean accuracy of the variants question and options minus that of full, in "
        "points, mean over models",
        needs=needs(OF["question"], OF["options"], OF["full"]),
        contrast=mean_above([OF["question"], OF["options"]], OF["full"]),
    ),
)

ASKING_CLAIMS = (
    _off_the_shelf(
        id="I1",
        title="mixup: no other prompt helps",
        statement="Neither other option ids nor a hint at several languages raises the accuracy "
        f"on mixup MMLU (by {MARGIN:g} point or more).",
        where="section 4.1, table 2",
        statistic="accuracy with the default prompt minus that with the best of the four others, "
        "in points, mean over models",
        needs=needs(MIXUP, *TRICKS),
        contrast=above(MIXUP, *TRICKS),
        least=-MARGIN,
    ),
    _off_the_shelf(
        id="I2",
        title="mixup: 5-shot helps",
        statement="Five English demonstrations raise the accuracy on mixup MMLU.",
        where="section 4.1, table 2",
        statistic="accuracy in 5-shot with English demonstrations minus 0-shot, in points, mean "
        "over models",
        needs=needs(MIXUP, SHOTS),
        contrast=above(SHOTS, MIXUP),
    ),
    _off_the_shelf(
        id="I3",
        title="mixup: same-bias above English demonstrations",
        statement="Demonstrations that are mixed as the question is help more than English ones.",
        where="section 4.1, table 2",
        statistic="accuracy with same-bias demonstrations minus that with English ones, in "
        "points, mean over models",
        needs=needs(SAME_BIAS, SHOTS),
        contrast=above(SAME_BIAS, SHOTS),
    ),
    _off_the_shelf(
        id="I4",
        title="mixup: translating first is worse",
        statement="Having the model translate the question before it answers is worse than "
        "English demonstrations without translation.",
        where="section 4.1, table 2",
        statistic="accuracy with English demonstrations minus that of translate-then-answer, in "
        "points, mean over models",
        needs=needs(SHOTS, TRANSLATE),
        contrast=above(SHOTS, TRANSLATE),
    ),
    _off_the_shelf(
        id="I5",
        title="mixup: a gap to English remains",
        statement="Even the better kind of demonstrations leaves mixup MMLU below 0-shot English.",
        where="section 4.1, table 2",
        statistic="0-shot accuracy in English minus the higher of those on mixup with English and "
        "with same-bias demonstrations, in points, mean over models",
        needs=needs(ENGLISH, SHOTS, SAME_BIAS),
        contrast=above(ENGLISH, SHOTS, SAME_BIAS),
    ),
)

_best = "accuracy in English minus that in the best other language, in points, mean over models"
_best_rouge = "ROUGE-L recall in English minus that in the best other language, in points, mean "
KNOWLEDGE_CLAIMS = (
    _off_the_shelf(
        id="K1",
        title="HP-Quiz off the shelf: best in English",
        statement="Models off the shelf answer the quiz best in English.",
        where="section 3.2, figures 5a and 6",
        statistic=_best,
        needs=needs(QUIZ_EN, QUIZ_BEST),
        contrast=above(QUIZ_EN, QUIZ_BEST),
    ),
    Claim[BarrierModel](
        id="K2",
        title="HP-Quiz after English documents: best in English",
        statement="After fine-tuning on English Harry Potter documents, models still answer the "
        "quiz best in English.",
        where="section 3.2, figure 5a",
        statistic=_best,
        population="a fine-tune on English Harry Potter documents",
        unit="models",
        needs=needs(QUIZ_EN, QUIZ_BEST),
        cases=on_english(DOMAIN),
        contrast=above(QUIZ_EN, QUIZ_BEST),
    ),
    Claim[BarrierModel](
        id="K3",
        title="English documents help in English",
        statement="Fine-tuning on English Harry Potter documents raises the accuracy on the "
        "English quiz.",
        where="section 3.2, figure 5a",
        statistic="accuracy on the English quiz after fine-tuning minus before, in points, mean "
        "over pairs",
        population="a model and its fine-tune on English Harry Potter documents",
        unit="pairs",
        needs=needs(QUIZ_EN),
        cases=from_start(DOMAIN, ("english",)),
        contrast=gain(QUIZ_EN),
    ),
    _off_the_shelf(
        id="K4",
        title="TOFU off the shelf: best in English",
        statement="Models off the shelf come closest to TOFU's answers when asked in English.",
        where="section 3.2, figure 5b",
        statistic=f"{_best_rouge}over models",
        needs=needs(TOFU_EN, TOFU_BEST),
        contrast=above(TOFU_EN, TOFU_BEST),
    ),
    Claim[BarrierModel](
        id="K5",
        title="TOFU after English training: best in English",
        statement="Models that learned TOFU in English come closest to its answers when asked in "
        "English.",
        where="section 3.2, figure 5b",
        statistic=f"{_best_rouge}over models",
        population="a fine-tune on TOFU in English",
        unit="models",
        needs=needs(TOFU_EN, TOFU_BEST),
        cases=on_english(("tofu",)),
        contrast=above(TOFU_EN, TOFU_BEST),
    ),
)
