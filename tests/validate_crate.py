"""Validate an RO-Crate with rocrate-validator, without network: `validate_crate.py CRATE.zip`.

Runs in the validator's environment, .venv-crate. Prints one JSON object: how many checks ran at
each severity, and the identifier and message of what failed.
"""

import argparse
import importlib.resources
import io
import json
import tempfile
from pathlib import Path

import requests_cache
import urllib3
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from rocrate_validator import models, services

# The most demanding profile; it inherits from Workflow RO-Crate, Process and Workflow Run Crate.
PROFILE = "provenance-run-crate"
CONTEXT = "https://w3id.org/ro/crate/1.1/context"


class Shipped(HTTPAdapter):
    """Answers every request with the context that ships with the library rocrate."""

    def send(self, request: PreparedRequest, *args: object, **kwargs: object) -> Response:
        content = (importlib.resources.files("rocrate") / "data/ro-crate.jsonld").read_bytes()
        raw = urllib3.HTTPResponse(
            io.BytesIO(content),
            {"Content-Type": "application/ld+json"},
            200,
            preload_content=False,
            request_url=request.url,
        )
        return self.build_response(request, raw)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("crate", type=Path)
    parser.add_argument("--severity", choices=["REQUIRED", "RECOMMENDED"], default="REQUIRED")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        cache = f"{folder}/cache"
        with requests_cache.CachedSession(cache, backend="sqlite", expire_after=-1) as session:
            session.mount(CONTEXT, Shipped())
            session.get(CONTEXT).raise_for_status()
        result = services.validate(
            models.ValidationSettings(
                rocrate_uri=str(args.crate),
                profile_identifier=PROFILE,
                requirement_severity=models.Severity[args.severity],
                offline=True,
                cache_path=cache,
            )
        )
    failed = sorted({(issue.check.identifier, issue.message) for issue in result.get_issues()})
    ran = len(result.executed_checks)
    print(json.dumps({"profile": PROFILE, "checks": ran, "failed": failed}, indent=1))
    raise SystemExit(0 if result.passed() else 1)


main()
