"""The tokens of a training set, and the rows of bounded length in which a model reads them."""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from isogloss.errors import IsoglossError

if TYPE_CHECKING:
    import numpy as np

IGNORED = -100  # label of positions that carry no loss, by torch's convention


class Encoded(NamedTuple):
    """A document or an example: its token ids, and which of them are to be learned (None: all)."""

    ids: Sequence[int]
    learned: Sequence[bool] | None = None


@dataclass(frozen=True)
class Counts:
    """What became of a training set's documents."""

    documents: int
    tokens: int
    learned_tokens: int  # predicted from what precedes them in their document
    truncated: int  # documents of which the end was cut off
    dropped: int  # documents of which nothing to learn was left, or never was any


@dataclass(frozen=True)
class Tokens:
    """All documents, one after another.

    `ids` (tokens,) int32; `learned` (tokens,) bool: whether the prediction of this token counts;
    `starts` (documents,) int64: the place of each document's first token.
    """

    ids: "np.ndarray"
    learned: "np.ndarray"
    starts: "np.ndarray"

    def save(self, folder: Path) -> None:
        """Write the three arrays as .npy files."""
        import numpy as np

        folder.mkdir(parents=True, exist_ok=True)
        for name in ("ids", "learned", "starts"):
            np.save(folder / f"{name}.npy", getattr(self, name))

    @classmethod
    def load(cls, folder: Path) -> "Tokens":
        """Map the arrays of `save` into memory; several processes share them."""
        import numpy as np

        names = ("ids", "learned", "starts")
        return cls(*(np.load(folder / f"{name}.npy", mmap_mode="r") for name in names))


def join(documents: Iterable[Encoded], limit: int | None = None) -> tuple[Tokens, Counts]:
    """Lay documents one after another; of one longer than `limit` tokens the end is cut off.

    A document without a token to learn (the first one never is: nothing precedes it) is dropped.
    Both are counted. Raises IsoglossError where no document is left.
    """
    import numpy as np

    # Plain arrays grow in place: WikiText-103 as lists of Python numbers would take gigabytes.
    ids, learned, starts = array("i"), bytearray(), array("q")
    truncated = dropped = predicted = 0
    for document in documents:
        length = len(document.ids) if limit is None else min(limit, len(document.ids))
        marks = [True] * length if document.learned is None else document.learned[:length]
        if not any(marks[1:]):
            dropped += 1
            continue
        predicted += sum(marks[1:])
        truncated += length < len(document.ids)
        starts.append(len(ids))
        ids.extend(document.ids[:length])
        learned.extend(map(int, marks))
    if not starts:
        raise IsoglossError(
            f"the training data: of {dropped} documents none has a token to learn within "
            f"{limit} tokens; give other files or a larger sequence_length"
            if dropped
            else "the training data: there is no document in it; give other files"
        )
    tokens = Tokens(
        np.frombuffer(ids, dtype=np.int32),
        np.frombuffer(learned, dtype=np.bool_),
        np.frombuffer(starts, dtype=np.int64),
    )
    return tokens, Counts(len(starts), len(ids), predicted, truncated, dropped)


def row_bounds(tokens: Tokens, length: int, packed: bool) -> "np.ndarray":
    """Return where each row begins and ends, (rows, 2) int64; every token is in exactly one row.

    Packed: the tokens are cut every `length` tokens, wherever documents end, so that all rows but
    the last are full. Else a row is one document, or a piece of one that is longer than a row.
    """
    import numpy as np

    total = len(tokens.ids)
    cuts = np.arange(0, total, length, dtype=np.int64)
    if not packed:
        ends = np.append(tokens.starts[1:], total)
        cuts = np.concatenate(
            [np.arange(a, b, length) for a, b in zip(tokens.starts, ends, strict=True)]
        )
    return np.stack([cuts, np.append(cuts[1:], total)], axis=1)


def mean_context(tokens: Tokens, bounds: "np.ndarray", across: bool) -> float:
    """Return the mean length, over tokens, of the piece that a token's attention is confined to.

    A piece is a row, or the part of a document in a row where attention does not go `across`
    documents. This is what stands for the sequence length in the count of attention's arithmetic.
    """
    import numpy as np

    cuts = bounds[:, 0] if across else np.union1d(bounds[:, 0], tokens.starts)
    lengths = np.diff(np.append(cuts, len(tokens.ids))).astype(np.float64)
    return float((lengths**2).sum() / lengths.sum())
