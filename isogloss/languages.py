"""Languages of both studies: ISO 639-1 code, English name, and how its text is segmented."""

from collections.abc import Iterable

NAMES = {
    "en": "English",
    "de": "German",
    "es": "Spanish",
    "vi": "Vietnamese",
    "zh": "Chinese",
    "hi": "Hindi",
    "ar": "Arabic",
    "el": "Greek",
    "ro": "Romanian",
    "ru": "Russian",
    "th": "Thai",
    "tr": "Turkish",
    "fr": "French",
    "it": "Italian",
    "ms": "Malay",
    "da": "Danish",
    "fi": "Finnish",
    "no": "Norwegian",
    "bn": "Bengali",
    "am": "Amharic",
    "he": "Hebrew",
}

# Those of the Harry Potter quiz (paper B, figure 6): first the five of the mixed corpora.
QUIZ = (
    *("en", "fr", "de", "es", "it"),
    *("ms", "da", "fi", "no", "bn", "am", "ru", "zh", "he", "ar", "hi"),
)

# Written without spaces between words, so that splitting on white space does not give words.
UNSPACED = frozenset({"zh", "th"})


def in_order(codes: set[str], order: Iterable[str] = NAMES) -> list[str]:
    """Sort language codes in the order of `NAMES`, or another that tables and figures share."""
    return [code for code in dict.fromkeys(order) if code in codes]
