"""A small project that has nearly all of the workflow: both studies, corpora, fine-tuning."""

import json
import subprocess
import sys
from typing import Any

from tests.workflow.project import SMALL, TARGET, Project

WHOLE: dict[str, Any] = {
    **SMALL,
    "xmrc": {**SMALL["xmrc"], "models": ["tiny-base", "tiny-mixed"]},
    "barrier": {
        **SMALL["barrier"],
        "evaluations": {
            "quiz": {
                "task": "quiz",
                "languages": ["en", "fr"],
                "scoring": ["text"],
                "models": ["tiny-base", "tiny-mixed"],
            },
        },
        "evaluate": ["quiz"],
        "embeddings": {
            "corpus": "demo-general",
            "texts": 8,
            "words": [10, 80],
            "p": [0.5],
            "models": ["tiny-base"],
        },
    },
    "finetunes": {
        "tiny-mixed": {
            "base": "tiny-base",
            "data": "text",
            "corpus": "demo-general",
            "mix": "words",
            "steps": 4,
            "batch_size": 4,
            "sequence_length": 64,
            "threads": 1,
        }
    },
}


def ask(project: Project, command: str, *options: str, target: str = TARGET) -> Any:
    """Return what `python -m isogloss.COMMAND --json` says in the project's folder."""
    call = [sys.executable, "-m", f"isogloss.{command}", "--json", *options]
    done = subprocess.run(
        [*call, "--configfile", "small.yaml", "--cores", "2", "--", *target.split()],
        cwd=project.folder,
        env=project.environment(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def jobs_to_run(project: Project) -> set[str]:
    """Return the jobs that would run: each as its rule and its wildcards' values."""
    jobs = ask(project, "why")
    names = [" ".join([job["rule"], *job["wildcards"].values()]) for job in jobs]
    assert len(set(names)) == len(names)
    return set(names)
