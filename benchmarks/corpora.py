"""Time and weigh a corpus of WikiText-103's size from file to mixed file, in chunks of 8 words.

    python benchmarks/corpora.py WIKITEXT-2/train.shuffled.txt --folder SCRATCH

The corpus is the file over and over, its words shuffled in every round while punctuation stays
where it is, rare words made new: sentences and chunks have their real lengths, and few come
twice. The memory is filled with made-up translations, so that nobody is asked; then the two jobs
run, each in a process of its own: the table of translations from the memory, and mixing.

About 12 million units: 8 GB in SCRATCH, which is emptied, and an hour on two busy cores.
`--documents` makes it smaller. CPU seconds stand beside the seconds that passed.
"""

import argparse
import multiprocessing
import resource
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from isogloss.corpora.documents import read_documents
from isogloss.corpora.mix_file import mix_file, needed_units
from isogloss.corpora.mixing import Mix
from isogloss.translation.corpus import translate_corpus
from isogloss.translation.lookup import TableLookup
from isogloss.translation.memory import Entry, Memory
from isogloss.translation.providers.protocol import Failure

DOCUMENTS = 1_165_029
MIX = Mix("words")
FIXED = frozenset(".,;!?")
RARE = 5  # words of the file that come less often are made new in every round
BATCH = 20_000


def say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)  # noqa: T201


class Silent:
    """A provider that must not be asked."""

    name, version, batch = "silent", "1", 1

    def check(self, source: str, target: str) -> None:
        """Take every language."""

    def fits(self, text: str) -> bool:
        """Take every text."""
        return True

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[str | Failure]:
        """Fail: all must be in the memory."""
        raise AssertionError(f"asked for {texts[0]!r}")


def make(source: Path, folder: Path, documents: int) -> None:
    """Write the corpus."""
    draw = np.random.default_rng(0)
    lines = [d.line.split() for d in read_documents(source)]
    words = np.array([word for line in lines for word in line], object)
    moved = np.flatnonzero([word not in FIXED for word in words])
    frequency = Counter(words)
    rare = np.flatnonzero([frequency[word] < RARE for word in words])
    made = 0
    with (folder / "corpus.txt").open("w", encoding="utf-8") as out:
        while made < documents:
            new = words.copy()
            new[rare] = [f"{word}{made}" for word in words[rare]]
            new[moved] = draw.permutation(new[moved])
            start = 0
            for line in lines:
                out.write(f" {' '.join(new[start : start + len(line)])} \n" if line else " \n")
                start += len(line)
                made += bool(line)
                if made == documents:
                    break


def fill(folder: Path) -> None:
    """Put a translation of every unit into the memory: the unit with its words turned round."""
    for language, units in needed_units(folder / "corpus.txt", MIX).items():
        memory = Memory(folder / "memory", Silent.name, "en", language)
        say(f"  {language}: {len(units)} units, {units.str.len_bytes().mean():.0f} bytes each")
        for start in range(0, len(units), BATCH):
            memory.append([_entry(text, language) for text in units[start : start + BATCH]])


def _entry(text: str, language: str) -> Entry:
    translation = f"{language} " + " ".join(reversed(text.split(" ")))
    return Entry(Silent.name, "en", language, text, translation, "translated", Silent.version)


def needed(folder: Path) -> None:
    """Find what the mix needs, as the job that translates does first."""
    needed_units(folder / "corpus.txt", MIX)


def translate(folder: Path) -> None:
    """Do what rule translate_corpus does where the memory has everything."""
    units = needed_units(folder / "corpus.txt", MIX)
    translate_corpus(units, Silent(), folder / "memory", folder / "translations.parquet")


def mix(folder: Path) -> None:
    """Do what rule mix_lines does."""
    lookup = TableLookup(folder / "translations.parquet")
    counts = mix_file(folder / "corpus.txt", folder / "mixed.txt", MIX, lookup.resolve)
    say(f"  {counts.documents} documents, {counts.units.total()} units, {counts.missing} missing")


def measured(name: str, work: object, *arguments: object) -> None:
    """Run a step in a process of its own and print its time, memory and what it wrote."""
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    start = time.perf_counter()
    process = context.Process(target=_child, args=(queue, work, arguments))
    process.start()
    cpu, peak = queue.get()
    process.join()
    passed = time.perf_counter() - start
    say(f"{name}: {passed:.0f} s ({cpu:.0f} CPU), peak {peak:.2f} GiB")


def _child(queue: object, work: object, arguments: tuple[object, ...]) -> None:
    work(*arguments)  # type: ignore[operator]
    usage = resource.getrusage(resource.RUSAGE_SELF)
    cpu = usage.ru_utime + usage.ru_stime
    queue.put((cpu, usage.ru_maxrss / 2**20))  # type: ignore[attr-defined]


def sizes(folder: Path) -> Iterator[str]:
    """Yield the size of each thing that was made."""
    for path in sorted(folder.iterdir()):
        files = path.rglob("*") if path.is_dir() else [path]
        yield f"{path.name} {sum(f.stat().st_size for f in files if f.is_file()) / 1e9:.2f} GB"


def main() -> None:
    """Make everything, run the jobs, empty the folder."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("wikitext", type=Path, help="a file of WikiText-2")
    parser.add_argument("--folder", type=Path, required=True, help="scratch folder, made anew")
    parser.add_argument("--documents", type=int, default=DOCUMENTS)
    args = parser.parse_args()
    args.folder.mkdir(parents=True)
    try:
        measured("making the corpus", make, args.wikitext, args.folder, args.documents)
        measured("finding what is needed", needed, args.folder)
        measured("filling the memory", fill, args.folder)
        measured("job translate_corpus, nothing to ask", translate, args.folder)
        measured("job mix_lines", mix, args.folder)
        say("; ".join(sizes(args.folder)))
    finally:
        shutil.rmtree(args.folder)


if __name__ == "__main__":
    main()
