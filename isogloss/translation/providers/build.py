"""A provider by its name in the configuration, with its options."""

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from isogloss.devices import take_gpus
from isogloss.engines import transformers_engine, vllm_engine
from isogloss.engines.protocol import Engine
from isogloss.errors import IsoglossError, nearest
from isogloss.models import read_manifest, weights_identity
from isogloss.translation.providers.protocol import Provider


def _google() -> Provider:
    from isogloss.translation.providers.google import GoogleProvider

    return GoogleProvider()


def _libretranslate(*, url: str) -> Provider:
    from isogloss.translation.providers.libretranslate import LibreTranslateProvider

    return LibreTranslateProvider(url)


def _apertium(*, folder: str) -> Provider:
    from isogloss.translation.providers.apertium import ApertiumProvider

    return ApertiumProvider(folder)


def _glossary(*, file: str) -> Provider:
    from isogloss.translation.providers.glossary import GlossaryProvider

    return GlossaryProvider(file)


def _seq2seq(
    *,
    models: Mapping[str, Mapping[str, str]],
    folders: Mapping[str, str],
    beams: int,
    max_new_tokens: int,
    batch_size: int,
    batch_tokens: int,
    threads: int,
    gpus: int,
) -> Provider:
    """models: model, manifest and dtype by target language, or by "" for all languages."""
    from isogloss.translation.providers.by_target import ByTarget
    from isogloss.translation.providers.seq2seq import Seq2SeqProvider

    providers: dict[str, Provider] = {
        target: Seq2SeqProvider(
            Path(folders[entry["model"]]),
            model=entry["model"],
            identity=_identity(entry["manifest"], folders[entry["model"]]),
            dtype=entry["dtype"],
            beams=beams,
            max_new_tokens=max_new_tokens,
            batch_size=batch_size,
            batch_tokens=batch_tokens,
            threads=threads,
            gpus=gpus,
        )
        for target, entry in models.items()
    }
    return providers[""] if "" in providers else ByTarget(providers)


def _llm(
    *,
    model: str,
    engine: str,
    manifest: str,
    folder: str,
    dtype: str,
    context_length: int,
    trust_remote_code: bool,
    chat: bool,
    chat_date: str,
    prompts: str,
    template: str,
    max_new_tokens: int,
    batch_size: int,
    batch_tokens: int,
    threads: int,
    gpus: int,
) -> Provider:
    from isogloss.translation.providers.llm import LlmProvider, load_template

    def load_engine() -> Engine:
        used = take_gpus(gpus)
        if engine == "vllm":
            return vllm_engine.VllmEngine(
                Path(folder),
                dtype=dtype,
                context_length=context_length,
                gpus=used,
                trust_remote_code=trust_remote_code,
            )
        return transformers_engine.TransformersEngine(
            Path(folder),
            dtype=dtype,
            batch_size=batch_size,
            batch_tokens=batch_tokens,
            threads=threads,
            trust_remote_code=trust_remote_code,
        )

    def load_tokenizer() -> Any:
        from transformers import AutoTokenizer

        return AutoTokenizer.from_pretrained(folder, trust_remote_code=trust_remote_code)

    versions = {"vllm": vllm_engine.VERSION, "transformers": transformers_engine.VERSION}
    if engine not in versions:
        raise IsoglossError(
            f"translation.llm.model: {model!r} has the engine {engine!r}; take a model of vllm, "
            "transformers or openai"
        )
    weights = _identity(manifest, folder)
    return LlmProvider(
        load_engine,
        load_tokenizer,
        model=model,
        identity={"engine": versions[engine], "dtype": dtype, "weights": weights},
        template=load_template(Path(prompts), template),
        max_new_tokens=max_new_tokens,
        context_length=context_length,
        chat=chat,
        chat_date=chat_date,
    )


def _llm_of_a_server(
    *,
    model: str,
    engine: str,
    key: str,
    api: str,
    chat: bool,
    seed: int | None,
    context_length: int,
    prompts: str,
    template: str,
    max_new_tokens: int,
) -> Provider:
    from isogloss.engines.api_job import api_engine, api_identity
    from isogloss.engines.openai_engine import OneTry
    from isogloss.translation.providers.llm import LlmProvider, load_template

    asked = {"key": key, "api": api, "chat": chat, "seed": seed, "too_long": "exclude"}
    return LlmProvider(
        lambda: OneTry(api_engine(asked)),
        None,
        model=model,
        identity=api_identity(asked),
        template=load_template(Path(prompts), template),
        max_new_tokens=max_new_tokens,
        context_length=context_length,
        one_at_a_time=False,
    )


def _identity(manifest: str, folder: str) -> dict[str, str]:
    return weights_identity(read_manifest(Path(manifest), Path(folder)))


# Each imports what it needs when it is called: torch alone takes seconds.
_MAKERS: dict[str, Callable[..., Provider]] = {
    "google": _google,
    "libretranslate": _libretranslate,
    "apertium": _apertium,
    "glossary": _glossary,
    "seq2seq": _seq2seq,
    "llm": _llm,
}
_LLM_OF_A_SERVER = "openai"


def make_provider(name: str, options: Mapping[str, Any]) -> Provider:
    """Return the provider `name` with its options: the keys of its section of the configuration.

    Raises IsoglossError for a name or an option that there is not, and for one that is missing.
    """
    if name not in _MAKERS:
        raise IsoglossError(f"translation.provider: no provider {name!r}{nearest(name, _MAKERS)}")
    of_a_server = name == "llm" and options.get("engine") == _LLM_OF_A_SERVER
    maker = _llm_of_a_server if of_a_server else _MAKERS[name]
    known = inspect.signature(maker).parameters
    for key in options:
        if key not in known:
            hint = nearest(key, known) if known else " (it has none)"
            raise IsoglossError(f"translation.{name}: no option {key!r}{hint}")
    for key in known:
        if key not in options:
            raise IsoglossError(f"translation.{name}.{key}: missing; give it a value")
    return maker(**options)
