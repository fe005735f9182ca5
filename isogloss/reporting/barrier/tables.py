"""What the tables of study barrier show: 2, 3 and 8 of paper B, the barrier, and comparisons.

Rows are models, controls last; the paper's tables 2 and 3 have models as columns, which do not
fit a page for as many models as it evaluates. Columns are conditions, in the paper's order.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from isogloss.errors import IsoglossError, nearest
from isogloss.reporting.barrier.contrasts import GENERAL
from isogloss.reporting.barrier.models import (
    MIXED,
    OFF_THE_SHELF,
    BarrierModel,
    controls,
    families,
    off_the_shelf,
    short_name,
)
from isogloss.reporting.barrier.p_values import Tests
from isogloss.reporting.barrier.results import Results
from isogloss.reporting.barrier.sheet import Column, Row, Sheet, Shown, make
from isogloss.reporting.barrier.ways import (
    QUIZ_ENGLISH,
    QUIZ_FULL,
    SCORINGS,
    TOFU_FULL,
    VARIANTS,
    Way,
    english,
    five_shot,
    mmlu,
)

Groups = list[tuple[str, list[Row]]]

MITIGATIONS = [
    Column("English", mmlu("english")),
    Column("mixup, A/B/C/D", mmlu("mixup")),
    Column("a/b/c/d", mmlu("mixup", style="lower")),
    Column("1/2/3/4", mmlu("mixup", style="digits")),
    Column("aware, text 0", mmlu("mixup", style="aware-0")),
    Column("aware, text 1", mmlu("mixup", style="aware-1")),
    Column("5-shot English", five_shot("mixup")),
    Column("5-shot same-bias", five_shot("mixup", "same-bias")),
    Column("5-shot translate", five_shot("mixup", "translate")),
]
AFTER_TRAINING = [
    Column("English", mmlu("english")),
    Column("mixup", mmlu("mixup")),
    Column("English, 5-shot", five_shot("english")),
    Column("mixup, 5-shot English", five_shot("mixup")),
    Column("mixup, 5-shot same-bias", five_shot("mixup", "same-bias")),
]
ENGLISH_AND_MIXUP = [
    Column(f"{VARIANTS[variant]}, {name}", mmlu(variant, scoring=scoring))
    for variant in ("english", "mixup")
    for scoring, name in SCORINGS.items()
]
MIXED_VARIANTS = [
    Column(name, mmlu(variant)) for variant, name in VARIANTS.items() if variant != "english"
]
BARRIERS = [
    *MIXED_VARIANTS,
    Column("mixup, 5-shot English", five_shot("mixup")),
    Column("mixup, 5-shot same-bias", five_shot("mixup", "same-bias")),
    Column("HP-Quiz", QUIZ_FULL),
    Column("HP-Quiz, held-out", QUIZ_FULL, "held-out"),
    Column("TOFU, ROUGE-L recall", TOFU_FULL, metric="rouge_recall"),
]
CONTRASTS = [
    Column("HP-Quiz, English", QUIZ_ENGLISH),
    Column("HP-Quiz", QUIZ_FULL),
    Column("HP-Quiz, held-out", QUIZ_FULL, "held-out"),
    Column("MMLU, English", mmlu("english")),
    *MIXED_VARIANTS,
    *AFTER_TRAINING[2:],
]


def _with_scoring(results: Results, model: BarrierModel, way: Way) -> Way:
    return replace(way, scoring=results.condition(model, way, "").scoring)


def accuracy(results: Results, row: Row, column: Column) -> Shown | None:
    """Return a model's accuracy in a condition."""
    way = row.way(column.way)
    found = column.of(results, row.model, way)
    return Shown(found, _with_scoring(results, row.model, way)) if found else None


def barrier(results: Results, tests: Tests, row: Row, column: Column) -> Shown | None:
    """Return the barrier statistic: English minus the condition, of one model."""
    first = english(column.way)
    here = column.of(results, row.model)
    there = results.get(row.model, first, column.metric)
    found = results.difference(there, here)
    if found is None or here is None:
        return None
    sides = (row.model, first), (row.model, column.way)
    return Shown(
        found, _with_scoring(results, row.model, column.way), tests.of(*sides, here.languages)
    )


def contrast(results: Results, tests: Tests, row: Row, column: Column) -> Shown | None:
    """Return one model's accuracy minus another's, in the same condition."""
    if row.minus is None:
        return None
    first, second = column.of(results, row.model), column.of(results, row.minus)
    found = results.difference(first, second)
    if found is None or first is None:
        return None
    sides = (row.model, column.way), (row.minus, column.way)
    return Shown(
        found, _with_scoring(results, row.model, column.way), tests.of(*sides, first.languages)
    )


def _rows(models: Sequence[BarrierModel]) -> list[Row]:
    return [Row(model.label, model) for model in models]


