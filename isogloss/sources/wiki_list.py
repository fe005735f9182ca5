"""The list of a wiki's pages that a data set has, each pinned to a revision."""

from pathlib import Path

import yaml
from pydantic import Field, ValidationError, field_validator

from isogloss.errors import IsoglossError
from isogloss.sources.entries import Sha256, Strict, Text


class Page(Strict):
    """A page by title. `revision` and `sha256`, of its text in UTF-8, pin it."""

    title: Text
    revision: int | None = Field(gt=0)
    sha256: Sha256 | None

    @property
    def pinned(self) -> bool:
        """Whether revision and content are known."""
        return self.revision is not None and self.sha256 is not None


class _Pages(Strict):
    pages: list[Page] = Field(min_length=1)

    @field_validator("pages")
    @classmethod
    def _each_once(cls, pages: list[Page]) -> list[Page]:
        titles = [page.title for page in pages]
        for title in titles:
            if titles.count(title) > 1:
                raise ValueError(f"the title {title!r} is there twice; delete one of the two")
        return pages


def read_pages(path: Path) -> list[Page]:
    """Read a list of pages; IsoglossError where it is none, or a title is there twice."""
    try:
        return _Pages.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))).pages
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise IsoglossError(f"{path}: the list of pages cannot be read: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise IsoglossError(f"{path}: {key}: {first['msg']} (got {first['input']!r})") from error
