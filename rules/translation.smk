"""What rules share that have something translated."""

from snakemake.resources import Resource

from isogloss.config.translation import (
    provider_models,
    provider_options as options_of_provider,
)

TRANSLATION = CONFIG.translation
# Here, and not in a profile: there a list of resources would replace that of another profile.
if "translator" not in workflow.global_resources:
    workflow.register_resource("translator", Resource("translator", 1))
# Models of the model table that run here to translate; none for other providers and for servers.
TRANSLATORS = [
    SETTINGS.models[name]
    for name in provider_models(SETTINGS)
    if SETTINGS.has_weights(name)
]
TRANSLATES_BY_VLLM = any(model.engine == "vllm" for model in TRANSLATORS)


def provider_files():
    """Return the files that translations depend on, besides the text."""
    if TRANSLATION.provider == "glossary":
        return [in_project(TRANSLATION.glossary.file)]
    models = provider_models(SETTINGS)
    files = [file for name in models for file in SETTINGS.model_manifest(name)]
    prompts = TRANSLATION.llm.prompts
    return [*files, in_project(prompts)] if TRANSLATION.provider == "llm" else files


def provider_options():
    """Return the options of a script that say who translates; see providers/load.py."""
    options = options_of_provider(SETTINGS)
    for name in ("file", "prompts"):
        if name in options:
            options[name] = in_project(options[name])
    return (
        f"--provider {TRANSLATION.provider}"
        f" --provider-options {shlex.quote(as_json(options))}"
    )


def provider_threads():
    """Return how many CPU threads a job that translates needs."""
    threads = [model.threads or CONFIG.generation.threads for model in TRANSLATORS]
    return max(threads, default=1)


def provider_gpu_model():
    """Return which GPUs a job that translates needs: those of its largest model."""
    largest = max(TRANSLATORS, key=lambda model: model.gpus, default=None)
    return largest and largest.gpu_model


# What such a job asks for; one that translates by a service or a program, what any small job does.
TRANSLATION_JOB = {"gpu": max((model.gpus for model in TRANSLATORS), default=0)}
if TRANSLATORS:
    TRANSLATION_JOB |= {
        "nodes": 1,
        "gpu_model": lambda wildcards: provider_gpu_model(),
        "mem_mb": lambda wildcards, attempt: sum(
            answer_mem_mb(model, attempt) for model in TRANSLATORS
        ),
        "runtime": lambda wildcards, attempt: max(
            answer_runtime(model, attempt) for model in TRANSLATORS
        ),
    }


def translators():
    """Return how much a job takes of the resource `translator`, of which there is one.

    Jobs of a service follow each other: several at once would ask it more often than
    `translation.jobs` says, and for the same units twice. Models here may run side by side.
    """
    return 0 if TRANSLATORS else 1


def provider_python():
    """Return the interpreter of a job that translates."""
    return "$ISOGLOSS_VLLM_PYTHON" if TRANSLATES_BY_VLLM else "python"


def provider_environment():
    """Return the environment of a job that translates."""
    name = "torch" if TRANSLATORS else "translation"
    return f"../envs/{'vllm' if TRANSLATES_BY_VLLM else name}.yaml"
