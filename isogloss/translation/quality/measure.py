"""The measures of the quality report, for each provider and pair of languages."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from isogloss.translation.export import MEMORY
from isogloss.translation.memory import FAILED, TRANSLATED, UNCHANGED
from isogloss.translation.quality import checks, detection
from isogloss.translation.quality.chrf import scores
from isogloss.translation.quality.frames import (
    BACK,
    DETECTED,
    FOUND,
    LONG,
    MEASURED,
    PAIR,
    UNAVAILABLE,
    Quality,
)

# Texts that share a translation: two may differ in spelling alone.
SHARED = 3
# Of a normal distribution, one value in 16 000 lies further off than so many standard deviations.
DEVIATIONS = 4.0
_MAD = 1.4826  # turns a median absolute deviation into a standard deviation, if normal


@dataclass(frozen=True)
class Options:
    """How is measured; the fields are those of `translation.quality` in the settings."""

    seed: int = 42
    detect: int | None = 5000
    ratio_factor: float = 2.0
    low_chrf: float = 20.0


def measure(units: pl.DataFrame, options: Options, back: pl.DataFrame | None = None) -> Quality:
    """Measure the quality of units with the columns of MEMORY; see the frames for what is measured.

    back: BACK of a sample of them, None where none was asked for. Pairs are in the order of their
    first unit.
    """
    back = BACK.empty() if back is None else BACK.check(back)
    made = []
    for pair, part in MEMORY.check(units).group_by(PAIR, maintain_order=True):
        ours = back.filter(
            pl.all_horizontal(pl.col(name) == value for name, value in zip(PAIR, pair, strict=True))
        )
        made.append(_Pair(part, ours, options).quality())
    return joined(made)


def joined(parts: Iterable[Quality]) -> Quality:
    """Return the measures of several pairs as one."""
    made = [Quality(MEASURED.empty(), DETECTED.empty(), FOUND.empty()), *parts]
    return Quality(
        MEASURED.check(pl.concat([one.measured for one in made])),
        DETECTED.check(pl.concat([one.detected for one in made])),
        FOUND.check(pl.concat([one.found for one in made])),
    )


class _Pair:
    """One provider and pair of languages."""

    def __init__(self, units: pl.DataFrame, back: pl.DataFrame, options: Options):
        self.units, self.back, self.options = units, back, options
        self.provider, self.source, self.target = units.select(PAIR).row(0)
        # A foreign memory may hold blank texts; they have no ratio and no language.
        self.translated = units.filter(pl.col("status") == TRANSLATED).with_columns(
            length=pl.col("text").str.len_chars(),
            ratio=pl.col("translation").str.len_chars()
            / pl.max_horizontal(pl.col("text").str.len_chars(), 1),
        )
        self.long = self.translated.filter(pl.col("length") >= LONG)

    def quality(self) -> Quality:
        why_not = detection.why_not(self.source, self.target)
        languages = (
            {}
            if why_not
            else detection.detected(
                self.translated, self.source, self.target, self.options.detect, self.options.seed
            )
        )
        low, high = self._limits()
        chrf, each = scores(self.back)
        findings = [
            *self._by_status(),
            *self._by_text(),
            *self._by_language(languages),
            *self._shared(),
            *self._by_ratio(low, high),
            *self._by_back_translation(each),
        ]
        schema = {
            name: FOUND.columns[name].dtype for name in ("text", "finding", "value", "detail")
        }
        found = pl.DataFrame(findings, schema=schema, orient="row")
        found = found.join(
            self.units.select(*PAIR, "text", "translation"), on="text", maintain_order="left"
        )
        return Quality(
            self._measured(low, high, why_not, chrf),
            detection.by_length(
                self.translated, languages, self.provider, self.source, self.target
            ),
            found.select(list(FOUND.columns)),
        )

    def _by_status(self) -> Iterator[tuple[str, str, float | None, str | None]]:
        for text, status, reason in self.units.select("text", "status", "reason").iter_rows():
            if status in (FAILED, UNCHANGED):
                yield text, status, None, reason

    def _by_text(self) -> Iterator[tuple[str, str, float | None, str | None]]:
        for text, translation in self.translated.select("text", "translation").iter_rows():
            if text.split() == translation.split():
                yield text, "identical", None, None
            elif self.source == "en" and (words := checks.copied_words(text, translation)):
                yield text, "copied", None, words
            if checks.has_markup(text, translation):
                yield text, "markup", None, None
            if repeated := checks.added_loop(text, translation, self.source, self.target):
                yield text, "repetition", None, repeated
            if self._ends_sentences and checks.is_unfinished(text, translation):
                yield text, "unfinished", None, None

    @property
    def _ends_sentences(self) -> bool:
        return checks.WITHOUT_STOPS.isdisjoint((self.source, self.target))

    def _by_language(
        self, languages: dict[str, str | None]
    ) -> Iterator[tuple[str, str, float | None, str | None]]:
        names = {"in_source": "source_language", "in_other": "other_language"}
        for text in self.long["text"]:
            language = languages.get(text)
            name = names.get(detection.kind(language, self.source, self.target))
            if text in languages and name:
                yield text, name, None, language

    def _shared(self) -> Iterator[tuple[str, str, float | None, str | None]]:
        counted = self.long.select("text", pl.len().over("translation").alias("texts"))
        for text, texts in counted.filter(pl.col("texts") >= SHARED).iter_rows():
            yield text, "same_answer", float(texts), None

    def _limits(self) -> tuple[float | None, float | None]:
        """Return the ratios beyond which a translation is short or long; None without any.

        They lie `ratio_factor` from the median, and no nearer than `DEVIATIONS` standard deviations
        of the logarithm, estimated by the median absolute deviation, which bad units cannot widen.
        """
        logs = np.log(np.maximum(self.long["ratio"].to_numpy(), 1e-9))
        if not len(logs):
            return None, None
        middle = float(np.median(logs))
        spread = _MAD * float(np.median(np.abs(logs - middle)))
        off = max(math.log(self.options.ratio_factor), DEVIATIONS * spread)
        return math.exp(middle - off), math.exp(middle + off)

    def _by_ratio(
        self, low: float | None, high: float | None
    ) -> Iterator[tuple[str, str, float | None, str | None]]:
        if low is None or high is None:
            return
        for text, ratio in self.long.select("text", "ratio").iter_rows():
            if not low <= ratio <= high:
                yield text, "short" if ratio < low else "long", ratio, None

    def _by_back_translation(
        self, each: list[float]
    ) -> Iterator[tuple[str, str, float | None, str | None]]:
        texts = self.back.filter(status=TRANSLATED).select("text", "back").iter_rows()
        for (text, answer), score in zip(texts, each, strict=True):
            if score < self.options.low_chrf:
                yield text, "low_chrf", score, answer

    def _measured(
        self, low: float | None, high: float | None, why_not: str | None, chrf: float | None
    ) -> pl.DataFrame:
        statuses = self.units["status"]
        ratios = self.long["ratio"]
        sentences = sum(map(checks.ends_sentence, self.translated["text"]))
        note = self.back.filter(status=UNAVAILABLE)["reason"]
        values = {
            **dict(zip(PAIR, (self.provider, self.source, self.target), strict=True)),
            "versions": "; ".join(sorted(set(self.units["version"]))),
            "units": len(self.units),
            **{name: int((statuses == name).sum()) for name in (TRANSLATED, UNCHANGED, FAILED)},
            "long_units": len(self.long),
            "sentences": sentences if self._ends_sentences else 0,
            "ratio_p01": ratios.quantile(0.01, "linear"),
            "ratio_median": ratios.median(),
            "ratio_p99": ratios.quantile(0.99, "linear"),
            "ratio_low": low,
            "ratio_high": high,
            "detection": why_not,
            "back_sampled": len(self.back),
            "back_translated": int((self.back["status"] == TRANSLATED).sum()),
            "back_note": note[0] if len(note) else None,
            "chrf": chrf,
            "chrf_low": self.options.low_chrf,
        }
        schema = {name: column.dtype for name, column in MEASURED.columns.items()}
        return pl.DataFrame([values], schema=schema)
