"""What a check of the doctor found, and how it is said."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warning", "failure"]


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, how it is, and, unless all is well, what to do."""

    level: Level
    what: str
    said: str
    remedy: str = ""

    def text(self) -> str:
        """Return the line, and the remedy on one of its own."""
        line = f"{self.level:8} {self.what}: {self.said}"
        return line if not self.remedy else f"{line}\n{'':8} -> {self.remedy}"


def ok(what: str, said: str) -> Finding:
    """Return that all is well."""
    return Finding("ok", what, said)


def warning(what: str, said: str, remedy: str) -> Finding:
    """Return what may be well enough, or could not be seen from here."""
    return Finding("warning", what, said, remedy)


def failure(what: str, said: str, remedy: str) -> Finding:
    """Return what would stop the run."""
    return Finding("failure", what, said, remedy)


def output_of(command: Sequence[str], seconds: float = 60) -> tuple[int, str]:
    """Return exit code and output of a program; 127 where there is none, 124 where it hangs."""
    try:
        done = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except FileNotFoundError:
        return 127, f"{command[0]}: no such program"
    except (OSError, subprocess.TimeoutExpired) as error:
        return 124, " ".join(str(error).split())
    return done.returncode, done.stdout.strip()
