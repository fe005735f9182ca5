"""What engines offer: greedy answers to prompts, and log-probabilities of given answers.

Both come in batches, as they are done.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Prompt:
    """A prompt as the model sees it, with its length in tokens (0 where none were counted).

    item: what the prompt was made from, for controls alone, which answer from the gold.
    """

    text: str
    add_special_tokens: bool
    tokens: int = 0
    item: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Decoding:
    """Greedy decoding: at most `max_new_tokens`, ending before the first of the `stop` texts."""

    max_new_tokens: int
    stop: tuple[str, ...] = ()


@dataclass(frozen=True)
class Completion:
    """An answer: its text without prompt and stop text, why it ended, and its tokens.

    finish: "stop" (end token or stop text) or "length"; of a server also "content_filter" (it
    withheld the answer or refused the question), "excluded" (it refused the prompt as too long for
    the model) or a reason of its own. token_ids: as generated, the end token and the tokens of a
    stop text included; empty where a server does not tell them. about: what a server says beside
    its answer, kept in the response store.
    """

    text: str
    finish: str
    token_ids: list[int]
    about: Mapping[str, Any] | None = None


class Engine(Protocol):
    """A loaded model, ready to answer."""

    def generate(
        self, prompts: Sequence[Prompt], decoding: Decoding, only: Sequence[bool] | None = None
    ) -> Iterator[list[tuple[int, Completion]]]:
        """Yield batches of (index of the prompt, completion); every index comes once.

        only: which prompts to answer, all if None. Batches are laid out over all prompts
        whatever `only` says, so that an answer does not depend on what was answered before.
        """
        ...


@dataclass(frozen=True)
class ScoredPrompt:
    """A prompt, `prefix` + `suffix`, to score given answers after it.

    Prompts with the same prefix are best asked together: what it holds is then computed once. The
    tokens are those of the whole text, wherever it is parted.
    """

    prefix: str
    suffix: str
    add_special_tokens: bool

    @property
    def text(self) -> str:
        """The whole prompt."""
        return self.prefix + self.suffix


@dataclass(frozen=True)
class TextScore:
    """The log-probability (natural, summed over its tokens) of a text after a prompt."""

    logprob: float
    tokens: int


class Scorer(Protocol):
    """A loaded model, ready to say how likely given answers are.

    Batches are laid out over all prompts whatever `only` says, as in `Engine`. In float32 the
    values are those of every other layout of batches to 1e-5.
    """

    tokenizer: Any

    def next_token_logprobs(
        self,
        prompts: Sequence[ScoredPrompt],
        token_sets: Sequence[Sequence[int]],
        only: Sequence[bool] | None = None,
    ) -> Iterator[list[tuple[int, list[float]]]]:
        """Yield batches of (index of the prompt, log-probability of each token of its set).

        The softmax is over the whole vocabulary, at the position after the prompt.
        """
        ...

    def text_logprobs(
        self,
        prompts: Sequence[ScoredPrompt],
        continuations: Sequence[Sequence[str]],
        only: Sequence[bool] | None = None,
    ) -> Iterator[list[tuple[int, list[TextScore]]]]:
        """Yield batches of (index of the prompt, score of each of its continuations).

        Tokens are those of lm-evaluation-harness, see `tokens.continuation_ids`.
        """
        ...
