"""Columns that tell conditions apart, in every table of study barrier from prompts to cells.

Apart from the conditions, which the configuration needs: it is read at each start of Snakemake,
where polars would be a tenth of the time.
"""

import polars as pl

from isogloss.frames import Column

COLUMNS = {
    "task": Column(pl.String(), "mmlu, quiz, tofu, lab-new or lab-known"),
    "variant": Column(pl.String(), "of MMLU: english, full, mixup, ...; else full, or english"),
    "language": Column(pl.String(), "en, the language that texts are translated into, or mixed"),
    "shots": Column(pl.UInt8(), "demonstrations in the prompt"),
    "demonstrations": Column(pl.String(), "none, english, same-bias or translate"),
    "style": Column(pl.String(), "default, lower, digits, aware-0 or aware-1"),
    "scoring": Column(pl.String(), "letter, text, first-token or open (a free answer)"),
}
