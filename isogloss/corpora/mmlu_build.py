"""All parts of MMLU that a configuration asks for: English, rebuilt variants and published ones."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from isogloss.corpora.mixing import MAIN_LANGUAGES, Missing
from isogloss.corpora.mmlu import QUESTIONS, Part, check_same, english, read_part
from isogloss.corpora.mmlu_subjects import DOMAIN, LAB_SUBJECTS, SUBJECTS
from isogloss.corpora.mmlu_variants import build_variant, needed
from isogloss.corpora.units import Translations
from isogloss.errors import IsoglossError, nearest
from isogloss.frames import Column, Frame
from isogloss.translation.units import distinct

LEFT_OUT = Frame(
    name="MMLU questions left out",
    columns={
        **{name: QUESTIONS.columns[name] for name in ("split", "variant", "language")},
        "origin": Column(pl.String(), "source (English), rebuilt or published"),
        "questions": Column(pl.UInt32(), "questions of the English part"),
        "left_out": Column(pl.UInt32(), "of them left out for want of a usable translation"),
    },
    key=("split", "variant", "language"),
)


def read_left_out(path: Path) -> pl.DataFrame:
    """Read LEFT_OUT as CSV; raise IsoglossError where it is not."""
    schema = {name: column.dtype for name, column in LEFT_OUT.columns.items()}
    try:
        return LEFT_OUT.check(pl.read_csv(path, schema_overrides=schema), path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise IsoglossError(f"{path}: cannot be read as a table: {error}") from error


@dataclass(frozen=True)
class Plan:
    """What is wanted of MMLU. Fields are those of `barrier.mmlu` and `barrier` in the settings.

    published: variants that are read from a folder in the released layout; None for none, and
    with `english_published` the English part, too. languages: of the variants, without English and
    in the order of the study. mixup_languages: those that mixup shuffles, English among them.
    """

    splits: Sequence[str] = ("test", "dev")
    variants: Sequence[str] = ()
    languages: Sequence[str] = ()
    mixup_languages: Sequence[str] = MAIN_LANGUAGES
    seed: int = 42
    subjects: Sequence[str] | None = None
    questions: int | None = None
    published: Sequence[str] = ()
    english_published: bool = False

    def __post_init__(self) -> None:
        for subject in self.subjects or ():
            if subject not in DOMAIN:
                raise IsoglossError(
                    f"barrier.mmlu.subjects: {subject!r} is none of MMLU's"
                    f"{nearest(subject, SUBJECTS)}"
                )

    @property
    def source_subjects(self) -> Sequence[str]:
        """Return the subjects whose files a folder has: MMLU's, or those of the lab."""
        return LAB_SUBJECTS if set(self.subjects or ()) & set(LAB_SUBJECTS) else SUBJECTS

    def parts(self, published: bool) -> list[Part]:
        """Return the translated parts, split by split: those published, or those to be built."""
        return [
            Part(split, variant, language)
            for split in self.splits
            for variant in self.variants
            if (variant in self.published) == published
            for language in (["mixed"] if variant == "mixup" else self.languages)
        ]

    def limited(self, questions: pl.DataFrame) -> pl.DataFrame:
        """Return QUESTIONS of the chosen subjects, and of each the first ones.

        The dev split, which the demonstrations come from, keeps all of its questions.
        """
        if self.subjects is not None:
            questions = questions.filter(pl.col("subject").is_in(list(self.subjects)))
        if self.questions is not None:
            first = pl.col("number") < self.questions
            questions = questions.filter(first | (pl.col("split") == "dev"))
        return questions


def read_english(root: Path, plan: Plan) -> dict[str, pl.DataFrame]:
    """Return QUESTIONS of the English parts by split, from folders `test`, `dev` and `val`."""
    header = plan.english_published
    return {
        split: plan.limited(read_part(root, english(split), plan.source_subjects, header=header))
        for split in plan.splits
    }


def needed_units(sources: Mapping[str, pl.DataFrame], plan: Plan) -> dict[str, pl.Series]:
    """Return the distinct units that the parts to be built need translated, by language.

    sources: English QUESTIONS by split. Units have no outer white space.
    """
    texts: dict[str, list[str]] = {}
    every = pl.concat(sources.values())
    pairs = needed(every, plan.parts(published=False), plan.seed, plan.mixup_languages)
    for text, language in pairs:
        texts.setdefault(language, []).append(text)
    return {
        language: pl.Series(distinct(found), dtype=pl.String()) for language, found in texts.items()
    }


def build(
    sources: Mapping[str, pl.DataFrame],
    plan: Plan,
    translations: Translations,
    folder: Path | None = None,
    missing: Missing = "raise",
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return QUESTIONS of all parts, English first, and LEFT_OUT.

    sources: English QUESTIONS by split. folder: of the published parts, which must have the
    questions and answers of `sources`. missing: see `build_variant`.
    """
    tables = list(sources.values())
    origin = "published" if plan.english_published else "source"
    counts = [(*english(split), origin, len(frame), 0) for split, frame in sources.items()]
    for part in plan.parts(published=False):
        source = sources[part.split]
        made, left_out = build_variant(
            source,
            part.variant,
            part.language,
            translations,
            plan.seed,
            plan.mixup_languages,
            missing,
        )
        tables.append(made)
        counts.append((*part, "rebuilt", len(source), left_out))
    for part, frame in _published(sources, plan, folder):
        tables.append(frame)
        counts.append((*part, "published", len(sources[part.split]), 0))
    schema = {name: column.dtype for name, column in LEFT_OUT.columns.items()}
    counted = pl.DataFrame(counts, schema=schema, orient="row")
    return QUESTIONS.check(pl.concat(tables)), LEFT_OUT.check(counted)


def _published(
    sources: Mapping[str, pl.DataFrame], plan: Plan, folder: Path | None
) -> Iterator[tuple[Part, pl.DataFrame]]:
    for part in plan.parts(published=True):
        if folder is None:
            raise IsoglossError(
                f"MMLU: {part.folder} is to be read from a published folder, and none is given; "
                "set barrier.mmlu.folder"
            )
        if not (folder / part.folder).is_dir():
            raise IsoglossError(
                f"{folder / part.folder}: missing; the folder barrier.mmlu.folder needs one for "
                "each split, variant and language of barrier.mmlu"
            )
        frame = plan.limited(read_part(folder, part, plan.source_subjects, header=True))
        check_same(folder / part.folder, frame, sources[part.split])
        yield part, frame
