"""The configuration of a run with every default filled in, as the archive holds it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel

from isogloss.config.load import load, read_yaml
from isogloss.config.settings import Settings
from isogloss.config.studies import Config
from isogloss.errors import IsoglossError

RESOLVED = "config/archived.yaml"
HEADING = """\
# The configuration of the archived run, whole: what was set, and every default. Written by
# isogloss.archive; places on the machine of the run are left out, as no result depends on them.
"""
# Where bytes are looked for and kept, and which interpreter runs, by section; "" is the top level.
PLACES = {
    "": ("store",),
    "sources": ("mirror", "model_mirror"),
    "environments": ("vllm",),
    "translation": ("memory",),
}


def configuration_files(root: Path, profile: str | None, files: Sequence[str]) -> list[str]:
    """Return the files that extend config/config.yaml: `files`, else those that the profile names.

    Raises IsoglossError for a profile that is no folder with a config.yaml.
    """
    if files or profile is None:
        return list(files)
    named = (read_yaml(root / profile / "config.yaml") or {}).get("configfile", [])
    return [named] if isinstance(named, str) else list(named)


def settings_of(root: Path, files: Sequence[str]) -> Settings:
    """Return the checked configuration of config/config.yaml as extended by `files`."""
    merged: dict[str, Any] = {}
    for name in ("config/config.yaml", *files):
        merged = _extended(merged, read_yaml(root / name) or {})
    return load(merged, root)


def resolved(settings: Settings, root: Path) -> bytes:
    """Return the whole configuration as YAML, with the defaults for places on this machine.

    Raises IsoglossError should the text not mean the same configuration.
    """
    config = _without_places(settings.config)
    content = config.model_dump(mode="json")
    text = HEADING + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)
    if load(yaml.safe_load(text), root).config != config:
        raise IsoglossError(f"{RESOLVED}: does not mean the configuration of the run")
    return text.encode()


def _without_places(config: Config) -> Config:
    changed: dict[str, Any] = {}
    for name, keys in PLACES.items():
        section: BaseModel = getattr(config, name) if name else config
        fields = type(section).model_fields
        defaults = {
            key: fields[key].default
            for key in keys
            if (place := getattr(section, key)) is not None and Path(place).is_absolute()
        }
        changed |= {name: section.model_copy(update=defaults)} if name else defaults
    return config.model_copy(update=changed)


def _extended(base: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return `base` with the values of `other`, section by section, as Snakemake extends it."""
    result = dict(base)
    for key, value in other.items():
        if isinstance(value, Mapping):
            inner = result.get(key)
            result[key] = _extended(inner if isinstance(inner, Mapping) else {}, value)
        else:
            result[key] = value
    return result
