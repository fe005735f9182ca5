"""What rules share that have something translated."""

TRANSLATION = CONFIG.translation
# Providers that run a model here.
LOCAL_MODELS = ("seq2seq", "llm")


def provider_files():
    """Return the files of this repository that translations depend on, besides the text."""
    glossary = TRANSLATION.provider == "glossary"
    return [in_project(TRANSLATION.glossary.file)] if glossary else []


def provider_options():
    """Return the options of a script that say who translates; see providers/load.py."""
    files = "".join(f" --glossary {shlex.quote(path)}" for path in provider_files())
    return f"--provider {TRANSLATION.provider}{files}"


def provider_gpus():
    """Return how many GPUs a job that translates needs."""
    return 1 if TRANSLATION.provider in LOCAL_MODELS else 0


def provider_environment():
    """Return the environment of a job that translates."""
    name = "torch" if TRANSLATION.provider in LOCAL_MODELS else "translation"
    return f"../envs/{name}.yaml"
