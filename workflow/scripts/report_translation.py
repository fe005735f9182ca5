"""Measure the quality of the translations of a corpus or data set."""

import argparse
from pathlib import Path

from isogloss.script import json_value, run
from isogloss.translation.quality.frames import BACK, DETECTED, FOUND, MEASURED
from isogloss.translation.quality.measure import Options, joined, measure
from isogloss.translation.quality.units import of_each_language


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--translations", nargs="+", type=Path, required=True, help="tables of translations"
    )
    parser.add_argument("--back", type=Path, help="table of back-translations, if there are any")
    parser.add_argument("--options", type=json_value, required=True, help="settings as JSON")
    for name in ("measured", "detected", "found"):
        parser.add_argument(f"--{name}", type=Path, required=True, help="table to write")
    args = parser.parse_args()
    options = Options(**args.options)
    back = BACK.read(args.back) if args.back else None
    quality = joined(measure(units, options, back) for units in of_each_language(args.translations))
    MEASURED.write(quality.measured, args.measured)
    DETECTED.write(quality.detected, args.detected)
    FOUND.write(quality.found, args.found)


run(main)
