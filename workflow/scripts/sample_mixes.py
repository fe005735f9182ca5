"""Take a few documents of a corpus in each of its mixes, as segments with their languages."""

import argparse
from pathlib import Path

from isogloss.corpora.documents import read_documents
from isogloss.corpora.mix_file import Resolve
from isogloss.corpora.mixing import Mix, mix_of
from isogloss.corpora.samples import SAMPLES, sample
from isogloss.errors import IsoglossError
from isogloss.script import json_value, run
from isogloss.translation.lookup import TableLookup


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", required=True, help="name of the corpus")
    parser.add_argument("--corpus", type=Path, required=True, help="file with a document per line")
    parser.add_argument(
        "--mixes", type=json_value, required=True, help="JSON list of the mixes' settings"
    )
    parser.add_argument(
        "--translations", type=Path, nargs="+", required=True, help="table of each mix"
    )
    parser.add_argument("--unchanged", choices=("accept", "leave-out"), default="accept")
    parser.add_argument("--output", type=Path, required=True, help="table of samples")
    args = parser.parse_args()
    if len(args.mixes) != len(args.translations):
        raise IsoglossError(
            f"--translations: {len(args.translations)} tables for {len(args.mixes)} mixes; give "
            "one for each"
        )
    mixes: dict[str, tuple[Mix, Resolve]] = {
        options["granularity"]: (mix_of(options), TableLookup(path, args.unchanged).resolve)
        for options, path in zip(args.mixes, args.translations, strict=True)
    }
    # All mixes are of one corpus: the same documents and as many of them.
    first = args.mixes[0]
    documents = read_documents(args.corpus, first["documents"], first["first"])
    SAMPLES.write(sample(documents, args.name, mixes), args.output)


run(main)
