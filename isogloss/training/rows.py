"""The rows that each step reads: labels, positions, order and padding.

Step k reads the places k * batch .. (k + 1) * batch of one long shuffled run of rows, however many
processes share them, so that a step's rows depend on neither the number of processes nor on a
restart.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from isogloss.corpora.draw import draw
from isogloss.training.packing import IGNORED, Tokens, mean_context, row_bounds

if TYPE_CHECKING:
    import numpy as np
    import torch

PADDING = 0  # any id does: its label is ignored, and no token before it sees it


class Rows:
    """The rows of a whole training, in order, as a dataset of torch.

    With `across` false, attention stays inside a document although rows hold several: positions
    begin anew with each, from which transformers makes the mask, and the first token of a document
    is not learned, because nothing precedes it. Training on a packed row is then the same as on its
    documents one by one. With `across` true, a row is read as one text.
    """

    def __init__(
        self,
        tokens: Tokens,
        *,
        length: int,
        packed: bool,
        across: bool,
        batch: int,
        seed: int,
        steps: int | None = None,
        epochs: int | None = None,
    ) -> None:
        self.tokens = tokens
        self.bounds = row_bounds(tokens, length, packed)
        self.across = across
        self.batch = batch
        self.seed = seed
        self.steps_per_epoch = -(-len(self.bounds) // batch)
        self.steps = steps or (epochs or 1) * self.steps_per_epoch
        self._epoch = -1
        self._order: list[int] = []

    def __len__(self) -> int:
        return self.steps * self.batch

    def __getitem__(self, place: int) -> dict[str, "torch.Tensor"]:
        """Return a row: `input_ids`, `labels`, `position_ids`, each (length,), and `tokens` (1,).

        The last step of an epoch is filled up with rows that hold nothing to learn.
        """
        import torch

        index = self.index(place)
        if index is None:
            empty = torch.zeros(1, dtype=torch.int64)
            return {
                "input_ids": empty + PADDING,
                "labels": empty + IGNORED,
                "position_ids": empty,
                "tokens": empty,
            }
        ids, labels, positions = self.row(index)
        return {
            "input_ids": torch.from_numpy(ids),
            "labels": torch.from_numpy(labels),
            "position_ids": torch.from_numpy(positions),
            "tokens": torch.tensor([len(ids)]),
        }

    def index(self, place: int) -> int | None:
        """Return which row stands at a place of the training; None for a filling one."""
        epoch, place = divmod(place, self.steps_per_epoch * self.batch)
        if epoch != self._epoch:
            self._epoch = epoch
            self._order = sorted(
                range(len(self.bounds)), key=lambda row: draw(self.seed, "row", epoch, row)
            )
        return self._order[place] if place < len(self._order) else None

    def row(self, index: int) -> tuple["np.ndarray", "np.ndarray", "np.ndarray"]:
        """Return ids, labels and positions of a row, each (length,) int64."""
        import numpy as np

        begin, end = self.bounds[index]
        ids = self.tokens.ids[begin:end].astype(np.int64)
        labels = np.where(self.tokens.learned[begin:end], ids, IGNORED)
        positions = np.arange(end - begin)
        if not self.across:
            first, last = np.searchsorted(self.tokens.starts, [begin, end])
            starts = self.tokens.starts[first:last] - begin
            labels[starts] = IGNORED
            begun = np.zeros_like(positions)
            begun[starts] = starts
            positions -= np.maximum.accumulate(begun)
        return ids, labels, positions

    def mean_context(self) -> float:
        """Return the mean length of what a token's attention is confined to; see `packing`."""
        return mean_context(self.tokens, self.bounds, self.across)


def collate(rows: Sequence[Mapping[str, "torch.Tensor"]]) -> dict[str, "torch.Tensor"]:
    """Pad rows on the right to the longest: (rows, length); `tokens` counts what is no padding.

    Padding goes on counting positions: a mask is needed only where a row holds several documents,
    and attention without one is faster.
    """
    import torch

    longest = max(len(row["input_ids"]) for row in rows)

    def padded(row: "torch.Tensor", fill: "torch.Tensor") -> "torch.Tensor":
        return torch.cat([row, fill])

    batch: dict[str, list[torch.Tensor]] = {"input_ids": [], "labels": [], "position_ids": []}
    for row in rows:
        rest = torch.arange(longest - len(row["input_ids"]))
        batch["input_ids"].append(padded(row["input_ids"], torch.full_like(rest, PADDING)))
        batch["labels"].append(padded(row["labels"], torch.full_like(rest, IGNORED)))
        batch["position_ids"].append(
            padded(row["position_ids"], rest + row["position_ids"][-1] + 1)
        )
    stacked = {name: torch.stack(values) for name, values in batch.items()}
    return stacked | {"tokens": torch.cat([row["tokens"] for row in rows])}
