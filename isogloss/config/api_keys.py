"""Which keys of servers a run needs, and whether they are in the environment."""

from collections.abc import Iterable, Mapping

from isogloss.config.api import is_api
from isogloss.config.settings import Settings
from isogloss.config.translation import provider_models

ASKING = ("generate_openai", "answer_openai")
TRANSLATING = ("translate_", "back_translate")


def asked_models(settings: Settings, jobs: Iterable[tuple[str, Mapping[str, str]]]) -> list[str]:
    """Return the API models that jobs, (rule, wildcards), have answer or translate."""
    translators = [key for key in provider_models(settings) if is_api(settings.models[key])]
    found: dict[str, None] = {}
    for rule, wildcards in jobs:
        if rule in ASKING:
            found[wildcards["model"]] = None
        elif rule.startswith(TRANSLATING):
            found |= dict.fromkeys(translators)
    return list(found)


def missing_keys(
    settings: Settings,
    jobs: Iterable[tuple[str, Mapping[str, str]]],
    environment: Mapping[str, str],
) -> list[str]:
    """Return what to say of each key that jobs need and the environment lacks, a line each."""
    models: dict[str, list[str]] = {}
    for model in asked_models(settings, jobs):
        variable = settings.models[model].source.key
        if variable and not environment.get(variable):
            models.setdefault(variable, []).append(model)
    return [
        f"{variable} is not set, and {', '.join(keys)} cannot be asked without it: put the key "
        "into that environment variable, or take the models out of the configuration"
        for variable, keys in models.items()
    ]
