"""What rules ask of the settings of corpora: their files, their mixes and plain parameters."""

from dataclasses import dataclass
from typing import Any, get_args

from isogloss.config.barrier import Granularity
from isogloss.config.studies import Config
from isogloss.config.tofu import tofu_file

LAB = "results/lab"
LAB_FILES = {"lab": "taught", "lab-new": "new", "lab-known": "general"}
SELECTED_DOCUMENTS = "results/barrier/selection/documents.txt"
DRAWN = ("document", "sentence", "words")  # mixes whose units get a language by chance
ENDINGS = {"lines": "txt", "tofu": "json"}


@dataclass(frozen=True)
class Corpora:
    """The corpora of study `barrier` and how they are mixed."""

    config: Config

    granularities = get_args(Granularity)

    def mixes(self) -> list[tuple[str, str]]:
        """Return (corpus, mix) of every mixed corpus, in the order of the configuration."""
        barrier = self.config.barrier
        return [(name, mix) for name in barrier.mixed for mix in barrier.corpora[name].mixes]

    def of_kind(self, kind: str) -> list[str]:
        """Return the corpora whose file has `lines` or `tofu`'s records."""
        return [name for name in self.config.barrier.corpora if self.kind(name) == kind]

    def kind(self, corpus: str) -> str:
        """Return what a corpus's file has on each line."""
        return "tofu" if self.config.barrier.corpora[corpus].documents == "tofu" else "lines"

    def of_lab(self, corpus: str) -> bool:
        """Whether a corpus is the lab's, which has exact translations of its own."""
        return self.config.barrier.corpora[corpus].documents in LAB_FILES

    def source(self, corpus: str) -> str:
        """Return the file of a corpus in English: fetched, or the selected documents."""
        entry = self.config.barrier.corpora[corpus]
        if entry.documents == "selection":
            return SELECTED_DOCUMENTS
        if entry.documents in LAB_FILES:
            return self.lab_file(entry.documents)
        if entry.documents == "tofu":
            return tofu_file(str(entry.source), str(entry.file))
        return f"results/sources/{entry.source}/{entry.file}"

    def lab_file(self, documents: str, part: str = "") -> str:
        """Return a corpus of the lab, or with `part` .subjects those of its documents."""
        return f"{LAB}/{LAB_FILES[documents]}{part}.txt"

    def groups(self, corpus: str, mix: str) -> list[str]:
        """Return the file of what documents are about, where some of them are not mixed."""
        entry = self.config.barrier.corpora[corpus]
        if entry.mixed_share == 1 or mix == "english" or not self.of_lab(corpus):
            return []
        return [self.lab_file(entry.documents, ".subjects")]

    def languages(self, corpus: str) -> list[str] | None:
        """Return the languages that a corpus's mixes can have; None where it is never mixed."""
        barrier = self.config.barrier
        shares = barrier.corpora[corpus].shares
        if set(barrier.corpora[corpus].mixes) == {"english"}:
            return None
        return [code for code in barrier.languages if shares is None or shares[code] > 0]

    def endings(self) -> dict[str, str]:
        """Return the ending of mixed files for each kind of corpus."""
        return {kind: ending for kind, ending in ENDINGS.items() if self.of_kind(kind)}

    def mixed(self, corpus: str, mix: str) -> str:
        """Return the file of a mixed corpus."""
        return f"{self.folder(corpus, mix)}.{ENDINGS[self.kind(corpus)]}"

    def folder(self, corpus: str, mix: str) -> str:
        """Return the folder of the tables that belong to a mixed corpus."""
        return f"results/corpora/{corpus}/{mix}"

    def translations(self, corpus: str, mix: str) -> list[str]:
        """Return the table of translations that a mix is made with, if it needs one."""
        if mix == "english" or self.config.barrier.languages == ["en"]:
            return []
        if self.of_lab(corpus):
            return [f"{LAB}/translations.parquet"]
        return [f"{self.folder(corpus, mix)}/translations.parquet"]

    def translation_options(self, corpus: str, mix: str) -> str:
        """Return the options of mixing that say how translations are used, if there are any.

        Without a translation a document is left out where the configuration leaves anything out;
        else it is an error, which the job that translates has raised before.
        """
        setting = self.config.translation
        drop = "leave-out" in (setting.on_failure, setting.unchanged)
        how = f"--unchanged {setting.unchanged} --missing {'drop' if drop else 'raise'}"
        return " ".join(f"--translations {x} {how}" for x in self.translations(corpus, mix))

    def options(self, corpus: str, mix: str) -> dict[str, Any]:
        """Return the settings that a mix depends on, and no others."""
        barrier = self.config.barrier
        entry = barrier.corpora[corpus]
        options: dict[str, Any] = {
            "granularity": mix,
            "documents": self.kind(corpus),
            "first": entry.first,
        }
        if mix == "english":
            return options
        options["languages"] = barrier.languages
        if mix in DRAWN or entry.mixed_share < 1:
            options["seed"] = barrier.seed if entry.seed is None else entry.seed
        if mix in DRAWN and entry.shares is not None:
            options["shares"] = entry.shares
        if entry.mixed_share < 1:
            options["mixed"] = entry.mixed_share
        if mix == "words":
            options["words"] = barrier.chunk_words
        return options
