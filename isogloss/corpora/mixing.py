"""Mixed-language corpora: each unit in a language drawn for it (paper B, section 4.2)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from isogloss.corpora.draw import chance, choice
from isogloss.corpora.units import GRANULARITIES, Translations, lookup, split
from isogloss.errors import IsoglossError, nearest
from isogloss.languages import NAMES

Missing = Literal["raise", "drop"]
MAIN_LANGUAGES = ("en", "fr", "de", "es", "it")


@dataclass(frozen=True)
class Mix:
    """How a corpus is mixed.

    `granularity`: `document`, `sentence`, `words` (chunks of `words` words inside a sentence),
    `english` (everything stays), or `collection` (each document once in every language, the
    paper's upper bound, five times as large with five languages). `shares`: each language's chance,
    in proportion to the others'; none: all have the same, as in the paper. `mixed`: probability
    that a document is mixed at all; the others stay in English.
    """

    granularity: str
    languages: tuple[str, ...] = MAIN_LANGUAGES
    seed: int = 42
    words: int = 8
    shares: Mapping[str, float] | None = None
    mixed: float = 1.0

    def __post_init__(self) -> None:
        if self.granularity not in GRANULARITIES:
            hint = nearest(self.granularity, GRANULARITIES)
            raise IsoglossError(f"granularity is {self.granularity!r}, which is none{hint}")
        for code in self.languages:
            if code not in NAMES:
                raise IsoglossError(f"languages has {code!r}, unknown{nearest(code, NAMES)}")
        if not self.languages or len(set(self.languages)) < len(self.languages):
            raise IsoglossError(
                f"languages is {list(self.languages)}; give at least one, and each one once"
            )
        if self.shares is not None and (
            sorted(self.shares) != sorted(self.languages)
            or min(self.shares.values()) < 0
            or not sum(self.shares.values()) > 0
        ):
            raise IsoglossError(
                f"shares is {dict(self.shares)}; give each of {list(self.languages)} a number from "
                "0 up, and one of them more than 0"
            )
        if not 0 < self.mixed <= 1:
            raise IsoglossError(f"mixed is {self.mixed}; give more than 0 and at most 1")
        if self.words < 1:
            raise IsoglossError(f"words is {self.words}; a chunk has at least one word")

    @property
    def drawn(self) -> tuple[str, ...]:
        """The languages that a unit can get."""
        return ("en",) if self.granularity == "english" else self.languages

    @property
    def whole(self) -> bool:
        """Whether a document is in one language, all its texts together."""
        return self.granularity not in ("sentence", "words")

    @property
    def random(self) -> bool:
        """Whether languages are drawn, independently, so that their shares can be tested."""
        return len(self.drawn) > 1 and self.granularity != "collection" and self.mixed == 1

    def chances(self) -> list[float]:
        """Return the chance of each language of `drawn`, which sum to 1."""
        weights = [1.0 if self.shares is None else self.shares[code] for code in self.drawn]
        return [weight / sum(weights) for weight in weights]

    def mixes(self, group: str | int) -> bool:
        """Return whether the documents of a group get languages drawn at all."""
        return self.mixed == 1 or chance(self.mixed, self.seed, "mixed", group)


def mix_of(options: Mapping[str, Any]) -> Mix:
    """Return the mix that rules describe; what does not matter to it is not given."""
    given = {key: options[key] for key in ("seed", "words", "shares", "mixed") if key in options}
    return Mix(options["granularity"], tuple(options.get("languages", ["en"])), **given)


class Segment(NamedTuple):
    """A piece of a mixed document; `language` is None for what is never translated."""

    text: str
    language: str | None


# A document's texts, each as segments; `None` where a segment has no translation.
Version = list[list[Segment]]


@dataclass
class MixCounts:
    """What a mixing has done so far; units and characters are of the documents written.

    Blank lines are kept, but are no documents.
    """

    documents: int = 0  # written
    dropped: int = 0  # documents left out for a unit without a translation
    missing: int = 0  # units without a translation
    untouched: int = 0  # pieces without letters
    units: Counter[str] = field(default_factory=Counter)  # draws of a language, by language
    characters: Counter[str] = field(default_factory=Counter)  # of the units, by language

    def add(self, texts: Iterable[Iterable[Segment]], whole: bool = False) -> None:
        """Count a written document. whole: its units together are one draw."""
        drawn: Counter[str] = Counter()
        segments = [segment for text in texts for segment in text]
        self.documents += any(text.strip() for text, _ in segments)
        for text, language in segments:
            if language is None:
                self.untouched += 1
            else:
                drawn[language] += 1
                self.characters[language] += len(text)
        self.units.update(dict.fromkeys(drawn, 1) if whole else drawn)


def plan(
    texts: Sequence[str], number: int, mix: Mix, group: str | None = None
) -> Iterator[Version]:
    """Yield the versions of a document (one; for a collection, one per language), untranslated.

    A document has one text, or several, such as a question and its answer. Documents, chunks and
    sentences do not go beyond a text; the language of a whole document holds for all its texts.
    `number` is the document's place in its corpus. It, the seed and the unit's place decide the
    language, so that the order of processing does not matter. A blank line has one version.
    group: documents with the same one are all mixed, or none of them; None: each is its own.
    """
    pieces = [list(split(text, mix.granularity, mix.words)) for text in texts]
    languages = mix.drawn
    if not mix.mixes(number if group is None else group):
        yield [[Segment(t, "en" if unit else None) for t, unit in text] for text in pieces]
        return
    if mix.whole:
        if mix.granularity == "collection" and any(text.strip() for text in texts):
            chosen = languages
        else:
            chosen = (choice(languages, mix.seed, number, 0, weights=mix.shares),)
        for language in chosen:
            yield [[Segment(t, language if unit else None) for t, unit in text] for text in pieces]
        return
    place = 0
    version: Version = []
    for text in pieces:
        version.append(
            [
                Segment(
                    t,
                    choice(languages, mix.seed, number, i, weights=mix.shares) if unit else None,
                )
                for i, (t, unit) in enumerate(text, place)
            ]
        )
        place += len(text)
    yield version


def needs(versions: Iterable[Version]) -> Iterator[tuple[str, str]]:
    """Yield (unit, language) of each segment that has to be translated, as often as it comes."""
    for version in versions:
        for text in version:
            for unit, language in text:
                if language is not None and language != "en":
                    yield unit, language


def translated(
    versions: Sequence[Version],
    number: int,
    mix: Mix,
    translations: Translations,
    missing: Missing,
    counts: MixCounts,
) -> list[Version]:
    """Return the versions of document `number` with their units translated, and count them.

    A unit without a translation raises IsoglossError (`missing="raise"`) or leaves out its
    document in every language (`"drop"`, no version is returned); the English text never stands
    in.
    """
    done: list[Version] = []
    absent: list[Segment] = []
    for version in versions:
        texts: Version = []
        for text in version:
            texts.append([])
            for segment in text:
                unit, language = segment
                if language is not None:
                    unit = lookup(translations, unit, language) or ""
                    if not unit:
                        absent.append(segment)
                texts[-1].append(Segment(unit, language))
        done.append(texts)
    if absent:
        counts.missing += len(absent)
        if missing == "raise":
            unit, language = absent[0]
            raise IsoglossError(
                f"document {number}: no usable translation into {language!r} of {unit[:80]!r}; "
                "translate it, or have such documents dropped"
            )
        counts.dropped += 1
        return []
    for version in done:
        counts.add(version, mix.whole)
    return done


def mix_documents(
    documents: Iterable[str],
    mix: Mix,
    translations: Translations,
    missing: Missing = "raise",
    counts: MixCounts | None = None,
    first: int = 0,
) -> Iterator[list[Segment]]:
    """Yield mixed documents as segments, whose texts joined are the document; one at a time.

    `first` is the number of the first document, for work on a part of a corpus. For `missing` see
    `translated`. `counts` is kept up to date.
    """
    counts = MixCounts() if counts is None else counts
    for number, document in enumerate(documents, first):
        versions = list(plan([document], number, mix))
        for version in translated(versions, number, mix, translations, missing, counts):
            yield version[0]
