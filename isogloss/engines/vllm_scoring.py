"""Exact log-probabilities of given tokens with vLLM, whatever their rank, prefixes cached."""

from collections.abc import Sequence
from typing import Any

from isogloss.engines.tokens import Row, Values
from isogloss.errors import IsoglossError


def score_rows(llm: Any, rows: Sequence[Row]) -> Values:
    """Return, for each row, the values of its positions' candidates.

    Candidates at one position are asked for by token id with the next token. For a longer text
    the text joins the prompt, whose tokens have their own log-probabilities. vLLM keeps none for
    the part that its prefix cache holds; where that reaches into the text, the row is asked again
    without the cache.
    """
    values: Values = [[] for _ in rows]
    single = [i for i, row in enumerate(rows) if len(row.wanted) == 1]
    for i, found in zip(single, _next_tokens(llm, [rows[i] for i in single]), strict=True):
        values[i] = [found]
    longer = [i for i, row in enumerate(rows) if len(row.wanted) > 1]
    for cached in (True, False):
        found_texts = _texts(llm, [rows[i] for i in longer], cached)
        again = []
        for i, text in zip(longer, found_texts, strict=True):
            if text is None:
                again.append(i)
            else:
                values[i] = text
        longer = again
    if longer:
        raise IsoglossError(
            f"vLLM gives no log-probabilities for the last {len(rows[longer[0]].wanted)} tokens "
            "of a prompt; please report this with vLLM's version"
        )
    return values


def _next_tokens(llm: Any, rows: Sequence[Row]) -> list[list[float]]:
    sampling = [_sampling(logprob_token_ids=row.wanted[0]) for row in rows]
    outputs = _ask(llm, [row.ids for row in rows], sampling)
    return [
        [output.outputs[0].logprobs[0][token].logprob for token in row.wanted[0]]
        for row, output in zip(rows, outputs, strict=True)
    ]


def _texts(llm: Any, rows: Sequence[Row], cached: bool) -> list[list[list[float]] | None]:
    sampling = [_sampling(prompt_logprobs=0, skip_reading_prefix_cache=not cached) for _ in rows]
    outputs = _ask(llm, [row.ids + row.wanted[-1] for row in rows], sampling)
    return [
        _tail(output.prompt_logprobs, row.wanted)
        if (output.num_cached_tokens or 0) <= len(row.ids) - len(row.wanted)
        else None
        for row, output in zip(rows, outputs, strict=True)
    ]


def _tail(positions: Sequence[Any], wanted: Sequence[Sequence[int]]) -> list[list[float]] | None:
    """Return the values of the last tokens; None where they are not those of the prompt."""
    tail = positions[-len(wanted) :]
    if len(tail) < len(wanted):
        return None
    pairs = [(position, token) for position, (token,) in zip(tail, wanted, strict=True)]
    if not all(position and token in position for position, token in pairs):
        return None
    return [[position[token].logprob] for position, token in pairs]


def _sampling(**options: Any) -> Any:
    from vllm import SamplingParams

    return SamplingParams(temperature=0.0, max_tokens=1, detokenize=False, **options)


def _ask(llm: Any, ids: Sequence[Sequence[int]], sampling: Sequence[Any]) -> list[Any]:
    if not ids:
        return []
    prompts = [{"prompt_token_ids": list(row)} for row in ids]
    outputs: list[Any] = llm.generate(prompts, list(sampling), use_tqdm=False)
    return outputs
