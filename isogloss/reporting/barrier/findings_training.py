"""Findings of paper B on what mixed-language fine-tuning changes, and on embeddings.

Sections 4.2 (HP-Quiz and MMLU after fine-tuning, held-out languages) and 2.2 (mixed texts beside
texts disturbed at random). Mixed text: by document, sentence or words; the collection of a corpus
in all languages is the paper's upper bound, no mix, and does not count.
"""

from functools import partial

from isogloss.reporting.barrier.contrasts import (
    DOMAIN,
    GENERAL,
    above,
    english_and_mixed,
    from_start,
    gain,
    loss,
    second,
    shelf,
)
from isogloss.reporting.barrier.findings_asking import ENGLISH, MIXUP, QUIZ_EN, SAME_BIAS, needs
from isogloss.reporting.barrier.measures import HELD_OUT_MMLU, Asked, Similarity
from isogloss.reporting.barrier.models import MIXED, BarrierModel
from isogloss.reporting.barrier.ways import QUIZ_FULL
from isogloss.reporting.claims import Claim

QUIZ, QUIZ_HELD_OUT = Asked(QUIZ_FULL), Asked(QUIZ_FULL, "held-out")
MIXED_TEXT, REPLACED, HIDDEN = (Similarity(kind) for kind in ("mixed", "replaced", "hidden"))

_mixed_over_english = partial(
    Claim[BarrierModel],
    population="two fine-tunes of a model on one general corpus, one English and one mixed",
    unit="pairs",
    cases=english_and_mixed(GENERAL),
)
_mixed_over_start = partial(
    Claim[BarrierModel],
    population="a model and its fine-tune on a mixed general corpus",
    unit="pairs",
    cases=from_start(GENERAL, MIXED),
)
_MINUS_ENGLISH = "after mixed text minus after English text, in points, mean over pairs"
_MINUS_START = "after mixed text minus before, in points, mean over pairs"

