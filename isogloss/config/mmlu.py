"""What rules ask of the settings of MMLU: its files, its parts and plain parameters."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from isogloss.config.studies import Config
from isogloss.config.tasks import Mmlu
from isogloss.corpora.mmlu_subjects import LAB_SUBJECTS
from isogloss.errors import IsoglossError

FOLDER = "results/barrier/mmlu"
# The data set that the lab makes, with its translations.
LAB, LAB_FOLDER = "lab", "results/lab/mmlu"


@dataclass(frozen=True)
class MmluSettings:
    """MMLU in study `barrier`; `mmlu` is None where the configuration has none."""

    config: Config

    @property
    def mmlu(self) -> Mmlu:
        """The section of the configuration."""
        mmlu = self.config.barrier.mmlu
        if mmlu is None:
            raise IsoglossError("barrier.mmlu is null: there is no MMLU in this configuration")
        return mmlu

    @property
    def published(self) -> list[str]:
        """Return the variants that are taken as published."""
        mmlu = self.mmlu
        if mmlu.take == "rebuild":
            return []
        return list(mmlu.variants if mmlu.published is None else mmlu.published)

    def built(self) -> list[str]:
        """Return the variants that are built from translations."""
        return [name for name in self.mmlu.variants if name not in self.published]

    @property
    def english_published(self) -> bool:
        """Whether the English questions are, too."""
        return self.mmlu.take == "published" and self.mmlu.published is None

    @property
    def languages(self) -> list[str]:
        """Return the languages of the variants, without English."""
        languages = self.mmlu.languages or self.config.barrier.languages
        return [code for code in languages if code != "en"]

    def plan(self) -> dict[str, Any]:
        """Return the fields of `isogloss.corpora.mmlu_build.Plan`."""
        mmlu, barrier = self.mmlu, self.config.barrier
        return {
            "splits": mmlu.splits,
            "variants": mmlu.variants,
            "languages": self.languages,
            "mixup_languages": barrier.languages,
            "seed": barrier.seed,
            "subjects": self._subjects(),
            "questions": mmlu.questions,
            "published": self.published,
            "english_published": self.english_published,
        }

    def english_folder(self) -> str:
        """Return the folder of the English parts."""
        return (
            self.published_folder() if self.english_published else self._sources(self.mmlu.source)
        )

    def published_folder(self) -> str:
        """Return the folder of the published parts; an empty text where none are used."""
        mmlu = self.mmlu
        return mmlu.folder or (self._sources(mmlu.dataset) if mmlu.dataset else "")

    def english_files(self) -> list[str]:
        """Return what stands for the English parts: records of folders, or a folder's files."""
        if self.english_published:
            return self._published_files(self.mmlu.splits)
        folder = self.english_folder()
        if self.mmlu.source == LAB:
            return [
                f"{folder}/{split}/{subject}_{split}.csv"
                for split in self.mmlu.splits
                for subject in LAB_SUBJECTS
            ]
        return [f"{folder}/{split}.json" for split in self.mmlu.splits]

    def _subjects(self) -> list[str] | None:
        if self.mmlu.source == LAB:
            return self.mmlu.subjects or list(LAB_SUBJECTS)
        return self.mmlu.subjects

    def published_files(self) -> list[str]:
        """Return what stands for the published parts."""
        return self._published_files(self.parts(published=True))

    def parts(self, *, published: bool) -> list[str]:
        """Return the folders of the translated parts, as the released layout names them."""
        return [
            f"{split}_mixup" if variant == "mixup" else f"{split}_{variant}_{language}"
            for split in self.mmlu.splits
            for variant in self.mmlu.variants
            if (variant in self.published) == published
            for language in (["mixed"] if variant == "mixup" else self.languages)
        ]

    def translations(self) -> list[str]:
        """Return the table of translations, if anything is built from one."""
        if not self.parts(published=False):
            return []
        folder = LAB_FOLDER if self.mmlu.source == LAB else FOLDER
        return [f"{folder}/translations.parquet"]

    def build_options(self) -> str:
        """Return the options of building that say where texts come from and how they are used."""
        setting = self.config.translation
        drop = "leave-out" in (setting.on_failure, setting.unchanged)
        how = f"--unchanged {setting.unchanged} --missing {'drop' if drop else 'raise'}"
        options = [f"--translations {table} {how}" for table in self.translations()]
        if self.published:
            options.append(f"--published {shlex.quote(self.published_folder())}")
        return " ".join(options)

    def _published_files(self, folders: Sequence[str]) -> list[str]:
        root = self.published_folder()
        if self.mmlu.dataset:
            return [f"{root}/{folder}.json" for folder in folders]
        # Of a folder that lies elsewhere there is no record: its files are compared one by one.
        return [
            str(path) for folder in folders for path in sorted(Path(root, folder).glob("*.csv"))
        ]

    @staticmethod
    def _sources(name: str) -> str:
        return LAB_FOLDER if name == LAB else f"results/sources/{name}"
