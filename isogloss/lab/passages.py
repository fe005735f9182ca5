"""Short texts to be read: statements on made-up people, who have something else in every text.

Nothing about them can be known beforehand, so that an answer is found in the text or not at all.
"""

from collections.abc import Mapping, Sequence
from itertools import islice
from random import Random

from isogloss.lab.names import made_up_names
from isogloss.lab.words import OWN, LabWords, Statement

STATEMENTS = 4
# People have a single name each, a word of the reader's vocabulary.
NAMES = 240
# In so many of ten passages every statement tells the same kind of thing, of another person each:
# there the question's name alone says which one is asked for.
ALIKE = 6


Passage = Sequence[Statement]


def reader_names(seed: int) -> list[str]:
    """Return the names that passages are made of."""
    return list(islice(made_up_names(seed, ()), NAMES))


def draw_passage(random: Random, names: Sequence[str], words: LabWords, count: int) -> Passage:
    """Draw `count` statements on as many people.

    words: of any language, for the values and the number of paraphrases.
    """
    drawn = random.sample(names, count)
    if random.randrange(10) < ALIKE:
        attributes = [random.choice(OWN)] * count
        values = random.sample(list(words.values[attributes[0]]), count)
    else:
        attributes = [random.choice(OWN) for _ in range(count)]
        values = [random.choice(list(words.values[attribute])) for attribute in attributes]
    return [
        Statement(
            drawn[i], attribute, values[i], random.randrange(len(words.statements[attribute]))
        )
        for i, attribute in enumerate(attributes)
    ]


def sentences(passage: Passage, words: LabWords) -> list[str]:
    """Return the statements in a language, each a sentence with its full stop."""
    return [f"{words.statement(statement)}." for statement in passage]


def item(passage: Passage, asked: int, question: LabWords, context: LabWords) -> Mapping[str, str]:
    """Return `context`, `question` and `answer` of one statement, in two languages."""
    statement = passage[asked]
    return {
        "context": " ".join(sentences(passage, context)),
        "question": question.question(statement.attribute, statement.subject),
        "answer": context.option(statement.attribute, statement.value),
    }
