"""Ask an engine for what the response store lacks, so that a killed job goes on where it was."""

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from isogloss.progress import progress
from isogloss.store import Store

log = logging.getLogger(__name__)


def complete(
    keys: Sequence[str],
    ask: Callable[[Sequence[bool]], Iterator[list[tuple[int, Any]]]],
    store: Store,
    task: str,
) -> dict[str, Any]:
    """Return key -> record for all keys, from the store where it can, from `ask` where not.

    ask: given which keys are missing, yields batches of (index of the key, record); it is not
    called if none is, so that no model is loaded for nothing. Each batch is in the store before
    the next is begun. task: what is done, for the log.
    """
    records = store.load()
    missing = [key not in records for key in keys]
    log.info(
        "%d distinct prompts: %d answers in the store, %d to %s",
        len(keys),
        len(keys) - sum(missing),
        sum(missing),
        task,
    )
    if any(missing):
        with progress(sum(missing), task, "prompt") as bar:
            for batch in ask(missing):
                made = [(keys[index], record) for index, record in batch]
                store.append(made)
                records.update(made)
                bar.update(len(made))
    return records
