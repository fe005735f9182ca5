"""Draw the documents of a corpus whose embeddings are compared."""

import argparse
from pathlib import Path

from isogloss.corpora.documents import read_documents
from isogloss.representations.sample import sample_texts
from isogloss.representations.tables import TEXTS
from isogloss.script import run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True, help="file with a document per line")
    parser.add_argument("--texts", type=int, required=True, help="documents to draw")
    parser.add_argument("--words", type=int, nargs=2, required=True, help="fewest and most words")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--output", type=Path, required=True, help="table of texts")
    args = parser.parse_args()
    documents = ("".join(document.texts) for document in read_documents(args.corpus))
    fewest, most = args.words
    TEXTS.write(sample_texts(documents, args.texts, fewest, most, args.seed), args.output)


run(main)
