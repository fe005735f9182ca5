"""Accuracy on MMLU by domain and subject, of every model, variant and language (paper B, 3.1).

Figures 3, 12 and 13 show micro averages over all questions; this table has the parts they are made
of. The CSV file has every way of asking; printed are those without demonstrations.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from isogloss.barrier.aggregate import MEAN
from isogloss.barrier.cells import ALL
from isogloss.barrier.condition_columns import COLUMNS
from isogloss.barrier.conditions import Condition
from isogloss.corpora.mmlu_subjects import DOMAIN, DOMAINS
from isogloss.reporting.barrier.models import BarrierModel, controls, off_the_shelf
from isogloss.reporting.barrier.results import Results
from isogloss.reporting.barrier.ways import VARIANTS, mmlu
from isogloss.reporting.caption import Caption
from isogloss.reporting.tables.display import Document, Entry, Grid, Group
from isogloss.reporting.tables.numbers import DASH, count, interval, listing, number

NAME = "subjects"
EMPTY = "This run asks no model questions of MMLU."
_KEY = ("model", *COLUMNS, "group")


@dataclass(frozen=True)
class Accuracy:
    """Percent right with the ends of its interval, and the questions that it rests on."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    excluded: int


class Accuracies:
    """Accuracies on MMLU by model, condition and part: all questions, a domain or a subject."""

    def __init__(self, cells: pl.DataFrame, results: Results) -> None:
        self.results = results
        self.level = results.level
        self.rows = cells.filter(task="mmlu", metric="accuracy").select(
            *_KEY, "value", "low", "high", "n", "excluded"
        )
        place = len(_KEY)
        self._found: Mapping[tuple[str, Condition, str], Accuracy] = {
            (row[0], Condition(*row[1 : place - 1]), row[place - 1]): Accuracy(*row[place:])
            for row in self.rows.iter_rows()
        }
        groups = set(self.rows["group"])
        self.domains = [domain for domain in DOMAINS if domain in groups]
        self.subjects = sorted(group for group in groups if group in DOMAIN)

    @property
    def parts(self) -> list[str]:
        """Return what questions are divided into: domains, or the subjects of the only one."""
        return self.domains or self.subjects

    def languages(self, model: BarrierModel, variant: str) -> list[str]:
        """Return where a model was asked a variant, 0-shot: the mean first if it has one."""
        way = mmlu(variant)
        known = [way.language] if way.language else [MEAN, *self.results.asked(model, way)]
        return [language for language in known if self.of(model, variant, language)]

    def of(
        self, model: BarrierModel, variant: str, language: str, part: str = ALL
    ) -> Accuracy | None:
        """Return a model's 0-shot accuracy, read as its other answers are; None if not asked."""
        condition = self.results.condition(model, mmlu(variant), language)
        return self._found.get((model.key, condition, part))

    def overall(self, model: BarrierModel, variant: str, part: str = ALL) -> Accuracy | None:
        """Return the accuracy in a variant's one language, or the mean over its languages."""
        languages = self.languages(model, variant)
        return self.of(model, variant, languages[0], part) if languages else None


def csv(found: Accuracies) -> str:
    """Return one row per model, condition and part, with the part's domain and subject."""
    labels = {model.key: model.label for model in found.results.models}
    subject = pl.col("group").is_in(list(DOMAIN))
    table = found.rows.select(
        pl.lit(NAME).alias("table"),
        "model",
        pl.col("model").replace_strict(labels, return_dtype=pl.String).alias("label"),
        pl.when(subject)
        .then(pl.col("group").replace_strict(DOMAIN, default=None, return_dtype=pl.String))
        .when(pl.col("group") != ALL)
        .then("group")
        .alias("domain"),
        pl.when(subject).then("group").alias("subject"),
        *(name for name in COLUMNS if name != "task"),
        *("value", "low", "high", "n", "excluded"),
    )
    return table.write_csv(float_precision=6)


