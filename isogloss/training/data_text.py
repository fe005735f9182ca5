"""Training data `text`: a corpus with one document per line, for language modelling."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from isogloss.errors import IsoglossError
from isogloss.training.packing import Encoded

T = TypeVar("T")

BATCH = 1000  # documents that the tokenizer gets at once: it works on all cores


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (number from 1, text) of each line that is not blank, without its line end.

    Only a line feed ends a line. Raises IsoglossError where the file is missing or not UTF-8.
    """
    try:
        with path.open(encoding="utf-8", newline="\n") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield number, line.removesuffix("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise IsoglossError(f"{path}: cannot be read as UTF-8 text: {error}") from error


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield lists of `size` items, the last one shorter."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def end_token(tokenizer: Any) -> int:
    """Return the id of the token that ends a document."""
    if tokenizer.eos_token_id is None:
        raise IsoglossError(
            f"{tokenizer.name_or_path}: the tokenizer has no end-of-sequence token, which stands "
            "between documents; set one in its tokenizer_config.json"
        )
    return int(tokenizer.eos_token_id)


def encode_text(paths: Sequence[Path], tokenizer: Any) -> Iterator[Encoded]:
    """Yield the documents of all files in order, blank lines left out.

    A document is its line with the tokens that the tokenizer itself puts around a text (such as a
    begin token), and the end token. All of it is learned.
    """
    end = end_token(tokenizer)
    lines = (line for path in paths for _, line in numbered_lines(path))
    for batch in batched(lines, BATCH):
        for ids in tokenizer(batch, return_attention_mask=False, verbose=False)["input_ids"]:
            yield Encoded(ids if ids[-1] == end else [*ids, end])
