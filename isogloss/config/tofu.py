"""What rules ask of the settings of TOFU: its files, and the translations of its questions."""

from dataclasses import dataclass

from isogloss.config.tasks import Tofu
from isogloss.errors import IsoglossError, nearest
from isogloss.lab.tofu_files import ASKED, LEARNED

FOLDER = "results/barrier/tofu"
# The data set that the lab makes in TOFU's form, with translations of its own, and its files.
LAB, LAB_FOLDER = "lab", "results/lab/tofu"
LAB_FILES = (LEARNED, ASKED)


def tofu_file(source: str, file: str) -> str:
    """Return where a file of TOFU is: made by the lab, or fetched."""
    return f"{LAB_FOLDER}/{file}" if source == LAB else f"results/sources/{source}/{file}"


@dataclass(frozen=True)
class TofuSettings:
    """TOFU as study `barrier` asks it."""

    tofu: Tofu

    def files(self) -> list[str]:
        """Return the files with paraphrased questions."""
        return [tofu_file(self.tofu.source, file) for file in self.tofu.files]

    def translations(self) -> str:
        """Return the table of the questions' translations."""
        return f"{LAB_FOLDER if self.tofu.source == LAB else FOLDER}/translations.parquet"


def check_lab_files(where: str, files: list[str]) -> None:
    """Raise IsoglossError for a file in TOFU's form that the lab does not make."""
    for file in files:
        if file not in LAB_FILES:
            raise IsoglossError(
                f"barrier.{where}: {file!r} is no file of the lab in TOFU's form"
                f"{nearest(file, LAB_FILES)}"
            )


def lab_tofu_files() -> list[str]:
    """Return all that the lab makes in TOFU's form."""
    return [f"{LAB_FOLDER}/{name}" for name in ("translations.parquet", *LAB_FILES)]
