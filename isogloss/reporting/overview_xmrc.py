"""Study xmrc in the index: what was run, in a few numbers and one table, and how to read it."""

from collections.abc import Sequence

import polars as pl

from isogloss.languages import NAMES
from isogloss.reporting.modelinfo import ModelInfo, in_table_order
from isogloss.reporting.options import Options
from isogloss.reporting.overview import Overview
from isogloss.reporting.tables.display import Entry, Grid, Group
from isogloss.reporting.tables.markdown import grid_blocks
from isogloss.reporting.tables.numbers import DASH, count, listing

TITLE = "Reading across languages"
LEAD = (
    "Study xmrc: how well language models find an answer in a text when the question is asked in "
    "another language."
)


def overview(cells: pl.DataFrame, models: Sequence[ModelInfo], options: Options) -> Overview:
    """Return what the index says of the study; `cells` is a table of CELLS."""
    run = f"{run_text(options)}\n\n{run_table(cells, models, options)}"
    return Overview("xmrc", TITLE, LEAD, facts(cells, models, options), run, guide(options))


def questions(cells: pl.DataFrame) -> str:
    """Return how many questions there are per language and setting, answered or excluded."""
    single = cells.filter((pl.col("language") != "mean") & (pl.col("metric") == "f1"))
    asked = sorted(set(single["n"].cast(pl.Int64) + single["excluded"].cast(pl.Int64)))
    return "–".join(count(number) for number in dict.fromkeys([asked[0], asked[-1]]))


def facts(
    cells: pl.DataFrame, models: Sequence[ModelInfo], options: Options
) -> list[tuple[str, str]]:
    """Return the numbers that stand at the top of the study."""
    controls = sum(model.stage == "control" for model in models)
    return [
        ("Models", str(len(models) - controls)),
        ("Controls", str(controls)),
        ("Languages", str(len(options.languages))),
        ("Questions per language", questions(cells)),
    ]


def run_table(cells: pl.DataFrame, models: Sequence[ModelInfo], options: Options) -> str:
    """Return a Markdown table of the models: what they are, and what was chosen or left out."""
    chosen = cells.filter(
        pl.col("chosen") & (pl.col("metric") == "f1") & (pl.col("language") != "mean")
    )
    templates = {
        (model, shots): template
        for model, shots, template in chosen.select("model", "shots", "template").iter_rows()
    }
    excluded: dict[str, int] = dict(
        chosen.group_by("model").agg(pl.col("excluded").cast(pl.Int64).sum()).iter_rows()
    )
    rows = []
    for model in in_table_order(models):
        used = [
            DASH if model.stage == "control" else templates.get((model.key, shots), DASH)
            for shots in options.shots
        ]
        left_out = count(excluded.get(model.key, 0))
        texts = [model.label, model.family, model.stage, model.size, *used, left_out]
        rows.append([Entry(text) for text in texts])
    heads = ["Model", "Family", "Stage", "Size"]
    heads += [f"Template, {shots}-shot" for shots in options.shots]
    heads += ["Excluded prompts"]
    grid = Grid("run", "", heads, [Group("", rows)], [], left=3)
    return grid_blocks(grid)[0]


def run_text(options: Options) -> str:
    """Return in prose which data, settings and demonstrations were run."""
    names = listing([f"{NAMES[code]} ({code})" for code in ["en", *options.others]])
    shots = listing([f"{number}-shot" for number in options.shots])
    return (
        f"Data set `{options.dataset}` in {names}; settings {listing(list(options.settings))}; "
        f"{shots} prompts. Of the prompt templates run, tables and figures show for each model "
        "the one with the higher F1, or the one that the model table names."
    )


def guide(options: Options) -> str:
    """Return how to read the results, as Markdown."""
    level = f"{options.level * 100:g} %"
    return f"""
## Settings

- **en-en**: context and question are English, and so is the answer.
- **en-x**: the context is English and the question is in another language x; the answer is a
  span of the context and so English.
- **x-x**: context, question and answer are in x.

"Mean" is the unweighted mean over the languages other than English.

## F1 and exact match

Both follow the official English SQuAD definition in every language, as in the paper: text is
lower-cased, punctuation and English articles are dropped, and words are what white space
separates. Chinese and Thai are written without spaces, so that their F1 in x-x is too low;
tables of x-x show F1 over characters (Chinese) and segmented words (Thai) beside it.

## Intervals

Every number has a {level} interval: {count(options.samples)} times, as many questions as there
are were drawn with replacement, and the number was computed from each draw. All languages, models
and prompts share their draws, so that differences (gaps, ratios, claims) are paired by question.
The intervals say how much would change with other questions of the same kind; they say nothing of
other prompts, other demonstrations or another translation.

## Controls

The last rows of the tables are answers made from the gold answers, not by a model. *Gold* gives
the gold answer and must score 100. *Random span* gives a random span of the context and shows
what no skill at all scores. *English only* answers right when the question is English and
randomly otherwise, a language barrier of known size. If a control is off, so is the metric.

## Language error: two readings

In en-x an answer in the question's language cannot be right. The paper counts wrong answers in
that language but leaves open of what the rate is a share. Both readings are given: of all wrong
answers (exact match 0), or only of those whose reference is itself detected as English. Short
answers such as names and numbers are often detected as another language, so that the second
denominator is smaller and its rate higher.

## Published beside ours

Differences are ours minus published. An asterisk marks a published value outside our interval.
The published values have an uncertainty of their own that the paper does not give, so that a
value a little outside is no contradiction.
""".strip()
