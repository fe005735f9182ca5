"""A table as it is printed: plain text in cells, which each writer escapes for its format."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One printed cell: its text, and lines in small print below it."""

    text: str
    small: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Rows that belong together; a rule sets them off from the rows above."""

    title: str  # empty: no row that names the group
    rows: Sequence[Sequence[Entry]]


@dataclass(frozen=True)
class Grid:
    """One table with its notes; without groups it consists of its notes alone."""

    name: str  # unique in the study, such as 7a
    title: str
    heads: Sequence[str]
    groups: Sequence[Group]
    notes: Sequence[str]
    left: int = 1  # leading columns that hold text and are aligned left
    wide: int | None = None  # column whose text runs over several lines


@dataclass(frozen=True)
class Document:
    """Everything that one table of the paper becomes."""

    name: str  # such as table07
    title: str
    caption: str
    grids: Sequence[Grid]
    notes: Sequence[str] = ()  # that hold for every grid
    lead: Sequence[str] = ()  # paragraphs before the grids
