"""Random draws that depend on what is drawn for, never on the order of the work.

Each draw is a hash of the seed and the names of its subject, so that a document or a question
gets the same languages whether it is processed first, alone or by another job.
"""

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence

DRAWS = 2**64  # a draw is one of so many numbers


def draw(*subject: str | int) -> int:
    """Return a uniform 64-bit number that `subject` (seed first) alone decides."""
    text = "\0".join(map(str, subject))
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8"), digest_size=8).digest(), "big")


def shuffled(options: Iterable[str], *subject: str | int) -> list[str]:
    """Return `options` in an order that `subject` decides, whatever order they come in."""
    return sorted(options, key=lambda option: draw(*subject, option))


def chance(share: float, *subject: str | int) -> bool:
    """Return True with probability `share`, 0 to 1; what is true stays true for a larger share."""
    return draw(*subject) < share * DRAWS


def choice(
    options: Sequence[str], *subject: str | int, weights: Mapping[str, float] | None = None
) -> str:
    """Return one of `options`, all with the same chance, whatever order they come in.

    Every option has a draw of its own and the largest is taken, so that a further option changes
    the choice to itself or not at all: a corpus mixed with one more language keeps all its units
    but those in that language.

    weights: chances of the options in proportion to one another, one at least above 0. Then the
    draws are made exponential, each with its option's weight as rate, and the smallest wins: with
    equal weights the choice is the one without, and a larger weight of one option changes choices
    to it alone.
    """
    text = "\0".join(map(str, subject)) + "\0"
    start = hashlib.blake2b(text.encode("utf-8"), digest_size=8)

    def drawn(option: str) -> bytes:
        own = start.copy()
        own.update(option.encode("utf-8"))
        return own.digest()

    if weights is None:
        return max(options, key=drawn)
    possible = [option for option in options if weights[option] > 0]

    def waited(option: str) -> float:
        uniform = (int.from_bytes(drawn(option), "big") + 0.5) / DRAWS
        return -math.log(uniform) / weights[option]

    return min(possible, key=waited)
