"""Models that the configuration has fine-tuned: entries of the model table made of `finetunes`."""

from collections.abc import Mapping
from pathlib import Path

from isogloss.config.barrier import Barrier
from isogloss.config.finetune import Finetune
from isogloss.config.models import CONTROL_PREFIX, Model, Source
from isogloss.errors import IsoglossError, nearest


def with_finetuned(
    models: Mapping[str, Model], finetunes: Mapping[str, Finetune], barrier: Barrier, root: Path
) -> dict[str, Model]:
    """Return the models of the tables and, after them, one for each of `finetunes`.

    Raises IsoglossError that names the key where a base, a corpus or a file of the project is
    unknown, where bases go in a circle, and where a training would not fit its base.
    """
    for key, model in models.items():
        if model.source.finetuned:
            raise IsoglossError(
                f"models.{key}.source.finetuned: section `finetunes` makes such models by itself; "
                "take the entry out of the table"
            )
    for key in finetunes:
        if key in models or key.startswith(CONTROL_PREFIX) or key in ("tiny-base", "tiny-chat"):
            raise IsoglossError(
                f"finetunes.{key}: the name is that of another model; give it another one"
            )
    result = dict(models)
    for key in _bases_first(finetunes, models):
        entry = finetunes[key]
        _check_data(key, entry, barrier, root)
        result[key] = _model(key, entry, result[entry.base])
    # In the order of the configuration, whatever order bases are needed in.
    return {**models, **{key: result[key] for key in finetunes}}


def _bases_first(finetunes: Mapping[str, Finetune], models: Mapping[str, Model]) -> list[str]:
    ordered: list[str] = []
    for key in finetunes:
        chain = [key]
        while (base := finetunes[chain[-1]].base) in finetunes and base not in ordered:
            if base in chain:
                raise IsoglossError(
                    f"finetunes.{key}.base: goes in a circle: {' -> '.join([*chain, base])}"
                )
            chain.append(base)
        last = chain[-1]
        if base not in models and base not in finetunes:
            raise IsoglossError(
                f"finetunes.{last}.base: no model {base!r}{nearest(base, {*models, *finetunes})}"
            )
        ordered += [name for name in reversed(chain) if name not in ordered]
    return ordered


def _check_data(key: str, entry: Finetune, barrier: Barrier, root: Path) -> None:
    if entry.corpus is not None:
        where = f"finetunes.{key}"
        if entry.corpus not in barrier.corpora:
            raise IsoglossError(
                f"{where}.corpus: {entry.corpus!r} is not in barrier.corpora"
                f"{nearest(entry.corpus, barrier.corpora)}"
            )
        corpus = barrier.corpora[entry.corpus]
        if entry.mix not in corpus.mixes:
            raise IsoglossError(
                f"{where}.mix: {entry.mix!r} is not in barrier.corpora.{entry.corpus}.mixes"
                f"{nearest(str(entry.mix), corpus.mixes)}"
            )
        if (corpus.documents == "tofu") != (entry.data == "tofu"):
            raise IsoglossError(
                f"{where}.data: {entry.data!r} does not fit corpus {entry.corpus!r}, whose "
                f"documents are {corpus.documents!r}"
            )
    if entry.chat_template is not None and not (root / entry.chat_template).is_file():
        raise IsoglossError(f"finetunes.{key}.chat_template: no file {entry.chat_template!r}")


def _model(key: str, entry: Finetune, base: Model) -> Model:
    where = f"finetunes.{key}"
    if base.dtype is None:
        raise IsoglossError(
            f"{where}.base: the weights of {entry.base!r} are not public; give another model"
        )
    if base.engine == "seq2seq":
        raise IsoglossError(
            f"{where}.base: {entry.base!r} is a translation model; give a language model"
        )
    length, processes = entry.value("sequence_length"), entry.processes
    if length > base.context_length:
        raise IsoglossError(
            f"{where}.sequence_length: {length} is more than the {base.context_length} tokens of "
            f"{entry.base!r}; give at most that"
        )
    try:
        processes = entry.training_gpus(base) or processes
    except ValueError as error:
        raise IsoglossError(f"{where}: {error}") from None
    if entry.value("batch_size") % processes:
        raise IsoglossError(
            f"{where}.batch_size: {entry.value('batch_size')} cannot be shared evenly by "
            f"{processes} processes; give a multiple of it"
        )
    tuned = entry.data == "sft"
    return base.model_copy(
        update={
            "label": entry.label or f"{base.label} + {_data_label(entry)}",
            "source": Source(finetuned=key),
            "stage": "post-trained" if tuned else base.stage,
            # For post-trained models, the one of stage base that they come from.
            "base": entry.base if tuned and base.stage == "base" else base.base,
            "gated": False,
            "chat": None if tuned else base.chat,
            "template": None if tuned else base.template,
        }
    )


def _data_label(entry: Finetune) -> str:
    if entry.corpus:
        return f"{entry.corpus} {entry.mix}"
    return {"text": "text", "tofu": "TOFU", "sft": "SFT"}[entry.data]
