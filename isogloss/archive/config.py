"""The configuration of a run with every default filled in, as the archive holds it."""

from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel

from isogloss.config.load import load
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
