"""What shows that a model's output is no translation: nothing, a loop, no end, a part left out."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

# As many times in a row is a loop, unless the source has it, too. Blocks of up to so many tokens.
LOOP, LONGEST_BLOCK = 4, 16
# A sentence of at least LONG tokens with a translation of less than this share of them has lost
# some; one of more than so many times them, and a few for short ones, has words of its own.
LONG, SHORTEST = 10, 0.3
FEW, LARGEST = 20, 3.0


class Output(NamedTuple):
    """What the model wrote, without special tokens, and whether it came to an end."""

    text: str
    tokens: list[int]
    ended: bool


def wrong(source: Sequence[int], output: Output) -> str | None:
    """Return what shows that an output is no translation of the source tokens, or None."""
    if not output.text:
        return "an empty translation"
    repeats = most_repeats(output.tokens)
    if repeats >= LOOP and repeats > most_repeats(source):
        return f"the same {repeats} times in a row"
    if not output.ended:
        return f"no end within {len(output.tokens)} tokens"
    too_short = len(source) >= LONG and len(output.tokens) < SHORTEST * len(source)
    if too_short or len(output.tokens) > FEW + LARGEST * len(source):
        return f"{len(output.tokens)} tokens for {len(source)}"
    return None


def most_repeats(tokens: Sequence[int]) -> int:
    """Return how many times in a row a block of at most LONGEST_BLOCK tokens stands, at most."""
    return max((run // size + 1 for size, run in _runs(tokens)), default=min(1, len(tokens)))


def _runs(tokens: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield (distance, how many tokens in a row equal the one at that distance before them)."""
    for size in range(1, LONGEST_BLOCK + 1):
        run = 0
        for before, token in zip(tokens, islice(tokens, size, None), strict=False):
            run = run + 1 if before == token else 0
            if run:
                yield size, run
