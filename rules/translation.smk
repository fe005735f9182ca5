"""What rules share that have something translated."""

from isogloss.config.translation import provider_options as options_of_provider

TRANSLATION = CONFIG.translation
# Providers that run a model here.
LOCAL_MODELS = ("seq2seq", "llm")


def provider_files():
    """Return the files of this repository that translations depend on, besides the text."""
    glossary = TRANSLATION.provider == "glossary"
    return [in_project(TRANSLATION.glossary.file)] if glossary else []


def provider_options():
    """Return the options of a script that say who translates; see providers/load.py."""
    options = options_of_provider(TRANSLATION)
    if "file" in options:
        options["file"] = in_project(options["file"])
    return (
        f"--provider {TRANSLATION.provider}"
        f" --provider-options {shlex.quote(as_json(options))}"
    )


def provider_gpus():
    """Return how many GPUs a job that translates needs."""
    return 1 if TRANSLATION.provider in LOCAL_MODELS else 0


def translators():
    """Return how much a job takes of the resource `translator`, of which profiles have one.

    Jobs of a service follow each other: several at once would ask it more often than
    `translation.jobs` says, and for the same units twice. Models here may run side by side.
    """
    return 0 if TRANSLATION.provider in LOCAL_MODELS else 1


def provider_environment():
    """Return the environment of a job that translates."""
    name = "torch" if TRANSLATION.provider in LOCAL_MODELS else "translation"
    return f"../envs/{name}.yaml"
