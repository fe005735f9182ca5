"""The loss curve of a training: one row per step, CSV."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from isogloss.errors import IsoglossError

# `loss` is the mean over `learned_tokens` in nats, before the step; `grad_norm` before clipping;
# `tokens` are those that the step read, padding not counted.
COLUMNS = ("step", "loss", "learning_rate", "grad_norm", "tokens", "learned_tokens")


@dataclass(frozen=True)
class Step:
    """A row of the curve."""

    step: int
    loss: float
    learning_rate: float
    grad_norm: float
    tokens: int
    learned_tokens: int


def write_curve(history: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Write the logged steps of the Trainer, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for entry in history:
            if "loss" in entry:
                writer.writerow(
                    [
                        entry["step"],
                        f"{entry['loss']:.6f}",
                        f"{entry['learning_rate']:.6g}",
                        f"{entry['grad_norm']:.6f}",
                        entry["tokens"],
                        entry["learned_tokens"],
                    ]
                )
    part.replace(path)


def read_curve(path: Path) -> list[Step]:
    """Return the rows of a curve; raise IsoglossError for what is none."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) != COLUMNS:
                raise ValueError(f"its columns are {reader.fieldnames}")
            steps = [
                Step(
                    int(row["step"]),
                    float(row["loss"]),
                    float(row["learning_rate"]),
                    float(row["grad_norm"]),
                    int(row["tokens"]),
                    int(row["learned_tokens"]),
                )
                for row in reader
            ]
        if not steps:
            raise ValueError("it has no rows")
    except (OSError, ValueError, TypeError) as error:
        raise IsoglossError(f"{path}: cannot be read as a loss curve: {error}") from error
    return steps
