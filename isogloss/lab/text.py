"""Sentences of the lab: statements and their exact translations, unit by unit, and questions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from isogloss.barrier.mmlu_prompts import question_block
from isogloss.corpora.draw import draw, shuffled
from isogloss.corpora.mmlu import LETTERS
from isogloss.corpora.units import split
from isogloss.errors import IsoglossError
from isogloss.lab.words import LabWords, Statement

# (subject, attribute, value) as the wording takes them.
Triple = tuple[str, str, str]


def statement_documents(
    facts: Sequence[Triple], words: LabWords, rounds: int, sentences: int, seed: int
) -> Iterator[tuple[str, str]]:
    """Yield (subject, document) of `told_documents`, in the language of `words`.

    A document is one line without its end; its sentences end with a full stop.
    """
    for document in told_documents(facts, words, rounds, sentences, seed):
        yield document[0].subject, f"{'. '.join(map(words.statement, document))}."


def told_documents(
    facts: Sequence[Triple], words: LabWords, rounds: int, sentences: int, seed: int
) -> Iterator[list[Statement]]:
    """Yield documents: each fact once a round, `sentences` of one subject a document.

    Order of subjects, facts and paraphrases are drawn anew in each round. They are the same for the
    wording of every language.
    """
    by_subject: dict[str, list[Triple]] = {}
    for fact in facts:
        by_subject.setdefault(fact[0], []).append(fact)
    for number in range(rounds):
        for subject in shuffled(by_subject, seed, "order", number):
            told = {
                f"{attribute}/{value}": (s, attribute, value)
                for s, attribute, value in by_subject[subject]
            }
            order = [told[key] for key in shuffled(told, seed, "facts", number, subject)]
            for start in range(0, len(order), sentences):
                yield [
                    Statement(s, a, v, _paraphrase(words, a, seed, number, s))
                    for s, a, v in order[start : start + sentences]
                ]


def _paraphrase(words: LabWords, attribute: str, seed: int, number: int, subject: str) -> int:
    # In turn, from a place drawn for the fact: each paraphrase is as frequent as the others.
    first = draw(seed, "paraphrase", subject, attribute)
    return (first + number) % len(words.statements[attribute])


def exact_translations(
    documents: Sequence[str], others: Sequence[str], language: str
) -> dict[str, str]:
    """Return English unit -> unit in `language`, for the mixes document, sentence and collection.

    For the mix `words` see `isogloss.lab.chunks`.

    documents and others: the same documents in both languages, as lines without their ends. A name
    with a full stop in it ("Lily J. Potter") makes two units of a sentence in every language.
    Raises IsoglossError where a unit would have two translations, or a document another number of
    units.
    """
    found: dict[str, str] = {}
    for document, other in zip(documents, others, strict=True):
        for granularity in ("document", "sentence"):
            ours, theirs = _units(document, granularity), _units(other, granularity)
            if len(ours) != len(theirs):
                raise IsoglossError(
                    f"lab: {document!r} has {len(ours)} units, but {len(theirs)} in {language!r}: "
                    f"{other!r}"
                )
            for unit, translation in zip(ours, theirs, strict=True):
                if found.setdefault(unit, translation) != translation:
                    raise IsoglossError(
                        f"lab: {unit!r} is {found[unit]!r} and {translation!r} in {language!r}; "
                        "word one of the statements differently"
                    )
    return found


def _units(document: str, granularity: str) -> list[str]:
    # As mixing reads a line: the last full stop is a piece of its own where sentences are split.
    return [piece.text for piece in split(f"{document}\n", granularity) if piece.unit]


def quiz_prompt(row: Mapping[str, str], instruction: str) -> str:
    """Return how task `quiz` puts a question (a row of QUIZ), up to the answer."""
    block = question_block([row["question"], *(row[letter] for letter in LETTERS)], LETTERS)
    return f"{instruction}\n\n{block}\nAnswer: "


def one_line(text: str) -> str:
    """Return a text as one line, for a corpus: white space is nothing to the lab's tokenizer."""
    return " ".join(text.split())


def triples(facts: Iterable[object]) -> list[Triple]:
    """Return facts of the lab or of the Harry Potter quiz as (subject, attribute, value)."""
    return [(f.subject, f.attribute, f.value) for f in facts]  # type: ignore[attr-defined]
