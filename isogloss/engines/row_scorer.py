"""What engines with weights share: the two kinds of scores, of rows of tokens that they read."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from isogloss.engines.protocol import ScoredPrompt, TextScore
from isogloss.engines.tokens import Row, Values, letter_rows, text_rows, text_scores


class RowScorer(ABC):
    """A `Scorer` whose engine says how likely the last tokens of rows are."""

    tokenizer: Any

    @abstractmethod
    def score_rows(
        self,
        prompts: Sequence[ScoredPrompt],
        rows: Callable[[Sequence[int]], list[list[Row]]],
        only: Sequence[bool] | None,
    ) -> Iterator[list[tuple[int, Values]]]:
        """Yield batches of (index of a prompt, values of its rows); rows: of prompts by index."""

    def next_token_logprobs(
        self,
        prompts: Sequence[ScoredPrompt],
        token_sets: Sequence[Sequence[int]],
        only: Sequence[bool] | None = None,
    ) -> Iterator[list[tuple[int, list[float]]]]:
        """Yield log-probabilities batch by batch. See `Scorer.next_token_logprobs`."""

        def rows(group: Sequence[int]) -> list[list[Row]]:
            chosen = [prompts[i] for i in group]
            return letter_rows(self.tokenizer, chosen, [token_sets[i] for i in group])

        for batch in self.score_rows(prompts, rows, only):
            yield [(index, values[0][0]) for index, values in batch]

    def text_logprobs(
        self,
        prompts: Sequence[ScoredPrompt],
        continuations: Sequence[Sequence[str]],
        only: Sequence[bool] | None = None,
    ) -> Iterator[list[tuple[int, list[TextScore]]]]:
        """Yield scores batch by batch. See `Scorer.text_logprobs`."""

        def rows(group: Sequence[int]) -> list[list[Row]]:
            chosen = [prompts[i] for i in group]
            return text_rows(self.tokenizer, chosen, [continuations[i] for i in group])

        for batch in self.score_rows(prompts, rows, only):
            yield [(index, text_scores(values)) for index, values in batch]
