"""A copy of the project in a folder of its own, run by the real Snakemake."""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
PARTS = (
    "Snakefile",
    "rules",
    "workflow",
    "isogloss",
    "config",
    "envs",
    "profiles",
    "slurm",
    "resources",
)
SNAKEMAKE = Path(sys.executable).with_name("snakemake")

DEMO: dict[str, Any] = yaml.safe_load((ROOT / "config/demo.yaml").read_text())
SMALL: dict[str, Any] = {
    "bootstrap": {"samples": 50},
    "translation": DEMO["translation"],
    # Study barrier's evaluations have a small configuration of their own, in test_barrier.py.
    "barrier": {
        **DEMO["barrier"],
        # The lab has a test of its own.
        "corpora": {
            name: corpus
            for name, corpus in DEMO["barrier"]["corpora"].items()
            if not name.startswith("lab")
        },
        "mixed": [name for name in DEMO["barrier"]["mixed"] if not name.startswith("lab")],
        "mmlu": None,
        "quiz": {"languages": ["en", "fr"]},
        "evaluations": {},
        "evaluate": [],
        "embeddings": None,
    },
    "tiny": {
        "languages": ["en", "de", "th"],
        "vocabulary": 512,
        "layers": 2,
        "width": 64,
        "heads": 2,
        "sequence_length": 256,
        "base_steps": 8,
        "chat_steps": 4,
    },
    "generation": {"batch_size": 4},
    "xmrc": {
        "dataset": "xquad-demo",
        "languages": ["en", "de", "th"],
        "questions": 5,
        "shots": [0, 2],
        "templates": ["v1"],
        "models": ["tiny-base"],
        "controls": ["gold", "random"],
        "decoding": {"max_new_tokens": 8},
        "tables": {"sizes_family": "Tiny"},
    },
}
TARGET = "results/tables/all"


class Project:
    """The project's files in `folder`, with `config.yaml` beside them as its configuration."""

    def __init__(self, folder: Path, config: dict[str, Any] = SMALL):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for part in PARTS:
            source, target = ROOT / part, folder / part
            if source.is_symlink():
                target.symlink_to(source.readlink())
            elif source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(source, target)
        self.configure(config)

    def configure(self, config: dict[str, Any]) -> None:
        (self.folder / "small.yaml").write_text(yaml.safe_dump(config))

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace text that the file holds once."""
        path = self.folder / file
        text = path.read_text()
        assert text.count(old) == 1, f"{file} does not hold {old!r} once"
        path.write_text(text.replace(old, new))

    def copy(self, folder: Path) -> "Project":
        """Return a copy with results and Snakemake's memory, as a clone in another place."""
        shutil.copytree(self.folder, folder, symlinks=True)
        copied = object.__new__(type(self))
        copied.folder = folder
        return copied

    def command(self, *arguments: str, target: str = TARGET) -> list[str]:
        options = ["--configfile", "small.yaml", "--cores", "2", "--nocolor"]
        return [str(SNAKEMAKE), *options, *arguments, "--", *target.split()]

    def environment(self) -> dict[str, str]:
        # Called by its path, without activation: rules must find their own python all the same.
        kept = {k: v for k, v in os.environ.items() if k not in ("PATH", "PYTHONPATH")}
        mirror = os.environ.get("ISOGLOSS_MIRROR")
        if mirror:
            kept["ISOGLOSS_MIRROR"] = str(Path(mirror).resolve())
        return kept | {"PATH": "/usr/bin:/bin"}

    def run(
        self, *arguments: str, target: str = TARGET, check: bool = True
    ) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            self.command(*arguments, target=target),
            cwd=self.folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if check:
            assert done.returncode == 0, done.stdout[-6000:]
        return done

    def planned(self, target: str = TARGET) -> Counter[str]:
        """Return how many jobs of each rule would run; empty if there is nothing to be done."""
        output = self.run("--dry-run", "--quiet", "rules", target=target).stdout
        if "Nothing to be done" in output:
            return Counter()
        table = output.split("Job stats:")[-1] if "Job stats:" in output else output
        rows = re.findall(r"^(\w+) +(\d+)$", table, flags=re.MULTILINE)
        assert rows, output
        return Counter({rule: int(count) for rule, count in rows if rule != "total"})

    def log(self, name: str) -> str:
        return (self.folder / "results/logs" / name).read_text()

    def tables(self) -> dict[str, bytes]:
        """Return the bytes of every final file: tables, figures, index pages, predictions."""
        folders = ["results/tables/all", "results/xmrc/predictions"]
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for folder in folders
            for path in sorted((self.folder / folder).rglob("*"))
            if path.is_file()
        }


def changed(config: dict[str, Any], path: Sequence[str], value: Any) -> dict[str, Any]:
    """Return a copy of `config` with the value at `path` replaced."""
    head, *rest = path
    inner = changed(config.get(head, {}), rest, value) if rest else value
    return {**config, head: inner}
