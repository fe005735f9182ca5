"""Time the provider apertium on real text, and beside Apertium's own command.

    python benchmarks/apertium.py WIKITEXT-2/train.shuffled.txt

Distinct sentences and 8-word chunks of the file, from English to Spanish, French and Italian, by 1
and 2 requests at a time, through the driver and into an empty memory; then again, which must ask
for nothing. The peer is the command `apertium` on all the units as lines, in one process, which
loads its data once. CPU seconds are those of all programs.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from isogloss.corpora.units import split
from isogloss.translation.providers.apertium import ApertiumProvider
from isogloss.translation.translate import translate

MODES = {"es": ["eng-spa"], "fr": ["eng-spa", "es-fr"], "it": ["eng-spa", "spa-ita"]}


def units(path: Path, kind: str, count: int) -> list[str]:
    """Return the first distinct units of a kind."""
    with path.open(encoding="utf-8", newline="\n") as lines:
        found = dict.fromkeys(
            piece.text for line in lines for piece in split(line, kind) if piece.unit
        )
    return list(islice(found, count))


def cpu() -> float:
    """Return the CPU seconds so far, of this process and of programs that have ended."""
    return sum(
        getrusage(who).ru_utime + getrusage(who).ru_stime for who in (RUSAGE_SELF, RUSAGE_CHILDREN)
    )


def ours(texts: list[str], target: str, jobs: int) -> str:
    """Translate, and say how fast."""
    provider = ApertiumProvider()
    with tempfile.TemporaryDirectory() as folder:
        start, start_cpu = time.perf_counter(), cpu()
        made = translate(
            texts, provider, "en", target, Path(folder), jobs=jobs, on_failure="leave-out"
        )
        passed = time.perf_counter() - start
        provider.close()
        used = cpu() - start_cpu
        again = translate(
            texts, provider, "en", target, Path(folder), jobs=jobs, on_failure="leave-out"
        )
        asked = made.count("failed") and f", asked again {again.requests} times for failed ones"
    counts = provider.counts[MODES[target][0]]
    share = counts["unknown"] / counts["words"]
    return (
        f"{jobs} at a time: {len(texts) / passed:6.0f} units/s, {used:5.1f} CPU s; "
        f"{made.count('failed')} failed, {made.count('unchanged')} unchanged, "
        f"{share:.1%} of English words unknown; again: {again.requests} requests{asked or ''}"
    )


def peer(texts: list[str], target: str) -> str:
    """Translate all lines in one process for each step, and say how fast."""
    start, start_cpu = time.perf_counter(), cpu()
    text = "\n".join(texts) + "\n"
    for mode in MODES[target]:
        command = ["apertium", "-u", "-f", "line", mode]
        text = subprocess.run(
            command, input=text, capture_output=True, text=True, check=True
        ).stdout
    passed = time.perf_counter() - start
    return f"apertium -f line: {len(texts) / passed:4.0f} units/s, {cpu() - start_cpu:5.1f} CPU s"


def main() -> None:
    """Print a line for each measurement."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("corpus", type=Path, help="English text with a document on each line")
    parser.add_argument("--units", type=int, default=5000, help="units of each kind")
    args = parser.parse_args()
    for kind in ("sentence", "words"):
        texts = units(args.corpus, kind, args.units)
        for target in MODES:
            for line in (peer(texts, target), *(ours(texts, target, jobs) for jobs in (1, 2))):
                print(f"{kind:8} en-{target}  {line}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
