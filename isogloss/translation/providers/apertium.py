"""Apertium: rule-based translation, offline, between English, Spanish, French and Italian.

It knows the words of its dictionaries. What it does not know stays in the text and is counted:
see MARKS in apertium_stream. English goes to French and Italian by way of Spanish, so the errors
of two translations add up.
"""

import re
import threading
import weakref
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from isogloss.retry import Interrupted
from isogloss.translation.providers.apertium_modes import FOLDER, Step, commands, route, version
from isogloss.translation.providers.apertium_pipeline import Broken, Pipeline, Tagger
from isogloss.translation.providers.apertium_stream import (
    MARKS,
    Unreadable,
    decode,
    encode,
    number,
)
from isogloss.translation.providers.protocol import Failure
from isogloss.translation.units import sendable

# Its programs take units of any length; what a hanging one costs is bounded.
LONGEST = 5000
TIMEOUT = 60.0
# Programs may also have been ended from outside, for want of memory.
TRIES_ALONE = 2

_WORD = re.compile(r"[^\W\d_]+")


class ApertiumProvider:
    """The modes in `folder`, with programs of its own for each thread that translates."""

    name = "apertium"
    batch = 64

    def __init__(self, folder: str | Path = FOLDER, timeout: float = TIMEOUT):
        self._folder = Path(folder)
        self._timeout = timeout
        self.version = version(self._folder)
        self._lock = threading.Lock()
        self._counts: dict[str, Counter[str]] = defaultdict(Counter)
        self._idle: dict[str, list[_Programs]] = defaultdict(list)
        # Programs end by themselves when their input does; this reaps them, too.
        self._finalizer = weakref.finalize(self, _close, self._idle)

    def check(self, source: str, target: str) -> None:
        """Raise IsoglossError unless all that this pair needs is installed."""
        for step in route(source, target):
            commands(step, self._folder)

    def fits(self, text: str) -> bool:
        """Whether `text` is not too long for one unit."""
        return len(text) <= LONGEST

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[str | Failure]:
        """Translate texts in each step of the route; see Provider.translate.

        Programs that end or hang are replaced, and the texts sent again one by one. A text that
        breaks them again is a failure; if all do, Interrupted is raised.
        """
        answers: list[str | Failure] = list(texts)
        for step in route(source, target):
            good = [(i, answer) for i, answer in enumerate(answers) if isinstance(answer, str)]
            for (i, _), answer in zip(good, self._step(step, [a for _, a in good]), strict=True):
                answers[i] = answer
        return answers

    @property
    def counts(self) -> dict[str, Counter[str]]:
        """How many words were sent so far and how many came back with each mark, by mode."""
        with self._lock:
            return {mode: counts.copy() for mode, counts in self._counts.items()}

    def remarks(self) -> list[str]:
        """Return what a person should know of the translations made so far, in lines."""
        return [
            f"apertium {mode}: {counts['words']} words, of which "
            + ", ".join(f"{counts[kind]} {kind}" for kind in MARKS.values())
            for mode, counts in sorted(self.counts.items())
        ]

    def close(self) -> None:
        """End all programs. What is translated afterwards starts new ones."""
        with self._lock:
            _close(self._idle)

    def _step(self, step: Step, texts: Sequence[str]) -> list[str | Failure]:
        units: dict[int, str] = {}
        found: dict[int, str | Failure] = {}
        for i, text in enumerate(texts):
            try:
                units[i] = encode(text, i)
            except Unreadable as error:
                found[i] = Failure(str(error))
        counts = Counter({"words": sum(len(_WORD.findall(texts[i])) for i in units)})
        for i, answer in zip(units, self._answers(step, list(units.values())), strict=True):
            if isinstance(answer, Failure):
                found[i] = answer
                continue
            try:
                decoded = decode(answer, units[i])
            except Unreadable as error:
                found[i] = Failure(f"{step.mode}: {error}")
            else:
                # A word such as "will" is part of another's form in the target language.
                kept = decoded.text if sendable(decoded.text) else None
                found[i] = kept or Failure(f"{step.mode}: no word is left of it")
                counts += decoded.marks
        with self._lock:
            self._counts[step.mode] += counts
        return [found[i] for i in range(len(texts))]

    def _answers(self, step: Step, units: Sequence[str]) -> list[str | Failure]:
        try:
            return list(self._send(step, units))
        except Broken as broken:
            if len(units) == 1:
                raise Interrupted(f"{step.mode}: {broken}") from broken
        answers = [self._alone(step, unit) for unit in units]
        failures = [answer for answer in answers if isinstance(answer, Failure)]
        if len(failures) == len(answers):
            raise Interrupted(failures[0].reason)
        return answers

    def _alone(self, step: Step, unit: str) -> str | Failure:
        reason = ""
        for _ in range(TRIES_ALONE):
            try:
                return self._send(step, [unit])[0]
            except Broken as broken:
                reason = f"{step.mode}: {broken}"
        return Failure(reason)

    def _send(self, step: Step, units: Sequence[str]) -> list[str]:
        if not units:
            return []
        with self._lock:
            programs = self._idle[step.mode].pop() if self._idle[step.mode] else None
        programs = programs or _Programs(commands(step, self._folder), self._timeout)
        try:
            answers = programs.send(units)
        except BaseException:
            programs.close()
            raise
        with self._lock:
            self._idle[step.mode].append(programs)
        return answers


class _Programs:
    """The running programs of one step: up to the tagger, the tagger, and after it."""

    def __init__(self, steps: Sequence[Sequence[str]], timeout: float):
        tagger = next(i for i, command in enumerate(steps) if command[0] == "apertium-tagger")
        self._parts = (
            Pipeline(steps[:tagger], timeout),
            Tagger(steps[tagger], timeout),
            Pipeline(steps[tagger + 1 :], timeout),
        )

    def send(self, units: Sequence[str]) -> list[str]:
        """Return the answer to each unit; raises Broken."""
        texts = [unit.encode() for unit in units]
        for part in self._parts:
            texts = part.send(texts)
        answers = [text.decode() for text in texts]
        if [number(answer) for answer in answers] != [number(unit) for unit in units]:
            raise Broken("answers that are not those to the texts")
        return answers

    def close(self) -> None:
        """End the programs."""
        for part in self._parts:
            part.close()


def _close(idle: dict[str, list[_Programs]]) -> None:
    for programs in idle.values():
        while programs:
            programs.pop().close()
