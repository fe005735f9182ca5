"""The provider that a job was told to use, made from its options."""

import argparse
import os
from collections.abc import Callable
from pathlib import Path

from isogloss.errors import IsoglossError, nearest
from isogloss.retry import Retry
from isogloss.translation.providers.protocol import Provider

# Where the server is; no parameter of a job, as a server that moved gives the same answers.
SERVER_VARIABLE = "ISOGLOSS_LIBRETRANSLATE"


def add_provider_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of every script that has something translated."""
    parser.add_argument("--provider", required=True, help="who translates")
    parser.add_argument("--memory", type=Path, required=True, help="folder of all answers")
    parser.add_argument("--requests", type=int, default=4, help="requests at a time")
    parser.add_argument("--on-failure", choices=("stop", "leave-out"), default="stop")
    parser.add_argument("--glossary", type=Path, help="table of words, for the provider glossary")


def load_provider(args: argparse.Namespace, retry: Retry | None = None) -> Provider:
    """Return the provider that the options name; raise IsoglossError for an unknown one."""
    makers: dict[str, Callable[[], Provider]] = {
        "google": lambda: _google(retry),
        "libretranslate": lambda: _libretranslate(retry),
    }
    if args.provider not in makers:
        raise IsoglossError(
            f"--provider: {args.provider!r} is not known here{nearest(args.provider, makers)}"
        )
    return makers[args.provider]()


def _google(retry: Retry | None) -> Provider:
    from isogloss.translation.providers.google import GoogleProvider

    return GoogleProvider(retry)


def _libretranslate(retry: Retry | None) -> Provider:
    from isogloss.translation.providers.libretranslate import LibreTranslateProvider

    url = os.environ.get(SERVER_VARIABLE)
    if not url:
        raise IsoglossError(
            f"provider libretranslate: the environment variable {SERVER_VARIABLE} does not name a "
            "server; the workflow sets it from translation.libretranslate.url"
        )
    return LibreTranslateProvider(url, retry)
