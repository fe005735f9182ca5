"""The lab's models in the model table: whether their weights ship, and what they can be asked."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from isogloss.config.lab import Lab
from isogloss.config.models import Model, Source
from isogloss.config.studies import Xmrc
from isogloss.errors import IsoglossError
from isogloss.lab import MADE_OF

TRAININGS = "resources/lab/seeds.json"  # settings of the trainings that ship
READER, READING = "lab-reader", "lab-reading"
WEIGHTS = {"lab": "resources/lab/model", "reader": "resources/lab/reader"}  # by recipe


def check_lab_models(xmrc: Xmrc, models: Mapping[str, Model]) -> None:
    """Raise IsoglossError where study xmrc has a model of the lab read what it has no words for."""
    for key in xmrc.models:
        recipe = models[key].source.trained if key in models else None
        if recipe == "lab":
            raise IsoglossError(
                f"xmrc.models: {key!r} cannot find answers in texts; {READER!r} can, in those of "
                f"dataset {READING}"
            )
        if recipe == "reader" and xmrc.dataset != READING:
            raise IsoglossError(
                f"xmrc.models: {key!r} knows no word of dataset {xmrc.dataset!r}; set xmrc.dataset "
                f"to {READING}, or leave the model out"
            )


def with_shipped(models: Mapping[str, Model], lab: Lab, root: Path) -> dict[str, Model]:
    """Return the models with the lab's weights taken from the project, unless they are rebuilt."""
    shipped = {}
    if lab.take == "published":
        shipped["lab"] = _shipped("lab.take", lab.base(), root, WEIGHTS["lab"])
    if lab.reader.take == "published":
        made_of = lab.reader_made_of()
        shipped["reader"] = _shipped("lab.reader.take", made_of, root, WEIGHTS["reader"])
    return {
        key: model.model_copy(update={"source": shipped[model.source.trained]})
        if model.source.trained in shipped
        else model
        for key, model in models.items()
    }


def _shipped(take: str, made_of: Mapping[str, Any], root: Path, folder: str) -> Source:
    if not (root / folder / "config.json").is_file():
        raise IsoglossError(f"{take}: 'published', but {folder} holds no model; set it to rebuild")
    noted = json.loads((root / folder / MADE_OF).read_text(encoding="utf-8"))
    for key, value in made_of.items():
        if noted.get(key) != value:
            raise IsoglossError(
                f"lab.{key}: {value!r}, but the weights that ship were trained with "
                f"{noted.get(key)!r}; leave it, or set {take} to rebuild"
            )
    return Source(folder=os.path.relpath(root / folder))


def measured_trainings(root: Path) -> list[str]:
    """Return the fine-tunes of which a table of trainings ships with the lab, if one does."""
    path = root / TRAININGS
    return list(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else []
