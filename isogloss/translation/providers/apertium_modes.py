"""Which Debian packages and programs translate between which languages, by Apertium's mode files.

A mode file is a pipeline for the shell; $1 and $2 stand for options of the generator and tagger.
"""

import hashlib
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from isogloss.errors import IsoglossError

FOLDER = "/usr/share/apertium"
# Written with marks, which are counted and taken away; without them its errors look like words.
_GENERATOR_OPTION = "-g"
# Programs that answer unit by unit with -z, by the package that has them.
_PROGRAMS = {
    "lt-proc": "lttoolbox",
    "lrx-proc": "apertium-lex-tools",
    "cg-proc": "cg3",
    "apertium-tagger": "apertium",
    "apertium-pretransfer": "apertium",
    "apertium-transfer": "apertium",
    "apertium-interchunk": "apertium",
    "apertium-postchunk": "apertium",
}


class Step(NamedTuple):
    """A translation without a detour: its mode and the Debian package that has it."""

    mode: str
    package: str


# Apertium has no pair of English with French or Italian; Spanish is the way (there is one of
# Catalan, too). Debian has no pair with German.
STEPS = {
    ("en", "es"): Step("eng-spa", "apertium-eng-spa"),
    ("es", "en"): Step("spa-eng", "apertium-eng-spa"),
    ("es", "fr"): Step("es-fr", "apertium-fr-es"),
    ("fr", "es"): Step("fr-es", "apertium-fr-es"),
    ("es", "it"): Step("spa-ita", "apertium-spa-ita"),
    ("it", "es"): Step("ita-spa", "apertium-spa-ita"),
}
BETWEEN = "es"
LANGUAGES = sorted({language for pair in STEPS for language in pair})


def route(source: str, target: str) -> list[Step]:
    """Return the steps from `source` to `target` (ISO 639-1), or raise IsoglossError."""
    pairs = [(source, target)]
    if BETWEEN not in pairs[0]:
        pairs = [(source, BETWEEN), (BETWEEN, target)]
    if source == target or any(pair not in STEPS for pair in pairs):
        raise IsoglossError(
            f"provider apertium: does not translate from {source!r} to {target!r}, only between "
            f"{', '.join(LANGUAGES)}; take the language out, or take another provider"
        )
    return [STEPS[pair] for pair in pairs]


def commands(step: Step, folder: Path) -> list[list[str]]:
    """Return the programs of a step with their arguments, each to answer unit by unit.

    Raises IsoglossError that names the package to install where the mode, a program or its data
    is missing, and for modes of another form.
    """
    path = folder / "modes" / f"{step.mode}.mode"
    if not path.is_file():
        raise _missing(path, step.package)
    lexer = shlex.shlex(path.read_text(encoding="utf-8"), posix=True, punctuation_chars="|;&<>()")
    lexer.whitespace_split = True
    parts: list[list[str]] = [[]]
    for token in lexer:
        if token == "|":
            parts.append([])
        else:
            parts[-1].append(token)
    made = []
    for program, *arguments in parts:
        if program not in _PROGRAMS or set("".join(arguments)) & set("|;&<>()"):
            raise IsoglossError(
                f"{path}: {program} {' '.join(arguments)}: not known to answer unit by unit; take "
                "Debian's package of this mode"
            )
        if shutil.which(program) is None:
            raise _missing(program, _PROGRAMS[program])
        for argument in arguments:
            if argument.startswith("/") and not Path(argument).is_file():
                raise _missing(argument, step.package)
        kept = [_GENERATOR_OPTION if a == "$1" else a for a in arguments if a != "$2"]
        made.append([program, "-z", *kept])
    return made


def version(folder: Path) -> str:
    """Return the versions of the packages, or a hash where the files are of no package.

    Of packages those that are installed are named.
    """
    packages = sorted({*_PROGRAMS.values(), *(step.package for step in STEPS.values())})
    if folder == Path(FOLDER) and shutil.which("dpkg-query"):
        form = "${Package} ${Version} ${db:Status-Status}\n"
        query = ["dpkg-query", "--show", f"--showformat={form}", *packages]
        # Its status says no more than that one of the packages is not there.
        lines = subprocess.run(query, capture_output=True, text=True, check=False).stdout
        installed = [line.split() for line in lines.splitlines()]
        found = [f"{name} {number}" for name, number, *status in installed if "installed" in status]
        if found:
            return ", ".join(found)
    digest = hashlib.sha256()
    for step in sorted(set(STEPS.values())):
        path = folder / "modes" / f"{step.mode}.mode"
        if path.is_file():
            files = [path, *(Path(a) for command in commands(step, folder) for a in command)]
            for file in files:
                if file.is_file():
                    digest.update(file.read_bytes())
    return f"apertium, files with sha256 {digest.hexdigest()}"


def _missing(what: object, package: str) -> IsoglossError:
    packages = sorted({"cg3", *(step.package for step in STEPS.values())})
    return IsoglossError(
        f"provider apertium: {what} is missing, which the Debian package {package} has; install "
        f"all that it needs: apt-get install {' '.join(packages)}"
    )
