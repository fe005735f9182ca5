"""Draw the loss curves of all fine-tuned models, as SVG and PDF."""

import argparse
from pathlib import Path

from isogloss.reporting.figures.loss import Curve, make_loss_figure
from isogloss.script import json_value, run
from isogloss.training.curve import read_curve


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--curves", nargs="+", type=Path, required=True, help="CSV of each model")
    parser.add_argument(
        "--labels",
        type=json_value,
        required=True,
        help='JSON list, one object per curve: "label" of the model and of its "base"',
    )
    parser.add_argument("--svg", required=True, type=Path)
    parser.add_argument("--pdf", required=True, type=Path)
    args = parser.parse_args()
    curves = [
        Curve(steps=read_curve(path), **labels)
        for path, labels in zip(args.curves, args.labels, strict=True)
    ]
    make_loss_figure(curves, args.svg, args.pdf)


run(main)
