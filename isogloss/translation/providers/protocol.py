"""What every provider of translations offers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True)
class Failure:
    """Why a text has no translation, where asking again would not help."""

    reason: str


class Provider(Protocol):
    """Translates from one language to another; safe to call from several threads.

    name: under which the memory keeps its answers; a provider with several models has one name
    for each. version: of the service or model, recorded with each answer. batch: how many texts
    it takes in one request.
    """

    name: str
    version: str
    batch: int

    def check(self, source: str, target: str) -> None:
        """Raise IsoglossError if it does not translate from `source` to `target` (ISO 639-1)."""
        ...

    def fits(self, text: str) -> bool:
        """Whether `text` is short enough for one request; so is then every part of it."""
        ...

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[str | Failure]:
        """Make one request: return the translation of each text, or why there is none.

        Raises isogloss.retry.Interrupted where another try may help, and IsoglossError where no
        request can succeed, as with a wrong key.
        """
        ...


@runtime_checkable
class Remarking(Protocol):
    """A provider that has something to say of its translations besides what the memory holds."""

    def remarks(self) -> list[str]:
        """Return it in lines for the log, of all translations made so far."""
        ...
