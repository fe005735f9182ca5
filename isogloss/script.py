"""What every script of workflow/scripts does around its own work."""

import json
import logging
import sys
from collections.abc import Callable, Collection
from typing import Any

from isogloss.errors import IsoglossError, nearest


def run(main: Callable[[], None]) -> None:
    """Run `main`; an IsoglossError ends the process with exit code 1 and one line, no traceback."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    # Imported libraries say much at this level; what the reader needs comes from this package.
    for noisy in ("httpx", "httpcore", "urllib3", "filelock", "fontTools", "matplotlib"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    try:
        main()
    except IsoglossError as error:
        sys.exit(f"error: {error}")


def json_value(text: str) -> Any:
    """Parse an option's JSON value, as rules pass nested settings."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise IsoglossError(f"not JSON: {text!r} ({error})") from error


def json_fields(text: str, option: str, fields: Collection[str]) -> dict[str, Any]:
    """Parse an option's JSON object; raise IsoglossError for a missing or unknown key."""
    value = json_value(text)
    if not isinstance(value, dict):
        raise IsoglossError(f"{option}: {value!r} is not a JSON object")
    for key in value:
        if key not in fields:
            raise IsoglossError(f"{option}: unknown key {key!r}{nearest(key, fields)}")
    missing = [key for key in fields if key not in value]
    if missing:
        raise IsoglossError(f"{option}: add the missing keys {', '.join(missing)}")
    return value
