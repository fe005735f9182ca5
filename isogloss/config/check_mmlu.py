"""Check the settings of MMLU against what they refer to."""

from collections.abc import Iterable
from pathlib import Path

from isogloss.config.mmlu import LAB, MmluSettings
from isogloss.config.studies import Config
from isogloss.corpora.mmlu_subjects import LAB_SUBJECTS, SUBJECTS
from isogloss.errors import IsoglossError, nearest
from isogloss.languages import NAMES
from isogloss.sources.manifest import Manifest

# Of question and four options, each is in a language of its own.
MIXED = 5


def check_mmlu(config: Config, manifest: Manifest) -> None:
    """Raise IsoglossError for what `barrier.mmlu` names and does not exist."""
    mmlu = config.barrier.mmlu
    if mmlu is None:
        return
    settings = MmluSettings(config)
    for where, names, valid in (
        ("subjects", mmlu.subjects or (), LAB_SUBJECTS if mmlu.source == LAB else SUBJECTS),
        ("languages", mmlu.languages or (), tuple(NAMES)),
    ):
        for name in names:
            if name not in valid:
                raise IsoglossError(f"barrier.mmlu.{where}: no {name!r}{nearest(name, valid)}")
    if not settings.languages and set(mmlu.variants) - {"mixup"}:
        raise IsoglossError("barrier.mmlu.languages: has English alone; name another language")
    mixed = len(config.barrier.languages)
    if "mixup" in mmlu.variants and "mixup" not in settings.published and mixed < MIXED:
        raise IsoglossError(
            f"barrier.mmlu.variants: mixup needs {MIXED} languages, and barrier.languages has "
            f"{mixed}; take mixup out of the variants, or add languages"
        )
    wanted = settings.parts(published=True)
    if settings.english_published:
        wanted = [*mmlu.splits, *wanted]
    elif mmlu.source != LAB:
        _check_folders("source", mmlu.source, mmlu.splits, config, manifest)
    if mmlu.dataset is not None:
        _check_folders("dataset", mmlu.dataset, wanted, config, manifest)
    if mmlu.folder is not None:
        if not Path(mmlu.folder).is_dir():
            raise IsoglossError(f"barrier.mmlu.folder: {mmlu.folder!r} is no folder")
        for part in wanted:
            if not Path(mmlu.folder, part).is_dir():
                raise IsoglossError(
                    f"barrier.mmlu.folder: {mmlu.folder!r} has no folder {part!r}{_REMEDY}"
                )


_REMEDY = (
    "; take the split, variant or language out of barrier.mmlu, or say in its `published` which "
    "variants are taken from there"
)


def _check_folders(
    key: str, name: str, folders: Iterable[str], config: Config, manifest: Manifest
) -> None:
    if name not in manifest.root:
        raise IsoglossError(
            f"barrier.mmlu.{key}: no data set {name!r} in {config.sources.manifest}"
            f"{nearest(name, manifest.root)}"
        )
    for folder in folders:
        if folder not in manifest.root[name].folders:
            raise IsoglossError(
                f"barrier.mmlu.{key}: the data set {name!r} has no folder {folder!r}{_REMEDY}"
            )
