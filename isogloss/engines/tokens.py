"""Tokens of prompts and of the answers to score after them, in one way for all engines."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from isogloss.engines.protocol import ScoredPrompt, TextScore
from isogloss.errors import IsoglossError

# Log-probabilities of a prompt's rows: by row, position and candidate.
Values = list[list[list[float]]]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Row:
    """What a model reads, and the tokens whose log-probabilities are wanted.

    wanted: for each of the last `len(wanted)` positions of `ids`, candidates for the token after
    it. An option letter is one position with several candidates, a text is one candidate at each
    of several positions.
    """

    ids: list[int]
    wanted: list[list[int]]


def encode(tokenizer: Any, texts: Sequence[str], add_special_tokens: bool) -> list[list[int]]:
    """Return the token ids of each text."""
    if not texts:
        return []
    # What is too long was sorted out with the prompts; the tokenizer need not warn of it.
    found = tokenizer(list(texts), add_special_tokens=add_special_tokens, verbose=False)
    return [list(ids) for ids in found["input_ids"]]


def prefix_groups(prompts: Sequence[ScoredPrompt]) -> list[list[int]]:
    """Return the indices of prompts that have the same prefix, the group of the longest first.

    Tokens are made group by group: those of all prompts of a study would take gigabytes.
    """
    groups: dict[tuple[str, bool], list[int]] = {}
    for index, prompt in enumerate(prompts):
        groups.setdefault((prompt.prefix, prompt.add_special_tokens), []).append(index)
    return sorted(groups.values(), key=lambda group: -max(len(prompts[i].text) for i in group))


def letter_rows(
    tokenizer: Any, prompts: Sequence[ScoredPrompt], token_sets: Sequence[Sequence[int]]
) -> list[list[Row]]:
    """Return one row for each prompt of a group: its text, and its token set after it."""
    ids = encode(tokenizer, [prompt.text for prompt in prompts], prompts[0].add_special_tokens)
    if not all(ids):
        raise IsoglossError("a prompt is empty: there is no token to score answers after")
    return [[Row(row, [list(wanted)])] for row, wanted in zip(ids, token_sets, strict=True)]


def text_rows(
    tokenizer: Any, prompts: Sequence[ScoredPrompt], continuations: Sequence[Sequence[str]]
) -> list[list[Row]]:
    """Return, for each prompt of a group, a row for each of its continuations."""
    return [
        [Row([*context, *ids][:-1], [[token] for token in ids]) for context, ids in pairs]
        for pairs in continuation_ids(tokenizer, prompts, continuations)
    ]


def text_scores(values: Values) -> list[TextScore]:
    """Return the score of each continuation of a prompt, from the values of its rows."""
    return [TextScore(sum(value for (value,) in row), len(row)) for row in values]


def continuation_ids(
    tokenizer: Any, prompts: Sequence[ScoredPrompt], continuations: Sequence[Sequence[str]]
) -> list[list[tuple[list[int], list[int]]]]:
    """Return (ids of the context, ids of the continuation) for each continuation of each prompt.

    Source: lm-evaluation-harness 0.4.13, `TemplateLM._encode_pair`. White space at the prompt's
    end belongs to the continuation, both are encoded together, and what follows as many tokens
    as the prompt alone has is the continuation. Raises IsoglossError where nothing follows, or
    there is no token to follow.
    """
    special = prompts[0].add_special_tokens
    contexts = [prompt.text.rstrip() for prompt in prompts]
    wholes = [
        prompt.text + text
        for prompt, texts in zip(prompts, continuations, strict=True)
        for text in texts
    ]
    context_ids = encode(tokenizer, contexts, special)
    whole_ids = iter(encode(tokenizer, wholes, special))
    pairs = []
    for context, ids, texts in zip(contexts, context_ids, continuations, strict=True):
        following = [next(whole_ids)[len(ids) :] for _ in texts]
        if not ids or not all(following):
            raise IsoglossError(
                f"an option of {list(texts)} after {context[-40:]!r} has no tokens of its own to "
                "score, or none before it; leave such a question out, or score letters"
            )
        pairs.append([(ids, rest) for rest in following])
    return pairs


def shared_length(rows: Sequence[Row]) -> int:
    """Return how many first tokens all rows share, short of the positions that are scored."""
    if len(rows) < 2:
        return 0
    first, last = min(row.ids for row in rows), max(row.ids for row in rows)
    pairs = enumerate(zip(first, last, strict=False))
    same = next((i for i, (a, b) in pairs if a != b), len(first))
    return min(same, *(len(row.ids) - len(row.wanted) for row in rows))


def option_tokens(tokenizer: Any, option_ids: Sequence[str], spaced: bool) -> dict[str, int]:
    """Return the token that stands for each option id, such as "A".

    The last token of the bare "A", as paper B's public code has it, or of the `spaced` " A", as
    lm-evaluation-harness has it; in some vocabularies they are the same. Raises IsoglossError
    where two option ids share a token, as probabilities could not tell them apart.
    """
    name = tokenizer.name_or_path or type(tokenizer).__name__
    option_of: dict[int, str] = {}
    for option in option_ids:
        text = f" {option}" if spaced else option
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
        if not ids:
            raise IsoglossError(f"{name}: the tokenizer has no token for option id {text!r}")
        if len(ids) > 1:
            token = tokenizer.convert_ids_to_tokens(ids[-1])
            log.warning("%s: %r is %d tokens; %r is scored", name, text, len(ids), token)
        if ids[-1] in option_of:
            raise IsoglossError(
                f"{name}: the tokenizer ends option ids {option_of[ids[-1]]!r} and {option!r} in "
                f"the same token {tokenizer.convert_ids_to_tokens(ids[-1])!r}; choose other "
                "option ids, or score the options' texts"
            )
        option_of[ids[-1]] = option
    return {option: token for token, option in option_of.items()}
