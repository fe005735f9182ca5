"""Jobs that a run left in Slurm's queue when it was killed: the next run makes their files itself.

While they ran on, two jobs would write the same files and hold GPUs for the same answers; what they
have answered or trained so far is kept, and the new jobs go on from there.
"""

import getpass
import logging
import shutil
import subprocess
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

log = logging.getLogger(__name__)

# Slurm gives a job half a minute to end (KillWait of slurm.conf), and more under load.
PATIENCE_SECONDS = 120


def comment(rule: str, wildcards: Sequence[str]) -> str:
    """Return what snakemake-executor-plugin-slurm has Slurm note of a job."""
    values = "_".join(wildcards).replace("/", "_")
    return f"rule_{rule}_wildcards_{values}" if values else f"rule_{rule}"


def cancel_left_over(folder: Path, comments: Iterable[str]) -> list[str]:
    """Cancel this user's jobs that were submitted in `folder` and are noted as one of `comments`.

    Returns the ids of those jobs, once they have ended. Without Slurm there are none. A job of
    another run that is still alive is not among them: Snakemake's lock keeps two runs from making
    the same files.
    """
    if not shutil.which("squeue"):
        return []
    wanted = set(comments)
    found = [
        number
        for number, place, note in _queue()
        if note in wanted and Path(place).resolve() == folder.resolve()
    ]
    if found:
        subprocess.run(["scancel", *found], check=False)
        end = time.monotonic() + PATIENCE_SECONDS
        while left := {number for number, _, _ in _queue()} & set(found):
            if time.monotonic() > end:
                log.warning("Slurm has not ended these jobs yet: %s", ", ".join(sorted(left)))
                break
            time.sleep(1)
    return found


def _queue() -> list[tuple[str, str, str]]:
    """Return id, working folder and comment of each of this user's jobs that has not ended."""
    command = ["squeue", "--noheader", f"--user={getpass.getuser()}", "--format=%A|%Z|%k"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        # Programs of Slurm on a machine that is in no cluster: no jobs to look for either.
        log.info("Jobs of earlier runs were not looked for: %s", done.stderr.strip())
        return []
    rows = [line.split("|", 2) for line in done.stdout.splitlines()]
    return [(number, place, note) for number, place, note in rows]
