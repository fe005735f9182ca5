"""The tables of the quality report."""

from dataclasses import dataclass

import polars as pl

from isogloss.frames import Column, Frame

PAIR = ("provider", "source", "target")
_PAIR = {
    "provider": Column(pl.String(), "who translated"),
    "source": Column(pl.String(), "language of the texts, ISO 639-1"),
    "target": Column(pl.String(), "language of the translations, ISO 639-1"),
}

# Lengths of the text, in characters: the shorter, the less can be told of its language.
BINS = ((1, 19), (20, 59), (60, None))
LONG = 20  # characters from which on lengths and languages are judged

# What can be wrong with a unit, in the order of the report.
FINDINGS = {
    "failed": "no translation after all tries",
    "unchanged": "the provider gave the text back as it was",
    "identical": "recorded as translated, and equal to the text but for white space",
    "markup": "tags of a web page, which the text has not",
    "source_language": "detected as the language of the text",
    "other_language": "detected as neither the target language nor that of the text",
    "copied": "five or more English words in a row taken over from the text",
    "same_answer": "the same translation for three or more different texts",
    "repetition": "the same words four or more times in a row, unlike the text",
    "short": "far shorter than translations into this language are",
    "long": "far longer than translations into this language are",
    "unfinished": "does not end as a sentence does, while the text does",
    "low_chrf": "translated back, it has little in common with the text",
}

FOUND = Frame(
    name="findings of the quality report",
    columns={
        **_PAIR,
        "text": Column(pl.String(), "the unit"),
        "translation": Column(pl.String(), "its translation, if there is one", nullable=True),
        "finding": Column(pl.String(), "one of FINDINGS"),
        "value": Column(
            pl.Float64(),
            "length ratio, chrF (0 to 100) or number of texts with this answer; else empty",
            nullable=True,
        ),
        "detail": Column(pl.String(), "reason, language or words found; else empty", nullable=True),
    },
    key=(*PAIR, "text", "finding"),
)

DETECTED = Frame(
    name="detected languages",
    columns={
        **_PAIR,
        "shortest": Column(pl.UInt32(), "characters of the text, from"),
        "longest": Column(pl.UInt32(), "up to; empty for no limit", nullable=True),
        "units": Column(pl.UInt64(), "translated units of this length"),
        "checked": Column(pl.UInt64(), "of them in the sample"),
        **{
            name: Column(pl.UInt64(), f"of those detected as {what}")
            for name, what in (
                ("in_target", "the target language"),
                ("in_source", "the language of the text"),
                ("in_other", "another language"),
                ("in_none", "none"),
            )
        },
    },
    key=(*PAIR, "shortest"),
)

# Status of a back-translation in a direction that the provider has not.
UNAVAILABLE = "unavailable"

BACK = Frame(
    name="back-translations",
    columns={
        **_PAIR,
        "text": Column(pl.String(), "the unit"),
        "translation": Column(pl.String(), "its translation"),
        "back": Column(pl.String(), "the translation in the language of the text", nullable=True),
        "status": Column(pl.String(), "translated, failed, or unavailable (no such direction)"),
        "reason": Column(pl.String(), "why there is none", nullable=True),
    },
    key=(*PAIR, "text"),
)

MEASURED = Frame(
    name="quality of translations",
    columns={
        **_PAIR,
        "versions": Column(pl.String(), "of the provider, separated by '; '"),
        **{
            name: Column(pl.UInt64(), meaning)
            for name, meaning in (
                ("units", "distinct units"),
                ("translated", "units with a translation"),
                ("unchanged", "units that came back as they were"),
                ("failed", "units without a translation"),
                ("long_units", "translated units of 20 characters or more"),
                ("sentences", "of translated units, those that end as a sentence does"),
            )
        },
        **{
            name: Column(
                pl.Float64(),
                f"{what}; characters of translation per character of text, of long units",
                nullable=True,
            )
            for name, what in (
                ("ratio_p01", "1st percentile"),
                ("ratio_median", "median"),
                ("ratio_p99", "99th percentile"),
                ("ratio_low", "limit below which a translation counts as short"),
                ("ratio_high", "limit above which a translation counts as long"),
            )
        },
        "detection": Column(pl.String(), "why languages were not detected; else empty", True),
        "back_sampled": Column(pl.UInt64(), "translations that were to be translated back"),
        "back_translated": Column(pl.UInt64(), "of them, those that were"),
        "back_note": Column(pl.String(), "why none was; else empty", nullable=True),
        "chrf": Column(pl.Float64(), "chrF2 of the back-translations together, 0 to 100", True),
        "chrf_low": Column(pl.Float64(), "limit of low chrF", nullable=True),
    },
    key=PAIR,
)


@dataclass(frozen=True)
class Quality:
    """What was measured: MEASURED, DETECTED and FOUND."""

    measured: pl.DataFrame
    detected: pl.DataFrame
    found: pl.DataFrame
