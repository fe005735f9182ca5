"""The closed world of the lab: made-up families and spells, and all that is true of them.

World `known` is told in every language; world `new` is held back, and taught by fine-tuning. Both
are drawn by a seed. Of families, relations follow from the tree, so that no two facts contradict
each other.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from isogloss.corpora.draw import draw, shuffled
from isogloss.corpora.hp_facts import HOUSES, VALUES
from isogloss.corpora.hp_family import RELATIONS, Family, Person
from isogloss.lab.names import made_up_names
from isogloss.lab.words import OWN

# A family of the lab by role; surname by number, 0 the father's, 1 the mother's, 2 and 3 others.
# (role, gender, father, mother, spouse, surname)
_ROLES = (
    ("fathers_father", "male", "", "", "fathers_mother", 0),
    ("fathers_mother", "female", "", "", "fathers_father", 0),
    ("mothers_father", "male", "", "", "mothers_mother", 1),
    ("mothers_mother", "female", "", "", "mothers_father", 1),
    ("father", "male", "fathers_father", "fathers_mother", "mother", 0),
    ("fathers_sister", "female", "fathers_father", "fathers_mother", "", 0),
    ("mother", "female", "mothers_father", "mothers_mother", "father", 0),
    ("mothers_brother", "male", "mothers_father", "mothers_mother", "", 1),
    ("mothers_sister", "female", "mothers_father", "mothers_mother", "", 1),
    ("son", "male", "father", "mother", "sons_wife", 0),
    ("daughter", "female", "father", "mother", "", 0),
    ("sons_wife", "female", "", "", "son", 0),
)
SHARED = ("gender", "hair", "house")


@dataclass(frozen=True)
class LabFact:
    """One fact; `value` is a key of the wording, or a name. `world` is known or new."""

    world: str
    subject: str
    attribute: str
    value: str

    @property
    def id(self) -> str:
        """The question's identifier."""
        return f"{self.subject}/{self.attribute}"


@dataclass(frozen=True)
class World:
    """Facts of both worlds, and the values that options are drawn from, by world and attribute."""

    facts: Sequence[LabFact]
    values: Mapping[tuple[str, str], Sequence[str]]

    def of(self, world: str) -> list[LabFact]:
        """Return the facts of one world."""
        return [fact for fact in self.facts if fact.world == world]


def make_world(
    seed: int,
    *,
    known_families: int,
    new_families: int,
    spells: int,
    relations: int,
    own: Mapping[str, Sequence[str]],
    taken: Sequence[str],
) -> World:
    """Draw a world.

    known_families, new_families: of twelve people. spells: of world known. relations: facts of
    each kind of relation, at most; a relation that a person has twice is no fact. own: values of
    the attributes that the lab alone has (`words.OWN`). taken: words that no name may be. New
    people have the lab's own attributes; known ones also what the Harry Potter quiz asks for, so
    that its questions are understood when its facts are taught.
    """
    names = made_up_names(seed, taken)
    facts: list[LabFact] = []
    values: dict[tuple[str, str], Sequence[str]] = {}
    for world, families in (("known", known_families), ("new", new_families)):
        people = [person for _ in range(families) for person in _family(names)]
        for attribute in OWN:
            values[world, attribute] = own[attribute]
            facts += _drawn(seed, world, attribute, [p.name for p in people], own[attribute])
        if world == "new":
            continue
        tree = Family(people)
        for person in people:
            facts.append(LabFact(world, person.name, "gender", person.gender))
        for attribute, pool in (("hair", VALUES["hair"]), ("house", HOUSES)):
            facts += _drawn(seed, world, attribute, [p.name for p in people], pool)
        values[world, "gender"] = VALUES["gender"]
        values[world, "hair"], values[world, "house"] = VALUES["hair"], HOUSES
        made_spells = [" ".join(islice(names, 1 + (i % 2))) for i in range(spells)]
        facts += _drawn(seed, world, "kind", made_spells, VALUES["kind"])
        values[world, "kind"] = VALUES["kind"]
        for relation in RELATIONS:
            found = _relation_facts(tree, [p.name for p in people], relation)
            facts += sorted(found, key=lambda f: draw(seed, "relation", f.id))[:relations]
            values[world, relation] = _possible(tree, relation)
    return World(facts, values)


def _family(names: Iterator[str]) -> Iterator[Person]:
    surnames = list(islice(names, 2))
    name = {role: f"{next(names)} {surnames[number]}" for role, *_, number in _ROLES}
    get: Callable[[str], str] = lambda role: name.get(role, "")  # noqa: E731
    for role, gender, father, mother, spouse, _ in _ROLES:
        yield Person(name[role], gender, get(father), get(mother), get(spouse))


def _drawn(
    seed: int, world: str, attribute: str, subjects: Sequence[str], pool: Sequence[str]
) -> list[LabFact]:
    """Deal out the values in turn, over subjects in an order by seed: each about equally often."""
    order = shuffled(subjects, seed, "value", attribute)
    value = {subject: pool[place % len(pool)] for place, subject in enumerate(order)}
    return [LabFact(world, subject, attribute, value[subject]) for subject in subjects]


def _relation_facts(tree: Family, people: Sequence[str], relation: str) -> Iterator[LabFact]:
    for person in people:
        relatives = tree.relatives(person, relation)
        if len(relatives) == 1:
            yield LabFact("known", person, relation, *relatives)


def _possible(tree: Family, relation: str) -> Sequence[str]:
    last = RELATIONS[relation][-1]
    return tree.named("male" if last in ("father", "husband", "son", "brother") else "female")
