"""The provider that a job was told to use, made from the options that rules pass."""

import argparse
import os
from pathlib import Path

from isogloss.script import json_value
from isogloss.translation.providers.build import make_provider
from isogloss.translation.providers.protocol import Provider

# JSON object of options that no translation depends on, such as where a server is: no parameter of
# a job, so that a server that moved runs nothing again.
PLACES_VARIABLE = "ISOGLOSS_PROVIDER"


def add_provider_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of every script that has something translated."""
    parser.add_argument("--provider", required=True, help="who translates")
    parser.add_argument(
        "--provider-options", type=json_value, default={}, help="its section of the configuration"
    )
    parser.add_argument("--memory", type=Path, required=True, help="folder of all answers")
    parser.add_argument("--requests", type=int, default=4, help="requests at a time")
    parser.add_argument("--on-failure", choices=("stop", "leave-out"), default="stop")


def load_provider(args: argparse.Namespace) -> Provider:
    """Return the provider that the options and the environment describe."""
    places = json_value(os.environ.get(PLACES_VARIABLE, "{}"))
    return make_provider(args.provider, args.provider_options | places)