def _all_models(models: Sequence[BarrierModel]) -> Groups:
    return [
        (OFF_THE_SHELF.capitalize(), _rows(off_the_shelf(models))),
        *(
            (f"Fine-tuned from {family.title}", [Row(short_name(m), m) for m in family.tuned])
            for family in families(models)
        ),
        ("Controls", _rows(controls(models))),
    ]


def table02(results: Results, tests: Tests) -> Sheet:
    """Return table 2: what is done about the barrier when a model is asked (section 4.1)."""
    models = results.models
    return make(
        "table02",
        MITIGATIONS,
        [("", _rows(off_the_shelf(models))), ("Controls", _rows(controls(models)))],
        partial(accuracy, results),
        empty="This run asks no model off the shelf mixup MMLU in more than one way.",
        alpha=tests.alpha,
        notes=["All but the first column: mixup MMLU; 0-shot where nothing else is said."],
    )


def table03(results: Results, tests: Tests) -> Sheet:
    """Return table 3: MMLU after fine-tuning on general text (section 4.2)."""
    models = results.models
    return make(
        "table03",
        AFTER_TRAINING,
        [
            *(
                (family.title, [Row(short_name(model), model) for model in family.members])
                for family in families(models, GENERAL)
                # Without a fine-tune to compare, the model off the shelf says nothing here.
                if any(column.of(results, m) for m in family.tuned for column in AFTER_TRAINING)
            ),
            ("Controls", _rows(controls(models))),
        ],
        partial(accuracy, results),
        empty="This run asks no model that it fine-tuned on general text MMLU in English or mixup.",
        alpha=tests.alpha,
    )


def table08(results: Results, tests: Tests) -> Sheet:
    """Return table 8: how answers are read (appendix E.2)."""

    def shots(number: int) -> Callable[[Way], Way]:
        demonstrations = "english" if number else "none"
        return lambda way: replace(way, shots=number, demonstrations=demonstrations)

    ways = {number: shots(number) for number in (0, 5)}

    def both(models: Sequence[BarrierModel]) -> list[Row]:
        return [
            Row(f"{model.label}, {number}-shot", model, way=way)
            for model in models
            for number, way in ways.items()
        ]

    def readings(model: BarrierModel) -> set[str | None]:
        return {
            column.way.scoring
            for column in ENGLISH_AND_MIXUP
            for way in ways.values()
            if column.of(results, model, way(column.way))
        }

    compared = [model for model in off_the_shelf(results.models) if len(readings(model)) > 1]
    return make(
        "table08",
        ENGLISH_AND_MIXUP,
        [("", both(compared)), ("Controls", both(controls(results.models)))],
        partial(accuracy, results),
        empty="This run reads no model's answers to MMLU in more than one way.",
        alpha=tests.alpha,
        notes=["5-shot: English demonstrations. A first token that is no option id is wrong."],
    )


def barrier_table(results: Results, tests: Tests) -> Sheet:
    """Return the barrier statistic of every model and condition."""
    return make(
        "barrier",
        BARRIERS,
        _all_models(results.models),
        partial(barrier, results, tests),
        empty="This run asks no model the same questions in English and in another way.",
        alpha=tests.alpha,
        differences=True,
        notes=[
            "English minus the condition: above 0, the model knows more when it is asked in "
            "English. 0-shot where nothing else is said.",
        ],
    )


def comparisons(results: Results, tests: Tests) -> Sheet:
    """Return what each fine-tuning changed, and each mix against English text."""
    groups: Groups = []
    for family in families(results.models):
        rows = []
        plain = next((model for model in family.tuned if model.mix == "english"), None)
        for model in family.tuned:
            if family.start:
                rows.append(Row(f"{short_name(model)} − {OFF_THE_SHELF}", model, family.start))
            if plain and model.mix in (*MIXED, "collection"):
                rows.append(Row(f"{short_name(model)} − {short_name(plain)}", model, plain))
        groups.append((family.title, rows))
    known = {model.key: model for model in controls(results.models)}
    random = known.get("control-random")
    groups.append(
        (
            "Controls",
            [Row(f"{m.label} − {random.label}", m, random) for m in known.values() if m != random]
            if random
            else [],
        )
    )
    return make(
        "comparisons",
        CONTRASTS,
        groups,
        partial(contrast, results, tests),
        empty="This run fine-tunes no model, so there are no two to compare.",
        alpha=tests.alpha,
        differences=True,
        notes=["First model minus second: above 0, the first one is right more often."],
    )


TABLES = {
    "table02": table02,
    "table03": table03,
    "table08": table08,
    "barrier": barrier_table,
    "comparisons": comparisons,
}


def make_sheet(name: str, results: Results, tests: Tests) -> Sheet:
    """Return the table of that name; raise IsoglossError for an unknown one."""
    if name not in TABLES:
        raise IsoglossError(f"--table: no table {name!r}{nearest(name, TABLES)}")
    return TABLES[name](results, tests)
