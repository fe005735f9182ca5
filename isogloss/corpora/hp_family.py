"""Who is related to whom: a family tree, from which every right answer to a relation follows.

A question may have several right answers (Ron has five brothers), and none of them may stand among
the wrong options. The tree knows them all, for close relations and for those made of several steps.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from isogloss.errors import IsoglossError, nearest

# Relation of the quiz: the steps that lead from a person to the relatives.
RELATIONS: Mapping[str, tuple[str, ...]] = {
    "father": ("father",),
    "mother": ("mother",),
    "husband": ("husband",),
    "wife": ("wife",),
    "son": ("son",),
    "daughter": ("daughter",),
    "brother": ("brother",),
    "sister": ("sister",),
    "fathers_father": ("father", "father"),
    "fathers_mother": ("father", "mother"),
    "mothers_father": ("mother", "father"),
    "mothers_mother": ("mother", "mother"),
    "mothers_brother": ("mother", "brother"),
    "mothers_sister": ("mother", "sister"),
    "fathers_sister": ("father", "sister"),
    "sisters_son": ("sister", "son"),
    "sons_wife": ("son", "wife"),
}
# Gender of the relatives that a last step leads to.
STEP_GENDER: Mapping[str, str] = {
    **dict.fromkeys(("father", "husband", "son", "brother"), "male"),
    **dict.fromkeys(("mother", "wife", "daughter", "sister"), "female"),
}
FAMILY_COLUMNS = ("person", "gender", "father", "mother", "spouse")


@dataclass(frozen=True)
class Person:
    """One person of the tree; an empty text where a relative is not in it."""

    name: str
    gender: str
    father: str
    mother: str
    spouse: str


class Family:
    """A family tree. Names in round brackets are people whose name the books do not tell."""

    def __init__(self, people: Sequence[Person]) -> None:
        """Take all people of the tree, each once, with all relatives that they name."""
        self._people = {person.name: person for person in people}

    def gender(self, name: str) -> str:
        """Return male or female; raise IsoglossError for a name that is not in the tree."""
        return self._person(name).gender

    def named(self, gender: str) -> list[str]:
        """Return the people of one gender who can be an option of a question."""
        return [
            name
            for name, person in self._people.items()
            if person.gender == gender and not name.startswith("(")
        ]

    def relatives(self, name: str, relation: str) -> set[str]:
        """Return everyone who stands in a relation of RELATIONS to `name`.

        Raises IsoglossError for a name that is not in the tree.
        """
        reached = {self._person(name).name}
        for step in RELATIONS[relation]:
            reached = {other for person in reached for other in self._step(person, step)}
        return reached

    def _person(self, name: str) -> Person:
        if name not in self._people:
            raise IsoglossError(f"{name!r} is not in the family tree{nearest(name, self._people)}")
        return self._people[name]

    def _step(self, name: str, step: str) -> set[str]:
        person = self._people[name]
        if step in ("father", "mother"):
            reached = {getattr(person, step)}
        elif step in ("husband", "wife"):
            reached = {person.spouse}
        elif step in ("son", "daughter"):
            reached = {x.name for x in self._people.values() if name in (x.father, x.mother)}
        else:
            parents = {person.father, person.mother} - {""}
            reached = {x.name for x in self._people.values() if parents & {x.father, x.mother}} - {
                name
            }
        wanted = STEP_GENDER[step]
        return {x for x in reached if x and self._people[x].gender == wanted}


def read_family(path: Path) -> Family:
    """Read a tree from CSV with the columns FAMILY_COLUMNS.

    Raises IsoglossError where a person comes twice, has another gender than male or female, or
    names someone who has no row, is of the wrong gender as a parent, or is not married back.
    """
    people = [Person(*row) for row in read_rows(path, FAMILY_COLUMNS)]
    by_name = {person.name: person for person in people}
    if len(by_name) < len(people):
        names = [person.name for person in people]
        twice = next(name for name in names if names.count(name) > 1)
        raise IsoglossError(f"{path}: {twice!r} has two rows; delete one")
    for person in people:
        if person.gender not in ("male", "female"):
            raise IsoglossError(
                f"{path}: gender of {person.name!r} is {person.gender!r}; give male or female"
            )
        for role, gender in (("father", "male"), ("mother", "female"), ("spouse", None)):
            other = getattr(person, role)
            if other and other not in by_name:
                raise IsoglossError(
                    f"{path}: the {role} of {person.name!r}, {other!r}, has no row"
                    f"{nearest(other, by_name)}"
                )
            if other and gender not in (None, by_name[other].gender):
                raise IsoglossError(
                    f"{path}: the {role} of {person.name!r}, {other!r}, is not {gender}"
                )
        if person.spouse and by_name[person.spouse].spouse != person.name:
            raise IsoglossError(
                f"{path}: {person.name!r} is married to {person.spouse!r}, but not the other way"
            )
    return Family(people)


def read_rows(path: Path, columns: Sequence[str]) -> list[list[str]]:
    """Return the rows of a CSV file below its header, which must be `columns`."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise IsoglossError(f"{path}: cannot be read as CSV: {error}") from error
    if not rows or rows[0] != list(columns):
        raise IsoglossError(f"{path}: its header must be {','.join(columns)}")
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(columns):
            raise IsoglossError(
                f"{path}: row {number} has {len(row)} cells, expected {len(columns)}"
            )
    return rows[1:]
