"""Select documents of a corpus: the best by BM25 for a query, and all others with a keyword."""

import argparse
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from isogloss.corpora.keywords import Keywords, read_keywords
from isogloss.corpora.selection import (
    keyword_documents_retrieved,
    overlap,
    read_published,
    read_query,
    search,
    select,
    wikitext_documents,
    write_documents,
)
from isogloss.corpora.selection_tables import OVERLAP, RETRIEVED, SELECTED
from isogloss.errors import IsoglossError
from isogloss.script import run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True, help="one document per line")
    parser.add_argument("--first", type=int, help="only so many documents of the corpus")
    parser.add_argument("--query", type=Path, required=True, help="text; all of it is the query")
    parser.add_argument("--keywords", type=Path, nargs="+", required=True, help="one name a line")
    parser.add_argument("--k", type=int, required=True, help="best documents taken")
    parser.add_argument("--ks", type=int, nargs="*", default=[], help="see --retrieved")
    parser.add_argument("--published", type=Path, help="the authors' document numbers")
    parser.add_argument("--selected", type=Path, required=True, help="table of the selection")
    parser.add_argument("--documents", type=Path, required=True, help="its texts, one a line")
    parser.add_argument(
        "--retrieved", type=Path, required=True, help="table of documents with keywords at each k"
    )
    parser.add_argument("--overlap", type=Path, help="table; goes with --published")
    args = parser.parse_args()
    if (args.published is None) != (args.overlap is None):
        raise IsoglossError("--published and --overlap go together: give both or neither")
    # What is small is read first, so that its mistakes do not cost a pass over the corpus.
    keywords, query = Keywords(read_keywords(args.keywords)), read_query(args.query)
    published = read_published(args.published) if args.published else []

    def documents() -> Iterator[str]:
        return islice(wikitext_documents(args.corpus), args.first)

    result = search(documents(), query, keywords)
    selected = select(result, documents(), args.k)
    if args.overlap:
        OVERLAP.write(overlap(selected, published, result.documents), args.overlap)
    RETRIEVED.write(keyword_documents_retrieved(result, args.ks), args.retrieved)
    write_documents(selected, args.documents)
    SELECTED.write(selected, args.selected)


run(main)
