"""From generated tokens to a completion, in one way for all engines."""

from collections.abc import Sequence
from typing import Any

from isogloss.engines.protocol import Completion, Decoding


def completion(
    ids: Sequence[int], ends: Sequence[int], decoding: Decoding, tokenizer: Any
) -> Completion:
    """Return the completion of generated token ids, what follows its end (padding) cut off.

    ends: ids of the tokens that end an answer. The text is decoded whole and without special
    tokens; engines that decode as they go drop an unfinished last character.
    """
    ids = list(ids)
    first_end = next((i for i, token in enumerate(ids) if token in ends), None)
    if first_end is not None:
        ids = ids[: first_end + 1]
    text, stopped = cut_at_stop(_decode(ids, tokenizer), decoding.stop)
    if stopped:
        ids = _shortest_stopped(ids, decoding.stop, tokenizer)
    finish = "stop" if stopped or first_end is not None else "length"
    return Completion(text, finish, ids)


def end_token_ids(generation_config: Any, tokenizer: Any) -> list[int]:
    """Return the token ids that end an answer, by the model's generation config and tokenizer."""
    configured = generation_config.eos_token_id
    ids = configured if isinstance(configured, list) else [configured]
    return sorted({i for i in [*ids, tokenizer.eos_token_id] if i is not None})


def _decode(ids: Sequence[int], tokenizer: Any) -> str:
    return str(tokenizer.decode(ids, skip_special_tokens=True))


def cut_at_stop(text: str, stop: Sequence[str]) -> tuple[str, bool]:
    """Return the text up to the first stop text in it, and whether there is one."""
    ends = [position for s in stop if (position := text.find(s)) >= 0]
    return (text[: min(ends)], True) if ends else (text, False)


def _shortest_stopped(ids: list[int], stop: Sequence[str], tokenizer: Any) -> list[int]:
    # In a batch, a row that met its stop text is padded until the longest row is done; the
    # shortest prefix that holds a stop text is what the model generated itself.
    for end in range(1, len(ids)):
        if cut_at_stop(_decode(ids[:end], tokenizer), stop)[1]:
            return ids[:end]
    return ids
