"""A corpus from file to file: which units it needs translated, and the mixed corpus."""

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import islice
from pathlib import Path

import polars as pl

from isogloss.corpora.documents import Document, Kind, line_with, read_documents
from isogloss.corpora.mixing import Missing, Mix, MixCounts, needs, plan, translated
from isogloss.corpora.units import Translations
from isogloss.errors import IsoglossError

# Lines that are mixed at a time: their translations are looked up together.
LINES = 4096
# Units that are held as Python texts, about 100 bytes each, before they are packed.
UNPACKED = 1 << 17

Resolve = Callable[[Collection[tuple[str, str]]], Translations]


def needed_units(
    path: Path, mix: Mix, kind: Kind = "lines", first: int | None = None
) -> dict[str, pl.Series]:
    """Return, for each language of the mix but English, the distinct units to translate.

    They come in the order of the corpus. Held are 16 bytes for each and its text.
    """
    found: dict[str, list[pl.Series]] = {code: [] for code in mix.drawn if code != "en"}
    buffers: dict[str, dict[str, None]] = {code: {} for code in found}
    for number, document in enumerate(read_documents(path, kind, first)):
        for unit, language in needs(plan(document.texts, number, mix)):
            buffer = buffers[language]
            buffer[unit] = None
            if len(buffer) == UNPACKED:
                found[language].append(pl.Series(buffer.keys(), dtype=pl.String()))
                buffer.clear()
    units = {}
    for language, parts in found.items():
        parts.append(pl.Series(buffers.pop(language).keys(), dtype=pl.String()))
        units[language] = pl.concat(parts).unique(maintain_order=True)
        parts.clear()
    return units


def mix_file(
    source: Path,
    target: Path,
    mix: Mix,
    resolve: Resolve,
    kind: Kind = "lines",
    first: int | None = None,
    missing: Missing = "raise",
    groups: Sequence[str] | None = None,
) -> MixCounts:
    """Mix the corpus `source` into `target`, whole or not at all; see `mixing.translated`.

    resolve: returns translations of the (unit, language) pairs that it gets, which are those of
    `LINES` lines. groups: for `Mix.mixes`, that of each line of `source`, blank ones counted.
    Raises IsoglossError where there are not as many.
    """
    counts = MixCounts()
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(target.name + ".part")
    ended = True
    number = 0
    with temporary.open("w", encoding="utf-8", newline="\n") as out:
        for batch in _batches(read_documents(source, kind, first)):
            names = _groups_of(groups, number, len(batch))
            plans = [
                list(plan(d.texts, n, mix, group))
                for (n, d), group in zip(enumerate(batch, number), names, strict=True)
            ]
            pairs = dict.fromkeys(pair for versions in plans for pair in needs(versions))
            translations = resolve(pairs.keys())
            for document, versions in zip(batch, plans, strict=True):
                for version in translated(versions, number, mix, translations, missing, counts):
                    texts = ["".join(unit for unit, _ in text) for text in version]
                    line = line_with(document, kind, texts)
                    # A last line without its end has copies after it in a collection.
                    out.write(line if ended else "\n" + line)
                    ended = line.endswith("\n")
                number += 1
    temporary.replace(target)
    return counts


def read_groups(path: Path | None) -> list[str] | None:
    """Return the lines of a file of groups; None where there is none."""
    return path.read_text(encoding="utf-8").splitlines() if path else None


def _groups_of(groups: Sequence[str] | None, start: int, size: int) -> Sequence[str | None]:
    if groups is None:
        return [None] * size
    found = groups[start : start + size]
    if len(found) < size:
        raise IsoglossError(
            f"groups: {len(groups)} lines, but the corpus has {start + size} or more; both need "
            "the same"
        )
    return found


def _batches(documents: Iterator[Document]) -> Iterator[list[Document]]:
    while batch := list(islice(documents, LINES)):
        yield batch
