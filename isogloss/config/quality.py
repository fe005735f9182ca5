"""The settings of the report on the quality of translations, with their defaults and meaning."""

from typing import Annotated

from pydantic import Field, model_validator

from isogloss.config.base import Strict

Positive = Annotated[int, Field(gt=0)]
Limits = Annotated[list[float | None], Field(min_length=2, max_length=2)]


class Thresholds(Strict):
    """Least and most of each value of the quality report, null for no limit; beyond, it is marked.

    Human translations keep within the defaults: FLORES-101 into 4 and XQuAD into 11 languages.
    """

    failed: Limits = Field([None, 1.0], description="percent of the units without a translation")
    unchanged: Limits = Field([None, 20.0], description="percent of the units that came back as is")
    in_target: Limits = Field(
        [95.0, None], description="percent detected as the target language, of 20 characters up"
    )
    source_language: Limits = Field([None, 3.0], description="percent detected as English")
    other_language: Limits = Field([None, 3.0], description="percent detected as a third language")
    identical: Limits = Field(
        [None, 1.0], description="percent of the translations that equal the text"
    )
    markup: Limits = Field([None, 0.1], description="percent with tags of a web page")
    copied: Limits = Field([None, 1.0], description="percent with five English words in a row")
    repetition: Limits = Field([None, 0.5], description="percent with the same words over and over")
    same_answer: Limits = Field(
        [None, 0.5], description="percent with a translation that three texts or more have"
    )
    ratio: Limits = Field([0.2, 2.0], description="median of characters per character of the text")
    lengths: Limits = Field([None, 2.0], description="percent far shorter or longer than usual")
    unfinished: Limits = Field([None, 2.0], description="percent that end within a sentence")
    chrf: Limits = Field([40.0, None], description="chrF2 of the back-translations, 0 to 100")
    low_chrf: Limits = Field([None, 5.0], description="percent of them with a low chrF")

    @model_validator(mode="after")
    def _least_below_most(self) -> "Thresholds":
        for name in type(self).model_fields:
            least, most = getattr(self, name)
            if least is not None and most is not None and least > most:
                raise ValueError(f"`{name}` is [{least}, {most}]: give the least value first")
        return self


class QualityReport(Strict):
    """The report on the quality of translations."""

    detect: Positive | None = Field(
        5000,
        description=(
            "translations of a language whose language is detected, drawn by seed; null: all"
        ),
    )
    back_translations: Annotated[int, Field(ge=0)] = Field(
        200,
        description="translations of a language that are translated back, drawn by seed; 0: none",
    )
    seed: int = Field(42, description="seed of both samples")
    ratio_factor: float = Field(
        2.0,
        gt=1,
        description=(
            "how often the median length ratio, or one over it, makes a translation long or short; "
            "at least 4 standard deviations"
        ),
    )
    low_chrf: float = Field(20.0, ge=0, le=100, description="below it a back-translation is listed")
    worst: Positive = Field(3, description="units that the page lists of each finding")
    thresholds: Thresholds = Thresholds()
