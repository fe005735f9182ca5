"""Ways of asking: a condition of study barrier but for its language, and their names."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from isogloss.barrier.conditions import Condition
from isogloss.languages import NAMES, QUIZ, in_order

# MMLU's variants in the order of paper B, figure 3, and their names in tables and figures.
VARIANTS = {
    "english": "English",
    "full": "full",
    "question": "question",
    "options": "options",
    "gt_question": "question + GT option",
    "gt": "GT option",
    "onewrong": "one wrong option",
    "mixup": "mixup",
}
TASKS = {
    "mmlu": "MMLU",
    "quiz": "HP-Quiz",
    "tofu": "TOFU",
    "lab-new": "lab, new people",
    "lab-known": "lab, known people",
}
SCORINGS = {
    "letter": "most probable option id",
    "text": "most probable option text",
    "first-token": "first token written",
}


@dataclass(frozen=True)
class Way:
    """How questions are asked; scoring None: read as the model's other answers are."""

    task: str
    variant: str
    shots: int = 0
    demonstrations: str = "none"
    style: str = "default"
    scoring: str | None = None

    @property
    def language(self) -> str | None:
        """Return the one language that the way has, or None where there are several."""
        return {"english": "en", "mixup": "mixed"}.get(self.variant)

    def condition(self, language: str, usual: str) -> Condition:
        """Return the condition of a language; usual: the scoring of the model's other answers."""
        scoring = self.scoring or usual
        if self.task == "tofu" or self.demonstrations == "translate":
            scoring = "open"
        where = self.task, self.variant, language
        return Condition(*where, self.shots, self.demonstrations, self.style, scoring)

    def __str__(self) -> str:
        """Return a name for notes and errors."""
        parts = [TASKS[self.task], VARIANTS.get(self.variant, self.variant)]
        if self.shots:
            parts.append(f"{self.shots}-shot {self.demonstrations}")
        if self.style != "default":
            parts.append(self.style)
        return " ".join(parts)


def mmlu(variant: str, **changes: str | int) -> Way:
    """Return a way to ask MMLU, 0-shot unless `changes` say otherwise."""
    return replace(Way("mmlu", variant), **changes)  # type: ignore[arg-type]


def five_shot(variant: str, demonstrations: str = "english") -> Way:
    """Return a way to ask MMLU with five demonstrations."""
    return Way("mmlu", variant, 5, demonstrations)


def english(way: Way) -> Way:
    """Return the way that asks in English what `way` asks: what the barrier is measured against.

    English questions have English demonstrations, whatever the others have (paper B, table 2).
    """
    style = "default" if way.style.startswith("aware") else way.style
    kind = "english" if way.shots else "none"
    return replace(way, variant="english", style=style, demonstrations=kind)


QUIZ_ENGLISH, QUIZ_FULL = Way("quiz", "english"), Way("quiz", "full")
TOFU_ENGLISH, TOFU_FULL = Way("tofu", "english"), Way("tofu", "full")


def ordered(codes: set[str] | Sequence[str]) -> list[str]:
    """Sort language codes: the five of the mixed corpora, the quiz's others, all further ones."""
    return in_order(set(codes), (*QUIZ, *NAMES))
