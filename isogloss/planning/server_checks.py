"""Checks of models behind servers: keys in the environment, and models withdrawn since."""

import datetime
import os
from collections.abc import Iterator, Mapping

from isogloss.config.api_keys import asked_models, missing_keys
from isogloss.planning.estimate import Estimate
from isogloss.planning.finding import Finding, failure, ok, warning

OPENAI = "https://api.openai.com/v1"


def servers(
    plan: Estimate,
    environment: Mapping[str, str] = os.environ,
    today: datetime.date | None = None,
) -> Iterator[Finding]:
    """Look for the keys that jobs need, and at the day on which vendors withdraw their models."""
    settings, jobs = plan.run.settings, _jobs(plan)
    models = asked_models(settings, jobs)
    missing = missing_keys(settings, jobs, environment)
    for said in missing:
        variable, _, rest = said.partition(" ")
        words, _, remedy = rest.partition(": ")
        yield failure(variable, words, remedy)
    if models and not missing:
        yield ok("API keys", f"those of {', '.join(models)} are set, where they need one")
    now = (today or datetime.date.today()).isoformat()
    for model in models:
        retired = settings.models[model].retired
        if retired and retired <= now:
            yield warning(
                model,
                f"its vendor said that it would be withdrawn on {retired}",
                "what the response store has of it can be used; for new answers take another "
                "model, or a server that still has it (source.url)",
            )


def server_urls(plan: Estimate) -> list[str]:
    """Return the addresses of the servers that jobs would ask."""
    settings = plan.run.settings
    usual = os.environ.get("OPENAI_BASE_URL") or OPENAI
    models = asked_models(settings, _jobs(plan))
    return list(dict.fromkeys(settings.models[key].source.url or usual for key in models))


def _jobs(plan: Estimate) -> list[tuple[str, Mapping[str, str]]]:
    return [(cost.job.rule, cost.job.wildcards) for cost in plan.costs]
