"""Models behind a server: how they are asked, what jobs get, and what is checked beforehand."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field

from isogloss.config.base import Strict
from isogloss.config.models import Model
from isogloss.errors import IsoglossError

Positive = Annotated[int, Field(gt=0)]
ENGINE = "openai"


class Api(Strict):
    """How servers with OpenAI's interface are asked; answers do not depend on it."""

    requests: Positive = Field(8, description="requests at a time of a job; jobs follow each other")
    tries: Positive = Field(6, description="tries of a request, with longer and longer pauses")
    timeout: Positive = Field(120, description="seconds to wait for an answer")
    spending_limit: float | None = Field(
        None,
        gt=0,
        description="most that a job may spend, by the model's `price`, until it stops; null: none",
    )


def is_api(model: Model) -> bool:
    """Whether a model is asked at a server."""
    return model.engine == ENGINE


def api_options(key: str, model: Model) -> dict[str, Any]:
    """Return what an API model's answers depend on, besides prompts and decoding.

    Where its server is does not count: one that moved is asked nothing again. Another model of the
    same name elsewhere needs another key in the model table.
    """
    return {
        "key": key,
        "api": model.source.api,
        "chat": model.chats,
        "seed": model.source.seed,
    }


def api_places(api: Api, models: Mapping[str, Model]) -> dict[str, Any]:
    """Return what no answer depends on: where servers are, keys' variables, prices, limits."""
    return {
        **api.model_dump(),
        "models": {
            key: {
                "url": model.source.url,
                "key": model.source.key,
                "price": model.price and model.price.model_dump(include={"read", "written"}),
            }
            for key, model in models.items()
            if is_api(model)
        },
    }


def check_api(api: Api, models: Mapping[str, Model], used: Iterable[str]) -> None:
    """Raise IsoglossError where a limit cannot be kept because a price is not known."""
    if api.spending_limit is None:
        return
    for key in used:
        if is_api(models[key]) and models[key].price is None:
            raise IsoglossError(
                f"api.spending_limit: {key!r} has no `price` in the model table, so that what it "
                "costs cannot be counted; give it one, or set the limit to null"
            )
