"""What the index says of a study besides its tables and figures."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Overview:
    """A study: its name in paths, its title and lead, a few numbers, what was run, how to read it.

    `run` and `guide` are Markdown with headings from level 2.
    """

    name: str
    title: str
    lead: str
    facts: Sequence[tuple[str, str]]
    run: str
    guide: str
