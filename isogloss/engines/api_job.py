"""What the jobs share that have a server answer: its place, their options, what replies say."""

import argparse
import json
import logging
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from isogloss.engines.job import basic_parser
from isogloss.engines.openai_engine import VERSION, OpenAIEngine, Server
from isogloss.engines.protocol import Decoding
from isogloss.engines.respond import respond_and_tell, response_store
from isogloss.engines.spending import Spending
from isogloss.errors import IsoglossError
from isogloss.retry import Retry
from isogloss.script import json_value

log = logging.getLogger(__name__)

# JSON object of what no answer depends on (see config.api): no parameter of a job, so that a
# server that moved runs nothing again.
PLACES_VARIABLE = "ISOGLOSS_API"


def api_parser(description: str | None) -> argparse.ArgumentParser:
    """Return a parser with the options of every such job."""
    parser = basic_parser(description)
    parser.add_argument("--replies", type=Path, required=True, help="what replies say, as JSON")
    return parser


class ApiJob:
    """The answers of one model behind a server, to one table of prompts after the other.

    options: those of `config.api.api_options`, and too_long. store: folder of the response store.
    """

    def __init__(self, options: Mapping[str, Any], store: Path):
        self._options = options
        self._identity = api_identity(options)
        self._store = response_store(store, self._identity)
        self._engine: OpenAIEngine | None = None
        self._records: list[dict[str, Any]] = []

    def respond(self, prompts: pl.DataFrame, decoding: Decoding) -> pl.DataFrame:
        """Return RESPONSES; see `engines.respond`. What was spent is logged, come what may."""
        try:
            responses, records = respond_and_tell(
                prompts, decoding, self._load, self._store, self._identity
            )
        finally:
            if self._engine is not None:
                log.info("%s", self._engine.spending)
        self._records += records
        return responses

    def write_replies(self, path: Path) -> None:
        """Write what the replies to all prompts say of the model; see `told`."""
        content = told(self._options["api"], self._records)
        log.info("replies: %s", json.dumps(content))
        path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")

    def _load(self) -> OpenAIEngine:
        if self._engine is None:
            self._engine = api_engine(self._options)
        return self._engine


def api_identity(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return all that answers depend on besides prompt and decoding, as far as it can be known."""
    return {"engine": VERSION, **{name: options[name] for name in ("key", "api", "chat", "seed")}}


def api_engine(options: Mapping[str, Any]) -> OpenAIEngine:
    """Return the engine of a model, at the place that the environment names."""
    places = json_value(os.environ.get(PLACES_VARIABLE, "{}"))
    place = places.get("models", {}).get(options["key"])
    if place is None:
        raise IsoglossError(
            f"{PLACES_VARIABLE} does not say where {options['key']!r} is asked; run the job by "
            "Snakemake, which sets it"
        )
    prices = place["price"] or {"read": None, "written": None}
    return OpenAIEngine(
        Server(options["api"], options["chat"], place["url"], place["key"], options["seed"]),
        requests=places["requests"],
        retry=Retry(tries=places["tries"], read_timeout=places["timeout"]),
        too_long=options["too_long"],
        spending=Spending(prices["read"], prices["written"], places["spending_limit"]),
    )


def told(api: str, records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what the replies to all distinct prompts say: who answered, why they end, tokens.

    The names of models are those that the server states; nothing pins the weights behind them.
    Answers that are withheld or refused are logged, too.
    """
    about = [record.get("about") or {} for record in records]
    finish = Counter(record["finish"] for record in records)
    for reason in sorted(finish.keys() - {"stop", "length"}):
        log.warning("%d of %d prompts ended by %r", finish[reason], len(records), reason)
    return {
        "asked for": api,
        "served": _counts(one.get("served") for one in about),
        "fingerprints": _counts(one.get("fingerprint") for one in about),
        "finish": dict(sorted(finish.items())),
        "answers": len(records),
        "tokens read": sum(one.get("read") or 0 for one in about),
        "tokens written": sum(one.get("written") or 0 for one in about),
    }


def _counts(values: Any) -> dict[str, int]:
    return dict(sorted(Counter(str(value) for value in values if value).items()))
