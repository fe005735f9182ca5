"""Settings of translation and of each provider, with their defaults and meaning."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from isogloss.config.base import Strict
from isogloss.config.quality import QualityReport

Positive = Annotated[int, Field(gt=0)]


class LibreTranslate(Strict):
    """A LibreTranslate server; its key, if any, is in the variable LIBRETRANSLATE_API_KEY."""

    url: str = Field("http://localhost:5000", description="address of the server")


class Apertium(Strict):
    """Apertium's programs and data, from Debian's packages."""

    folder: str = Field(
        "/usr/share/apertium", description="where the data are; its folder modes has the modes"
    )


class Glossary(Strict):
    """Word by word from a table, for the demo alone: no translation system."""

    file: str = Field(
        "resources/demo/glossary.tsv", description="columns en and each target language"
    )


class Seq2Seq(Strict):
    """Translation models (NLLB, M2M100, OPUS-MT), sentence by sentence."""

    model: str | None = Field(
        None, description="model of the model table with the engine seq2seq, for all languages"
    )
    models: dict[str, str] = Field(
        {}, description="instead of `model`: one for each target language, as OPUS-MT has them"
    )
    beams: Positive = Field(4, description="beams of the search; 1: greedy")
    max_new_tokens: Annotated[int, Field(ge=16)] = Field(
        256, description="longest translation of a sentence, in tokens; a sentence may have half"
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> "Seq2Seq":
        if self.model and self.models:
            raise ValueError("`model` and `models` are both given: give one of them")
        return self


class Llm(Strict):
    """A language model that translates by a prompt, greedily, one line at a time."""

    model: str | None = Field(
        None,
        description="model of the model table with the engine vllm, transformers or openai",
    )
    prompts: str = Field("config/prompts/translation.yaml", description="file of prompts")
    template: str = Field("xu2024", description="prompt of that file")
    max_new_tokens: Annotated[int, Field(ge=16)] = Field(
        512, description="longest answer in tokens; a text may have twice as many characters"
    )


class Translation(Strict):
    """Who translates, and what happens with what cannot be translated."""

    memory: str = Field(
        "results/memory", description="folder of all answers, kept across configurations"
    )
    provider: Literal["google", "libretranslate", "seq2seq", "llm", "apertium", "glossary"] = Field(
        "google", description="who translates"
    )
    jobs: Positive = Field(4, description="requests at a time; translations do not depend on it")
    on_failure: Literal["stop", "leave-out"] = Field(
        "stop",
        description=(
            "a unit that failed after all tries: stop, or leave out the document or question "
            "that needs it and count it"
        ),
    )
    unchanged: Literal["accept", "leave-out"] = Field(
        "accept",
        description=(
            "a unit that the provider gave back as it was (names, formulas): its translation, "
            "counted in the quality report; or none, so that the document or question that needs "
            "it is left out and counted"
        ),
    )
    libretranslate: LibreTranslate = LibreTranslate()
    apertium: Apertium = Apertium()
    glossary: Glossary = Glossary()
    seq2seq: Seq2Seq = Seq2Seq()
    llm: Llm = Llm()
    quality: QualityReport = QualityReport()
