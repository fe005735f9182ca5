"""How translation models of each family are told the languages.

NLLB and M2M100 (https://huggingface.co/docs/transformers/model_doc/nllb, .../m2m_100) have a token
for each language: the source's is the first of the input, the target's is forced to be the first
of the output. OPUS-MT (.../marian) has a model for a pair; those with several target languages
want the target's token, such as ">>fra<<", at the beginning of the text.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from isogloss.errors import IsoglossError, nearest

# Codes of FLORES-200, which NLLB has; of the languages in isogloss.languages.
NLLB = {
    "en": "eng_Latn",
    "de": "deu_Latn",
    "es": "spa_Latn",
    "vi": "vie_Latn",
    "zh": "zho_Hans",
    "hi": "hin_Deva",
    "ar": "arb_Arab",
    "el": "ell_Grek",
    "ro": "ron_Latn",
    "ru": "rus_Cyrl",
    "th": "tha_Thai",
    "tr": "tur_Latn",
    "fr": "fra_Latn",
    "it": "ita_Latn",
    "ms": "zsm_Latn",
    "da": "dan_Latn",
    "fi": "fin_Latn",
    "no": "nob_Latn",
    "bn": "ben_Beng",
    "am": "amh_Ethi",
    "he": "heb_Hebr",
}
# Further codes that OPUS-MT uses, besides ISO 639-1 and the two of NLLB's codes.
_OPUS = {"zh": ("cmn_Hans", "cmn"), "ar": ("ara",), "ms": ("msa", "may"), "no": ("nor", "nb")}


class Family(Protocol):
    """Encodes texts for a model, in what way it needs them."""

    def check(self, source: str, target: str) -> None:
        """Raise IsoglossError unless the model translates this pair (ISO 639-1)."""
        ...

    def encode(self, texts: Sequence[str], source: str, target: str) -> list[list[int]]:
        """Return the input tokens of each text, special tokens included."""
        ...

    def first_token(self, target: str) -> int | None:
        """Return the token that an output must begin with, if any."""
        ...


def family_of(tokenizer: Any, folder: Path) -> Family:
    """Return the family of a model by its tokenizer; IsoglossError if it is of none."""
    name = type(tokenizer).__name__
    if name.startswith("Marian"):
        return _Opus(tokenizer, folder)
    vocabulary = tokenizer.get_vocab()
    if NLLB["en"] in vocabulary:
        ids = {code: vocabulary.get(name) for code, name in NLLB.items()}
        return _Coded(tokenizer, folder, NLLB, ids)
    if name.startswith("M2M100"):
        ids = {code: tokenizer.lang_code_to_id.get(code) for code in NLLB}
        return _Coded(tokenizer, folder, {code: code for code in NLLB}, ids)
    raise IsoglossError(
        f"{folder}: its tokenizer {name} is of no family of translation models that is known here "
        "(NLLB, M2M100, OPUS-MT); take one of these for the provider seq2seq"
    )


def _tokens(tokenizer: Any, texts: Sequence[str]) -> list[list[int]]:
    # Text such as "<unk>" or "</s>" is text, whatever tokens are called.
    encoded = tokenizer(list(texts), split_special_tokens=True)
    return [list(ids) for ids in encoded["input_ids"]]


class _Coded:
    """NLLB and M2M100. codes: each language as the tokenizer calls it; ids: its token, if any."""

    def __init__(
        self,
        tokenizer: Any,
        folder: Path,
        codes: Mapping[str, str],
        ids: Mapping[str, int | None],
    ):
        self._tokenizer, self._folder, self._codes = tokenizer, folder, codes
        self._ids = {code: number for code, number in ids.items() if number is not None}

    def check(self, source: str, target: str) -> None:
        for language in (source, target):
            if language not in self._ids:
                raise IsoglossError(
                    f"provider seq2seq: the model in {self._folder} has no language {language!r}"
                    f"{nearest(language, self._ids)}; take the language out, or another model"
                )

    def encode(self, texts: Sequence[str], source: str, target: str) -> list[list[int]]:
        self._tokenizer.src_lang = self._codes[source]
        return _tokens(self._tokenizer, texts)

    def first_token(self, target: str) -> int | None:
        return self._ids[target]


class _Opus:
    """OPUS-MT, for one target language or several."""

    def __init__(self, tokenizer: Any, folder: Path):
        self._tokenizer, self._folder = tokenizer, folder
        self._codes = {
            token[2:-2]
            for token in tokenizer.get_vocab()
            if token[:2] == ">>" and token[-2:] == "<<"
        }

    def check(self, source: str, target: str) -> None:
        pair = (self._tokenizer.source_lang, self._tokenizer.target_lang)
        good = pair[0] in _names(source) and (self._code(target) or pair[1] in _names(target))
        if not good or source == target:
            several = f", of which {', '.join(sorted(self._codes))}" if self._codes else ""
            raise IsoglossError(
                f"provider seq2seq: the model in {self._folder} translates from {pair[0]!r} to "
                f"{pair[1]!r}{several}, not from {source!r} to {target!r}; take the model of that "
                "pair"
            )

    def encode(self, texts: Sequence[str], source: str, target: str) -> list[list[int]]:
        code = self._code(target)
        return _tokens(self._tokenizer, [f">>{code}<< {t}" if code else t for t in texts])

    def first_token(self, target: str) -> int | None:
        return None

    def _code(self, target: str) -> str | None:
        return next((name for name in _names(target) if name in self._codes), None)


def _names(language: str) -> list[str]:
    nllb = NLLB.get(language, language)
    return [language, nllb.split("_")[0], nllb, *_OPUS.get(language, ())]