TRAINING_CLAIMS = (
    _mixed_over_english(
        id="F1",
        title="HP-Quiz off English: mixed above English text",
        statement="After fine-tuning on mixed general text, models answer the quiz in other "
        "languages better than after fine-tuning on the same text in English.",
        where="section 4.2, figures 7 and 14",
        statistic=f"mean accuracy over the study's languages but English, {_MINUS_ENGLISH}",
        needs=needs(QUIZ),
        contrast=gain(QUIZ),
    ),
    _mixed_over_english(
        id="F2",
        title="HP-Quiz in English: mixed above English text",
        statement="After fine-tuning on mixed general text, models answer the quiz better in "
        "English, too, than after fine-tuning on the same text in English.",
        where="section 4.2, figures 7 and 14",
        statistic=f"accuracy on the English quiz, {_MINUS_ENGLISH}",
        needs=needs(QUIZ_EN),
        contrast=gain(QUIZ_EN),
    ),
    Claim[BarrierModel](
        id="F3",
        title="HP-Quiz: mixed above English documents",
        statement="After fine-tuning on mixed Harry Potter documents, models answer the quiz in "
        "other languages better than after fine-tuning on the English documents.",
        where="section 4.2, figure 18",
        statistic=f"mean accuracy over the study's languages but English, {_MINUS_ENGLISH}",
        population="two fine-tunes of a model on Harry Potter documents, English and mixed",
        unit="pairs",
        needs=needs(QUIZ),
        cases=english_and_mixed(DOMAIN),
        contrast=gain(QUIZ),
    ),
    _mixed_over_english(
        id="F4",
        title="MMLU mixup: mixed above English text",
        statement="After fine-tuning on mixed general text, models answer mixup MMLU better than "
        "after fine-tuning on the same text in English.",
        where="section 4.2, table 3",
        statistic=f"0-shot accuracy on mixup MMLU, {_MINUS_ENGLISH}",
        needs=needs(MIXUP),
        contrast=gain(MIXUP),
    ),
    _mixed_over_english(
        id="F5",
        title="MMLU in English: mixed above English text",
        statement="After fine-tuning on mixed general text, models answer MMLU in English, too, "
        "better than after fine-tuning on the same text in English.",
        where="section 4.2, table 3",
        statistic=f"0-shot accuracy on English MMLU, {_MINUS_ENGLISH}",
        needs=needs(ENGLISH),
        contrast=gain(ENGLISH),
    ),
    _mixed_over_start(
        id="F6",
        title="MMLU mixup: mixed text helps",
        statement="Fine-tuning on mixed general text raises the accuracy on mixup MMLU.",
        where="section 4.2, table 3",
        statistic=f"0-shot accuracy on mixup MMLU, {_MINUS_START}",
        needs=needs(MIXUP),
        contrast=gain(MIXUP),
    ),
    Claim[BarrierModel](
        id="F7",
        title="MMLU: English text hurts",
        statement="Fine-tuning on English general text lowers the accuracy on MMLU.",
        where="section 4.2, table 3",
        statistic="mean of the 0-shot accuracies on English and mixup MMLU before fine-tuning "
        "minus after it, in points, mean over pairs",
        population="a model and its fine-tune on an English general corpus",
        unit="pairs",
        needs=needs(ENGLISH, MIXUP),
        cases=from_start(GENERAL, ("english",)),
        contrast=loss(ENGLISH, MIXUP),
    ),
    _mixed_over_start(
        id="F8",
        title="demonstrations help after mixed text, too",
        statement="After fine-tuning on mixed general text, same-bias demonstrations raise the "
        "accuracy on mixup MMLU further.",
        where="section 4.2, table 3",
        statistic="5-shot accuracy with same-bias demonstrations minus 0-shot, on mixup MMLU after "
        "fine-tuning, in points, mean over pairs",
        needs=needs(MIXUP, SAME_BIAS),
        contrast=second(above(SAME_BIAS, MIXUP)),
    ),
    _mixed_over_start(
        id="F9",
        title="HP-Quiz in held-out languages: mixed text helps",
        statement="Fine-tuning on mixed general text raises the accuracy on the quiz in languages "
        "that the text does not have.",
        where="section 4.2, figure 8",
        statistic=f"mean accuracy on the quiz over held-out languages, {_MINUS_START}",
        needs=needs(QUIZ_HELD_OUT),
        contrast=gain(QUIZ_HELD_OUT),
    ),
    _mixed_over_start(
        id="F10",
        title="MMLU in held-out languages: mixed text helps",
        statement="Fine-tuning on mixed general text raises the accuracy on MMLU's variants in "
        "languages that the text does not have.",
        where="section 4.2, figure 9",
        statistic="mean 0-shot accuracy over the variants and held-out languages that were asked, "
        f"{_MINUS_START}",
        needs=needs(HELD_OUT_MMLU),
        contrast=gain(HELD_OUT_MMLU),
    ),
)

_off_the_shelf = partial(
    Claim[BarrierModel],
    population="the embeddings of a model off the shelf",
    unit="models",
    cases=shelf,
)
_COSINE = "mean cosine similarity to the original"
EMBEDDING_CLAIMS = (
    _off_the_shelf(
        id="E1",
        title="embeddings: mixed nearer than replaced",
        statement="Texts with words in other languages stay nearer to the original than texts "
        "with random other tokens.",
        where="section 2.2, figures 2 and 11",
        statistic=f"{_COSINE} of mixed texts minus that of replaced ones, mean over p and models",
        needs=needs(MIXED_TEXT, REPLACED),
        contrast=above(MIXED_TEXT, REPLACED),
        decimals=4,
    ),
    _off_the_shelf(
        id="E2",
        title="embeddings: mixed nearer than hidden",
        statement="Texts with words in other languages stay nearer to the original than texts "
        "with hidden tokens.",
        where="section 2.2, figures 2 and 11",
        statistic=f"{_COSINE} of mixed texts minus that of texts with hidden tokens, mean over p "
        "and models",
        needs=needs(MIXED_TEXT, HIDDEN),
        contrast=above(MIXED_TEXT, HIDDEN),
        decimals=4,
    ),
    Claim[BarrierModel](
        id="E3",
        title="embeddings: mixed text brings them nearer",
        statement="Fine-tuning on mixed text brings the embeddings of mixed texts nearer to those "
        "of the originals.",
        where="section 4.2, figure 17",
        statistic=f"{_COSINE} of mixed texts after fine-tuning minus before, mean over p and pairs",
        population="the embeddings of a model and of its fine-tune on mixed text",
        unit="pairs",
        needs=needs(MIXED_TEXT),
        cases=from_start(None, MIXED),
        contrast=gain(MIXED_TEXT),
        decimals=4,
    ),
)
