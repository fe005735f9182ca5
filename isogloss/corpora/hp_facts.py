"""The facts that the shipped Harry Potter quiz asks for, and what else would be true."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from isogloss.corpora.hp_family import RELATIONS, STEP_GENDER, Family, read_family, read_rows
from isogloss.errors import IsoglossError, nearest

FACT_COLUMNS = ("subject", "attribute", "value", "also", "where")
# Values that have a translation, by attribute. In options of the quiz they come from here alone.
VALUES: dict[str, tuple[str, ...]] = {
    "gender": ("male", "female", "neither", "unknown"),
    "hair": ("black", "blond", "red", "brown", "grey"),
    "kind": (
        "charm",
        "curse",
        "hex",
        "jinx",
        "transfiguration",
        "untransfiguration",
        "conjuration",
        "vanishment",
        "healing",
        "counter_spell",
        "transport",
        "spell",
    ),
}
# Names, the same in every language.
HOUSES = ("Gryffindor", "Hufflepuff", "Ravenclaw", "Slytherin")
ATTRIBUTES = ("gender", "hair", "house", "kind", *RELATIONS)
# What in an English name tells a spell's kind.
_STEMS = {
    "charm": "charm",
    "curse": "curse",
    "hex": "hex",
    "jinx": "jinx",
    "transfiguration": "transfigur",
    "conjuration": "conjur",
    "vanishment": "vanish",
    "healing": "heal",
    "counter_spell": "counter",
    "spell": "spell",
}


@dataclass(frozen=True)
class Fact:
    """One fact: `value` of `attribute` is right for `subject`, and all of `true` is not wrong."""

    subject: str
    attribute: str
    value: str
    true: frozenset[str]
    where: str

    @property
    def id(self) -> str:
        """The question's identifier, the same in every language and with every seed."""
        return f"{self.subject}/{self.attribute}"

    @property
    def topic(self) -> Literal["character", "spell"]:
        """What the subject is."""
        return "spell" if self.attribute == "kind" else "character"

    @property
    def kind_in_name(self) -> bool:
        """Whether the English word of a spell's kind is in its name ("Jelly-Brain Jinx")."""
        return self.attribute == "kind" and (
            (stem := _STEMS.get(self.value)) is not None and stem in self.subject.casefold()
        )


def pool(attribute: str, family: Family) -> Sequence[str]:
    """Return all values that an option of the attribute may have.

    For a relation, everyone in the tree whose gender it has.
    """
    if attribute in RELATIONS:
        return family.named(STEP_GENDER[RELATIONS[attribute][-1]])
    return HOUSES if attribute == "house" else VALUES[attribute]


def read_facts(folder: Path) -> tuple[list[Fact], Family]:
    """Read `facts.csv` and `family.csv` of a folder.

    Column `also` has further values, separated by spaces, that are true as well or that a reader
    could defend: they are never options. Right relatives are taken from the tree.
    Raises IsoglossError for an unknown attribute or value, a fact that comes twice or has no place
    in the books, or one that the tree contradicts.
    """
    path, family = folder / "facts.csv", read_family(folder / "family.csv")
    facts: dict[str, Fact] = {}
    for row in read_rows(path, FACT_COLUMNS):
        fact = _fact(path, row, family)
        if fact.id in facts:
            raise IsoglossError(f"{path}: {fact.subject!r} has {fact.attribute} twice; delete one")
        facts[fact.id] = fact
    return list(facts.values()), family


def _fact(path: Path, row: Sequence[str], family: Family) -> Fact:
    subject, attribute, value, also, where = row
    if attribute not in ATTRIBUTES:
        raise IsoglossError(
            f"{path}: unknown attribute {attribute!r} of {subject!r}"
            f"{nearest(attribute, ATTRIBUTES)}"
        )
    valid = pool(attribute, family)
    for name in (value, *also.split()):
        if name not in valid:
            raise IsoglossError(
                f"{path}: {name!r} is no {attribute} that {subject!r} can have"
                f"{nearest(name, valid)}"
            )
    if not where.strip():
        raise IsoglossError(f"{path}: {attribute} of {subject!r} does not say where it is from")
    true = {value, *also.split()}
    if attribute in RELATIONS:
        true |= family.relatives(subject, attribute)
    if (attribute in RELATIONS and value not in family.relatives(subject, attribute)) or (
        attribute == "gender" and value != family.gender(subject)
    ):
        raise IsoglossError(
            f"{path}: {attribute} of {subject!r} is {value!r}, but not in family.csv; correct one"
        )
    return Fact(subject, attribute, value, frozenset(true), where)
