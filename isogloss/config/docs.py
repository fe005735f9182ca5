"""Write the configuration's JSON schema and reference page from its models.

`python -m isogloss.config.docs` rewrites both; a test fails when they have drifted.
"""

import json
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from isogloss.config.models import Model, ModelTable
from isogloss.config.studies import Config

INTRODUCTION = """\
# Configuration

Written by `python -m isogloss.config.docs` from the models in `isogloss/config`; do not edit.

`config/config.yaml` is always read. A file given with `--configfile` holds only what differs:
sections are merged, lists are replaced. An unknown key is an error that names the nearest valid
one. JSON schemas for editors: `docs/config.schema.json`, `docs/models.schema.json`.
"""


def sections(model: type[BaseModel], path: str = "") -> dict[str, type[BaseModel]]:
    """Return path -> model of all sections below `model`, itself first; each model once.

    Entries of a mapping have the path `section.NAME`.
    """
    found = {path or "(top level)": model}
    for key, field in model.model_fields.items():
        inner = f"{path}.{key}" if path else key
        if get_origin(field.annotation) is dict:
            inner += ".NAME"
        for kind in _models_in(field.annotation):
            for name, section in sections(kind, inner).items():
                if section not in found.values():
                    found[name] = section
    return found


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    """Return the models that an annotation names: itself, or those in its brackets."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_in(part)]


def reference_page() -> str:
    """Return the reference page in Markdown: one table per section."""
    parts = [INTRODUCTION]
    of_models = sections(Model, "models.NAME")
    for title, found in (("Settings", sections(Config)), ("Model table", of_models)):
        parts.append(f"## {title}\n")
        for name, model in found.items():
            parts.append(f"### `{name}`\n\n{(model.__doc__ or '').strip().splitlines()[0]}\n")
            rows = [_row(key, field) for key, field in model.model_fields.items()]
            parts.append("\n".join(["| key | default | meaning |", "| --- | --- | --- |", *rows]))
            parts.append("")
    return "\n".join(parts)


def _row(key: str, field: FieldInfo) -> str:
    kind = field.annotation
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return f"| `{key}` | | section |"
    return f"| `{key}` | {_default(field)} | {field.description or key.replace('_', ' ')} |"


def _default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return "*required*"
    return f"`{json.dumps(field.default, ensure_ascii=False)}`"


def schemas() -> dict[str, Any]:
    """Return file name -> JSON schema, of the configuration and of model tables."""
    return {
        "config.schema.json": Config.model_json_schema(),
        "models.schema.json": ModelTable.model_json_schema(),
    }


def files() -> dict[str, str]:
    """Return the contents of all generated files, by name in the folder docs."""
    texts = {
        name: json.dumps(schema, indent=1, sort_keys=True) + "\n"
        for name, schema in schemas().items()
    }
    return {"configuration.md": reference_page(), **texts}


if __name__ == "__main__":
    folder = Path(__file__).parents[2] / "docs"
    folder.mkdir(exist_ok=True)
    for name, text in files().items():
        (folder / name).write_text(text, encoding="utf-8")
