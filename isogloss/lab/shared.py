"""Words that languages of the lab share: values that read as in English, by design and by seed.

Which words two languages share is no accident in the world: names, loans and cognates differ from
other words in more than that. Here chance decides, so that what sharing does can be told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from isogloss.corpora.draw import shuffled
from isogloss.lab.words import LabWords

# For the values of an attribute in an order drawn by seed: the share of the other languages that
# take the English word. Half of the words stay apart, so that the barrier is as plain as elsewhere.
LEVELS = (0.0, 0.5, 0.0, 1.0)


def sharing(
    values: Sequence[str], languages: Sequence[str], attribute: str, seed: int
) -> dict[str, list[str]]:
    """Return value -> languages that take its English word; `languages` are without English."""
    return {
        value: shuffled(languages, seed, "sharing", attribute, value)[
            : round(LEVELS[place % len(LEVELS)] * len(languages))
        ]
        for place, value in enumerate(shuffled(values, seed, "shared", attribute))
    }


def with_shared_values(words: Mapping[str, LabWords], seed: int) -> dict[str, LabWords]:
    """Return the wording, by language, with the lab's own values in English where it is shared."""
    others = [language for language in words if language != "en"]
    values = {
        language: {attribute: dict(texts) for attribute, texts in wording.values.items()}
        for language, wording in words.items()
    }
    for attribute, english in words["en"].values.items():
        for value, languages in sharing(list(english), others, attribute, seed).items():
            for language in languages:
                values[language][attribute][value] = english[value]
    return {code: replace(wording, values=values[code]) for code, wording in words.items()}
