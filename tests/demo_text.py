"""All English text that ships for the demo, cut into units of all kinds."""

import json
from pathlib import Path

from isogloss.corpora.units import split

FOLDER = Path(__file__).parents[1] / "resources/demo"


def demo_units() -> list[str]:
    """Return some 3 600 distinct units: documents, sentences, and chunks of 8 and 3 words."""
    texts = []
    for path in sorted((FOLDER / "corpora").glob("*.txt")):
        texts += path.read_text(encoding="utf-8").splitlines()
    for article in json.loads((FOLDER / "xquad/xquad.en.json").read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            texts += [paragraph["context"], *(row["question"] for row in paragraph["qas"])]
    kinds = [("document", 8), ("sentence", 8), *(("words", size) for size in (8, 3))]
    pieces = (piece for text in texts for kind, size in kinds for piece in split(text, kind, size))
    return list(dict.fromkeys(piece.text for piece in pieces if piece.unit))
