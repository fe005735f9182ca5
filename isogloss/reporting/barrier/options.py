"""Settings that the reports of study barrier depend on, as rules pass them (`--options`)."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from isogloss.barrier.cells import CELLS, REPLICATES
from isogloss.reporting.barrier.models import parse_models
from isogloss.reporting.barrier.results import Results
from isogloss.script import json_fields


@dataclass(frozen=True)
class ReportOptions:
    """languages: of the mixed corpora and of the variants. The others: of the bootstrap."""

    languages: tuple[str, ...]
    samples: int
    level: float  # coverage of the intervals, 0-1
    seed: int

    @property
    def bootstrap(self) -> dict[str, Any]:
        """Return the settings of the bootstrap, for draws of texts."""
        return {"samples": self.samples, "level": self.level, "seed": self.seed}


def parse_options(text: str) -> ReportOptions:
    """Read `--options`; raise IsoglossError for a missing or unknown key."""
    value = json_fields(text, "--options", [field.name for field in fields(ReportOptions)])
    return ReportOptions(**value | {"languages": tuple(value["languages"])})


def read_results(cells: Path, replicates: Path, models: str, options: ReportOptions) -> Results:
    """Read what all reports of the study are cut from; models: JSON, as in `parse_models`."""
    return Results(
        CELLS.read(cells),
        REPLICATES.read(replicates),
        parse_models(models),
        options.languages,
        options.level,
    )