def document(found: Accuracies, caption: Caption, samples: int) -> Document:
    """Return what is printed: for each model variants by domain, and subjects by variant."""
    models = [m for m in off_the_shelf(found.results.models) if _variants(found, m)]
    if not models:
        grid = Grid(NAME, caption.title, [], [], [EMPTY])
        return Document(NAME, caption.title, caption.text, [grid])
    by = "domain" if found.domains else "subject"
    grids = []
    for place, model in enumerate(models, 1):
        title = f"{model.label}, variants by {by}"
        grids.append(_by_domain(found, f"S{place}a", title, [model]))
        grids.append(_by_subject(found, f"S{place}b", model))
    last = _by_domain(found, "S0", "controls, variants by domain", controls(found.results.models))
    grids += [last] if last.groups else []
    return Document(NAME, caption.title, caption.text, grids, _notes(found, samples))


def _variants(found: Accuracies, model: BarrierModel) -> list[str]:
    return [variant for variant in VARIANTS if found.languages(model, variant)]


def _by_domain(found: Accuracies, name: str, title: str, models: Sequence[BarrierModel]) -> Grid:
    """Return rows of variants and languages, columns of the parts of all questions."""
    parts = [ALL, *found.parts]
    groups = [
        Group(
            model.label if len(models) > 1 else "",
            [
                [
                    Entry(_asked(variant, language)),
                    *(_entry(found.of(model, variant, language, part)) for part in parts),
                ]
                for variant in _variants(found, model)
                for language in found.languages(model, variant)
            ],
        )
        for model in models
    ]
    heads = ["Asked", *(_words(part) for part in parts)]
    return Grid(name, title, heads, [group for group in groups if group.rows], [])


def _by_subject(found: Accuracies, name: str, model: BarrierModel) -> Grid:
    """Return rows of subjects under their domain, columns of variants."""
    variants = _variants(found, model)

    def row(part: str) -> list[Entry]:
        cells = (_entry(found.overall(model, variant, part)) for variant in variants)
        return [Entry(_words(part)), *cells]

    groups = []
    for domain in found.domains or sorted({DOMAIN[subject] for subject in found.subjects}):
        inside = [subject for subject in found.subjects if DOMAIN[subject] == domain]
        rows = [row(part) for part in inside]
        whole = [[Entry("all of it"), *row(domain)[1:]]] if domain in found.domains else []
        groups.append(Group(domain, [*whole, *rows]))
    heads = ["Subject", *(VARIANTS[variant] for variant in variants)]
    alone = Group("", [row(ALL)])
    return Grid(name, f"{model.label}, subjects and variants", heads, [alone, *groups], [])


def _asked(variant: str, language: str) -> str:
    if mmlu(variant).language is not None:
        return VARIANTS[variant]
    return f"{VARIANTS[variant]}, {language}"


def _words(part: str) -> str:
    return part.removeprefix("lab_").replace("_", " ")


def _entry(of: Accuracy | None) -> Entry:
    if of is None or of.value is None:
        return Entry(DASH)
    return Entry(number(of.value, 1), (interval(of.low, of.high, 0), f"n {count(of.n)}"))


def _notes(found: Accuracies, samples: int) -> list[str]:
    notes = [
        f"Percent right, 0-shot. In small print: {100 * found.level:g} % interval by bootstrap "
        f"over the part's questions ({count(samples)} draws), and the number of questions; those "
        "of a mean are counted in each of its languages.",
    ]
    means: dict[tuple[str, ...], dict[str, None]] = {}
    for model in found.results.models:
        for variant in _variants(found, model):
            languages = found.languages(model, variant)
            if languages[0] == MEAN and model.stage != "control":
                means.setdefault(tuple(languages[1:]), {})[VARIANTS[variant]] = None
    for codes, names in means.items():
        notes.append(f"{listing(list(names))}, by subject: mean over {listing(list(codes))}.")
    notes.append(
        "The CSV file has the fine-tuned models, every language of every subject, and the other "
        "ways of asking, too."
    )
    return notes
