"""Check what the settings of study `barrier` say of corpora and of the selection."""

from pathlib import Path

from isogloss.config.barrier import Barrier
from isogloss.errors import IsoglossError, nearest


def check_corpora(barrier: Barrier, root: Path) -> None:
    """Raise IsoglossError where a corpus is mixed or searched that is not there or cannot be.

    `root` is the project's folder, in which the lists of keywords are.
    """
    chosen = barrier.selection
    for name, corpus in barrier.corpora.items():
        if corpus.shares is not None and (
            sorted(corpus.shares) != sorted(barrier.languages) or not sum(corpus.shares.values())
        ):
            raise IsoglossError(
                f"barrier.corpora.{name}.shares: {corpus.shares} must give each of "
                f"barrier.languages, {barrier.languages}, a number, and one of them more than 0"
            )
    for name in barrier.mixed:
        if name not in barrier.corpora:
            raise IsoglossError(
                f"barrier.mixed: no corpus {name!r} in barrier.corpora"
                f"{nearest(name, barrier.corpora)}"
            )
        if barrier.corpora[name].documents == "selection" and chosen is None:
            raise IsoglossError(
                f"barrier.mixed: {name!r} is made of the selected documents, but "
                "barrier.selection is null; fill it, or take the corpus out of the list"
            )
    if len(set(barrier.mixed)) < len(barrier.mixed):
        raise IsoglossError(f"barrier.mixed: give each corpus once, not {barrier.mixed}")
    if chosen is None:
        return
    if chosen.corpus not in barrier.corpora:
        raise IsoglossError(
            f"barrier.selection.corpus: no corpus {chosen.corpus!r} in barrier.corpora"
            f"{nearest(chosen.corpus, barrier.corpora)}"
        )
    documents = barrier.corpora[chosen.corpus].documents
    if documents != "lines":
        raise IsoglossError(
            f"barrier.selection.corpus: {chosen.corpus!r} has documents {documents!r}; a corpus "
            "that is searched has `documents: lines`"
        )
    if not chosen.keywords or not chosen.ks:
        empty = "keywords" if not chosen.keywords else "ks"
        raise IsoglossError(f"barrier.selection.{empty}: is empty; give at least one")
    for path in chosen.keywords:
        if not (root / path).is_file():
            raise IsoglossError(f"barrier.selection.keywords: {path}: no such file")
