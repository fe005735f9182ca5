"""Say in words what changed between the parameters of a job's last run and today's.

Snakemake remembers the values of parameters, not their names. A value that is new has a name; the
old value that it replaces is the one most like it: JSON with the most keys in common, else text.
"""

import ast
import difflib
import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any

SHOWN = 60


def parameter_changes(
    old: Collection[str], new: Collection[str], now: dict[str, str]
) -> list[tuple[str, str]]:
    """Return (name, what changed) of each parameter that differs.

    old, new: the reprs of values that only the last run, or only today's, has. now: name -> repr
    of all of today's values.
    """
    left = sorted(old)
    found: list[tuple[str, str]] = []
    for name, value in now.items():
        if value not in new:
            continue
        before = max(left, key=lambda one: _likeness(one, value), default=None)
        if before is None:
            found.append((name, f"new parameter {name}: {short(_value(value))}"))
            continue
        left.remove(before)
        differences = list(_differences(_decoded(before), _decoded(value), name))
        found.extend((name, text) for text in differences)
    found.extend(("", f"parameter left out: {short(_value(value))}") for value in left)
    return found


def set_changes(before: Sequence[str], now: Sequence[str]) -> list[str]:
    """Return what was added to and taken from a list of input files, in words."""
    added, removed = sorted(set(now) - set(before)), sorted(set(before) - set(now))
    parts = [(added, "more input: "), (removed, "less input: ")]
    return [text + _few(files) for files, text in parts if files]


def short(value: Any) -> str:
    """Return a value as text, cut off where it is long."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN else text[: SHOWN - 3] + "..."


def _few(files: Sequence[str], most: int = 3) -> str:
    more = f" and {len(files) - most} more" if len(files) > most else ""
    return ", ".join(files[:most]) + more


def _value(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _decoded(text: str) -> Any:
    value = _value(text)
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _likeness(old: str, new: str) -> float:
    before, after = _decoded(old), _decoded(new)
    if isinstance(before, dict) and isinstance(after, dict):
        return 1 + len(before.keys() & after.keys()) / max(1, len(before.keys() | after.keys()))
    if type(before) is not type(after):
        return -1.0
    return difflib.SequenceMatcher(None, old[:400], new[:400], autojunk=False).ratio()


def _differences(old: Any, new: Any, path: str) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*old, *new]):
            inner = f"{path}.{key}"
            if key not in new:
                yield f"{inner} left out (was {short(old[key])})"
            elif key not in old:
                yield f"new {inner}: {short(new[key])}"
            elif old[key] != new[key]:
                yield from _differences(old[key], new[key], inner)
    elif _plain(old) and _plain(new):
        added = [value for value in new if value not in old]
        removed = [value for value in old if value not in new]
        if added:
            yield f"{path} has more: {short(', '.join(map(str, added)))}"
        if removed:
            yield f"{path} has no longer: {short(', '.join(map(str, removed)))}"
        if not added and not removed:
            yield f"{path} in another order"
    else:
        yield f"{path} from {short(old)} to {short(new)}"


def _plain(value: Any) -> bool:
    return isinstance(value, list) and not any(isinstance(item, dict | list) for item in value)
