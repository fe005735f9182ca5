"""Made-up names: of syllables, by seed, none of them a word of the lab or a name of the quiz."""

from collections.abc import Collection, Iterator

from isogloss.corpora.draw import draw

_ONSETS = "b d f g k l m n p r s t v z br dr gr kr pl tr".split()
_VOWELS = "a e i o u".split()
_MIDDLES = "b d g l m n r s t v ld lm nd nk rn rt st".split()
_CODAS = "l n r s th x m k".split()


def made_up_names(seed: int, taken: Collection[str]) -> Iterator[str]:
    """Yield names without end, each once; none is in `taken`, whatever the case.

    About 270 000 are possible.
    """
    used = {name.casefold() for name in taken}
    number = 0
    while True:
        parts = [_ONSETS, _VOWELS, _MIDDLES, _VOWELS, _CODAS]
        name = "".join(
            part[draw(seed, "name", number, place) % len(part)] for place, part in enumerate(parts)
        )
        number += 1
        if name not in used:
            used.add(name)
            yield name.capitalize()
