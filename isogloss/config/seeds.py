"""Trainings that are repeated with several seeds, written out as one entry for each seed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from isogloss.config.barrier import Corpus
from isogloss.config.corpora import DRAWN
from isogloss.config.finetune import Finetune
from isogloss.config.studies import Config
from isogloss.errors import IsoglossError


def with_seeds(config: Config) -> Config:
    """Return the configuration with every `finetunes.*.seeds` written out, and all seeds known.

    An entry KEY with seeds becomes entries KEY.SEED, its corpus a copy CORPUS.SEED where the mix
    draws languages. Evaluations that list KEY ask all of them, and copies are mixed where their
    corpus is listed. Raises IsoglossError where a name is taken.
    """
    seed_of_study = config.seed if config.barrier.seed is None else config.barrier.seed
    barrier = config.barrier.model_copy(update={"seed": seed_of_study})
    finetunes: dict[str, Finetune] = {}
    corpora: dict[str, Corpus] = dict(barrier.corpora)
    copies: dict[str, dict[str, Corpus]] = {}
    for key, entry in config.finetunes.items():
        seeds: Sequence[int | None] = entry.seeds or [None]
        for seed in seeds:
            name = key if seed is None else f"{key}.{seed}"
            if name in finetunes or (seed is not None and name in config.finetunes):
                raise IsoglossError(f"finetunes.{key}.seeds: {name!r} is an entry already")
            update: dict[str, Any] = {"seed": config.seed if entry.seed is None else entry.seed}
            if seed is not None:
                update = {"seed": seed, "seeds": None, "label": f"{entry.label}, seed {seed}"}
                if entry.corpus in barrier.corpora and entry.mix in DRAWN:
                    update["corpus"] = f"{entry.corpus}.{seed}"
                    copy = _copy(barrier.corpora[entry.corpus], str(entry.mix), seed)
                    _add(copies.setdefault(entry.corpus, {}), update["corpus"], copy)
            finetunes[name] = entry.model_copy(update=update)
    for key, made in copies.items():
        for name in made:
            if name in barrier.corpora:
                raise IsoglossError(f"barrier.corpora.{name}: is what seeds make of {key!r}")
        corpora |= made
    names = repeated(config.finetunes)
    evaluations = {
        key: entry.model_copy(update={"models": _written_out(entry.models, names)})
        for key, entry in barrier.evaluations.items()
    }
    mixed = _written_out(barrier.mixed, copies)
    barrier = barrier.model_copy(
        update={"corpora": corpora, "evaluations": evaluations, "mixed": mixed}
    )
    return config.model_copy(update={"barrier": barrier, "finetunes": finetunes})


def repeated(finetunes: Mapping[str, Finetune]) -> dict[str, list[str]]:
    """Return entry -> the models that its seeds make, in the order of the configuration."""
    return {
        key: [f"{key}.{seed}" for seed in entry.seeds]
        for key, entry in finetunes.items()
        if entry.seeds
    }


def _copy(corpus: Corpus, mix: str, seed: int) -> Corpus:
    return corpus.model_copy(update={"seed": seed, "mixes": [mix]})


def _add(copies: dict[str, Corpus], name: str, copy: Corpus) -> None:
    """Add a copy, or its mix to the copy that is there: several entries may have one corpus."""
    before = copies.get(name, copy)
    mixes = list(dict.fromkeys([*before.mixes, *copy.mixes]))
    copies[name] = copy.model_copy(update={"mixes": mixes})


def _written_out(names: Iterable[str], meant: Mapping[str, Iterable[str]]) -> list[str]:
    return [one for name in names for one in meant.get(name, (name,))]
