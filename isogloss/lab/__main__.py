"""`python -m isogloss.lab results/barrier/tables/lab.csv` prints what the lab shows."""

import sys
from pathlib import Path

import polars as pl

from isogloss.reporting.lab import as_text

sys.stdout.write(as_text(pl.read_csv(Path(sys.argv[1])).to_dicts()) + "\n")
