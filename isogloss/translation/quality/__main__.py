"""Print the quality report of a translation memory; no request is made.

`python -m isogloss.translation.quality results/memory` reports on every provider and pair of
languages in a memory, with the thresholds that the configuration has by default. Back-translations
are judged where the memory has them.
"""

import argparse
import itertools
import sys
from pathlib import Path

from isogloss.config.quality import QualityReport
from isogloss.errors import IsoglossError
from isogloss.reporting.caption import Caption
from isogloss.reporting.quality import document
from isogloss.reporting.tables.markdown import markdown
from isogloss.script import run
from isogloss.translation.export import frame_of
from isogloss.translation.memory import load_all
from isogloss.translation.quality.back import from_memory
from isogloss.translation.quality.flags import values
from isogloss.translation.quality.frames import FOUND, Quality
from isogloss.translation.quality.measure import Options, joined, measure

CAPTION = Caption(
    "Quality of translations",
    "Every unit of the memory, looked at by itself, and the language of a sample of them. No "
    "value says that a translation is right; a marked one says where to look.",
)


def main() -> None:
    """Read the arguments, measure pair by pair, print."""
    defaults = QualityReport()
    parser = argparse.ArgumentParser(
        prog="python -m isogloss.translation.quality", description=__doc__
    )
    parser.add_argument("folder", type=Path, help="folder of the memory")
    parser.add_argument("--provider", help="only what this provider translated")
    parser.add_argument("--targets", nargs="+", help="only translations into these languages")
    parser.add_argument(
        "--detect", type=int, default=defaults.detect,
        help="translations of a pair whose language is detected; 0: all (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--worst", type=int, default=defaults.worst, help="units listed of each finding"
    )
    parser.add_argument("--findings", type=Path, help="write all findings as Parquet, too")
    args = parser.parse_args()
    options = Options(defaults.seed, args.detect or None, defaults.ratio_factor, defaults.low_chrf)
    quality = _measured(args, options, defaults.back_translations)
    table = values(quality, defaults.thresholds.model_dump())
    name = args.folder.name
    print(markdown(document(name, quality, table, CAPTION, args.worst)))  # noqa: T201
    if args.findings:
        FOUND.write(quality.found, args.findings)


def _measured(args: argparse.Namespace, options: Options, sampled: int) -> Quality:
    """Measure one pair at a time, so that no more than one is held."""
    if not args.folder.is_dir():
        raise IsoglossError(f"{args.folder}: no such folder; give the folder of a memory")
    made = []
    for (provider, _, target), entries in itertools.groupby(
        load_all(args.folder), key=lambda entry: (entry.provider, entry.source, entry.target)
    ):
        wanted = args.provider in (None, provider) and target in (args.targets or [target])
        if wanted:
            units = frame_of(entries)
            back = from_memory(units, args.folder, sampled, options.seed)
            made.append(measure(units, options, back))
    if not made:
        raise IsoglossError(
            f"{args.folder}: holds no translation that was asked for; check the folder, "
            "--provider and --targets"
        )
    return joined(made)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    run(main)
