"""Declared tables: every Parquet file between two stages names its columns, types and units once.

A stage's module declares its table as a module constant (`ITEMS = Frame(...)`), and all reading
and writing goes through it, so that a wrong column fails at the stage that made it.
"""

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from isogloss.errors import IsoglossError

# Rows of a large table that are held at a time.
ROWS = 100_000


@dataclass(frozen=True)
class Column:
    """One column: its polars dtype, what it holds (with its unit), and whether it may be null."""

    dtype: pl.DataType | type[pl.DataType]
    meaning: str
    nullable: bool = False


@dataclass(frozen=True)
class Frame:
    """A table's contract. `key` columns identify a row, and rows are stored in the given order."""

    name: str
    columns: Mapping[str, Column]
    key: Sequence[str]

    def check(self, frame: pl.DataFrame, path: Path | str = "(in memory)") -> pl.DataFrame:
        """Return `frame` with columns in declared order; raise IsoglossError where it differs."""
        frame = self._typed(frame, path)
        if frame.select(self.key).is_duplicated().any():
            twice = frame.filter(frame.select(self.key).is_duplicated()).select(self.key).row(0)
            raise IsoglossError(f"{path}: two rows of {self.name} have the same key {twice}")
        return frame

    def _typed(self, frame: pl.DataFrame, path: Path | str) -> pl.DataFrame:
        missing = [name for name in self.columns if name not in frame.columns]
        extra = [name for name in frame.columns if name not in self.columns]
        if missing or extra:
            raise IsoglossError(
                f"{path}: not a table of {self.name}: missing columns {missing}, unknown {extra}"
            )
        frame = frame.select(list(self.columns))
        for name, column in self.columns.items():
            if frame.schema[name] != column.dtype:
                raise IsoglossError(
                    f"{path}: column {name!r} of {self.name} has type {frame.schema[name]}, "
                    f"expected {column.dtype}"
                )
            if not column.nullable and frame[name].null_count():
                raise IsoglossError(
                    f"{path}: column {name!r} of {self.name} has "
                    f"{frame[name].null_count()} empty values, none are allowed"
                )
        return frame

    def write(self, frame: pl.DataFrame, path: Path | str) -> None:
        """Check and write Parquet, whole or not at all; the same rows give the same bytes."""
        path = Path(path)
        frame = self.check(frame, path)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(path.name + ".part")
        frame.write_parquet(temporary, compression="zstd", statistics=False)
        temporary.replace(path)

    def read(self, path: Path | str) -> pl.DataFrame:
        """Read and check Parquet written by `write`."""
        try:
            frame = pl.read_parquet(path)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise IsoglossError(
                f"{path}: cannot be read as a table of {self.name}: {error}"
            ) from error
        return self.check(frame, path)

    def write_stream(self, frames: Iterable[pl.DataFrame], path: Path | str) -> None:
        """Write a table that comes in parts, one held at a time, in ascending order of its key.

        The order is how a key that comes twice is found. As `write` otherwise.
        """
        path = Path(path)
        parts = path.with_name(path.name + ".parts")
        shutil.rmtree(parts, ignore_errors=True)
        parts.mkdir(parents=True)
        temporary = path.with_name(path.name + ".part")
        written: list[pl.LazyFrame] = [self.empty().lazy()]
        last: tuple[Any, ...] | None = None
        try:
            for number, frame in enumerate(frame for frame in frames if len(frame)):
                frame = self.check(frame, path)
                keys = frame.select(self.key)
                if not keys.equals(keys.sort(self.key)) or (last and keys.row(0) <= last):
                    raise IsoglossError(f"{path}: the rows of {self.name} are not in order of key")
                last = keys.row(-1)
                part = parts / f"{number}.parquet"
                frame.write_parquet(part, compression="zstd", statistics=False)
                written.append(pl.scan_parquet(part))
            pl.concat(written).sink_parquet(
                temporary, compression="zstd", statistics=False, row_group_size=ROWS
            )
        finally:
            shutil.rmtree(parts)
        temporary.replace(path)

    def stream(self, path: Path | str) -> Iterator[pl.DataFrame]:
        """Yield the rows of a table some at a time; that no key comes twice is not checked."""
        try:
            rows = pl.scan_parquet(path)
            for start in range(0, rows.select(pl.len()).collect().item(), ROWS):
                yield self._typed(rows.slice(start, ROWS).collect(), path)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise IsoglossError(
                f"{path}: cannot be read as a table of {self.name}: {error}"
            ) from error

    def empty(self) -> pl.DataFrame:
        """Return the table without rows."""
        return pl.DataFrame(schema={name: column.dtype for name, column in self.columns.items()})
