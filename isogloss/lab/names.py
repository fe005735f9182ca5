"""Made-up names: of syllables, by seed, none of them a word of the lab or a name of the quiz."""

from collections.abc import Collection, Iterator

from isogloss.corpora.draw import draw

_PARTS = [
    text.split()
    for text in (
        "b d f g k l m n p r s t v z br dr gr kr pl tr",
        "a e i o u",
        "b d g l m n r s t v ld lm nd nk rn rt st",
        "a e i o u",
        "l n r s th x m k",
    )
]


def made_up_names(seed: int, taken: Collection[str]) -> Iterator[str]:
    """Yield names without end, each once; none is in `taken`, whatever the case.

    68 000 are possible.
    """
    used = {name.casefold() for name in taken}
    number = 0
    while True:
        name = "".join(
            part[draw(seed, "name", number, place) % len(part)] for place, part in enumerate(_PARTS)
        )
        number += 1
        if name not in used:
            used.add(name)
            yield name.capitalize()
