"""Look into a translation memory, write it to a file that others read, or take one in."""

import argparse
import logging
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from isogloss.errors import IsoglossError
from isogloss.script import run
from isogloss.translation.export import read_parquet, read_tmx, write_parquet, write_tmx
from isogloss.translation.memory import FAILED, TRANSLATED, UNCHANGED, Entry, add, load_all

log = logging.getLogger(__name__)

EXAMPLES = """\
examples:
  python -m isogloss.translation report --memory results/memory
  python -m isogloss.translation export --memory results/memory --tmx memory.tmx --target de
  python -m isogloss.translation import --memory results/memory --tmx theirs.tmx --provider people
"""


def main() -> None:
    """Parse the command line and do what it says."""
    parser = argparse.ArgumentParser(
        prog="python -m isogloss.translation",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, does, text in (
        ("report", _report, "count the units of each provider and language, and why some failed"),
        ("export", _export, "write the memory as TMX 1.4 (translations) or Parquet (all of it)"),
        ("import", _import, "add units from such a file; what the memory has answered stays"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(does=does)
        command.add_argument(
            "--memory", type=Path, required=True, help="folder of the memory (translation.memory)"
        )
        if name == "report":
            command.add_argument(
                "--reasons", type=int, default=3, help="reasons of failure shown for each (3)"
            )
            continue
        file = command.add_mutually_exclusive_group(required=True)
        file.add_argument("--tmx", type=Path, help="TMX file, for translation programs")
        file.add_argument("--parquet", type=Path, help="Parquet file, with failures and reasons")
        if name == "import":
            command.add_argument("--source", default="en", help="language of the units (en)")
            command.add_argument(
                "--provider", help="name for units of a TMX file that do not say who translated"
            )
        else:
            command.add_argument("--provider", help="only what this one translated")
            command.add_argument("--target", nargs="+", help="only these languages")
    args = parser.parse_args()
    args.does(args)


def _entries(args: argparse.Namespace) -> Iterator[Entry]:
    if not args.memory.is_dir():
        raise IsoglossError(f"--memory: no folder {args.memory}; give that of translation.memory")
    yield from load_all(args.memory)


def _report(args: argparse.Namespace) -> None:
    statuses: dict[tuple[str, str, str], Counter[str]] = {}
    reasons: dict[tuple[str, str, str], Counter[str]] = {}
    for entry in _entries(args):
        pair = (entry.provider, entry.source, entry.target)
        statuses.setdefault(pair, Counter())[entry.status] += 1
        if entry.status == FAILED:
            reasons.setdefault(pair, Counter())[entry.reason or ""] += 1
    form = "{:<16} {:<9} {:>10} {:>11} {:>10} {:>8}"
    lines = [form.format("provider", "languages", "units", TRANSLATED, UNCHANGED, FAILED)]
    for pair, count in statuses.items():
        provider, source, target = pair
        numbers = (count.total(), count[TRANSLATED], count[UNCHANGED], count[FAILED])
        lines.append(form.format(provider, f"{source} {target}", *numbers))
        worst = reasons.get(pair, Counter()).most_common(args.reasons)
        lines += [f"    failed {number}: {reason}" for reason, number in worst]
    sys.stdout.write("\n".join(lines) + "\n")


def _export(args: argparse.Namespace) -> None:
    entries = (
        entry
        for entry in _entries(args)
        if (args.provider in (None, entry.provider))
        and (args.target is None or entry.target in args.target)
    )
    path = args.tmx or args.parquet
    count = write_tmx(entries, path) if args.tmx else write_parquet(entries, path)
    log.info("%s: %d units", path, count)


def _import(args: argparse.Namespace) -> None:
    if args.parquet and args.provider:
        raise IsoglossError("--provider: goes with --tmx; a Parquet file names its own providers")
    path = args.tmx or args.parquet
    entries = read_tmx(path, args.source, args.provider) if args.tmx else read_parquet(path)
    added, known = add(args.memory, entries)
    log.info("%s: %d units added, %d were known", args.memory, added, known)


if __name__ == "__main__":
    run(main)
