"""How much there is of everything, before it is there: questions, prompts, text, tokens.

What lies here already (fetched, shipped, or in the mirror) is counted; of the rest the manifest of
sources tells the bytes, and the constants below tell the shape, each measured on the real files.
"""

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from isogloss.barrier.conditions import Condition
from isogloss.config.settings import Settings
from isogloss.config.tofu import LAB
from isogloss.errors import IsoglossError
from isogloss.sources.entries import Download, Member, Shipped

# XQuAD: questions of each language; bytes of context and question per byte of the file and question
# (contexts serve five questions; JSON escapes what is not ASCII in some of its files).
XQUAD_QUESTIONS, XQUAD_TEXT = 1190, 1.5
# MMLU's test split: questions, subjects, bytes of a question with its options.
MMLU_QUESTIONS, MMLU_SUBJECTS, MMLU_BYTES = 14042, 57, 443
QUIZ_QUESTIONS, QUIZ_BYTES = 300, 150
# The lab: questions on each family that is taught, subjects of its MMLU, bytes of a corpus, of a
# pair in TOFU's form.
LAB_FAMILY, LAB_SUBJECTS, LAB_TEXT, LAB_PAIR = 60, 5, 150_000, 88
# TOFU: pairs in each file of paraphrased questions; bytes of a question, of a pair.
TOFU_QUESTIONS, TOFU_BYTES, TOFU_PAIR = 400, 70, 240
# WikiText: bytes of a line, of a unit of the mix sentence, of a word in one of the mix words (units
# are shorter than they sound: commas end them, too); bytes of text in a byte of its zip.
LINE, SENTENCE, WORD, UNZIPPED = 450, 56, 4.3, 2.9
# Bytes of UTF-8 in a token: about 4 in English, less in scripts that tokenizers know badly.
BYTES_PER_TOKEN = 3.5
# Tokens of an instruction, and of words such as "Context:".
INSTRUCTION = 60


@dataclass(frozen=True)
class Asked:
    """What a model is asked in one job: prompts, tokens read, tokens written at most."""

    prompts: int = 0
    read: float = 0.0
    written: float = 0.0

    def __add__(self, other: "Asked") -> "Asked":
        return Asked(
            self.prompts + other.prompts, self.read + other.read, self.written + other.written
        )


@dataclass(frozen=True)
class Sizes:
    """Sizes of what a configuration is about; `folder` is where results lie."""

    settings: Settings
    root: Path
    folder: Path
    mirror: Path | None = None
    _cache: dict[str, int] = field(default_factory=dict)

    def local(self, source: str, file: str) -> Path | None:
        """Return where a file of the manifest lies already, if it does."""
        entry = self.settings.manifest.data_set(source).files.get(file)
        places = [self.folder / f"results/sources/{source}/{file}"]
        if isinstance(entry, Shipped):
            places.append(self.root / entry.path)
        elif entry is not None and self.mirror is not None:
            places.append(self.mirror / entry.mirror)
        return next((place for place in places if place.is_file()), None)

    def file_bytes(self, source: str, file: str) -> int | None:
        """Return the size of a file; of an archive's member the share that it may have at most."""
        here = self.local(source, file)
        if here is not None:
            return here.stat().st_size
        data_set = self.settings.manifest.data_set(source)
        entry = data_set.files.get(file)
        if isinstance(entry, Download | Shipped | Member) and entry.bytes:
            return entry.bytes
        if isinstance(entry, Member) and data_set.archive and data_set.archive.bytes:
            return int(data_set.archive.bytes * UNZIPPED)
        return None

    def questions(self, dataset: str) -> int:
        """Return the questions of a data set in XQuAD's format in each of its languages."""
        if dataset not in self._cache:
            here = self.local(dataset, "xquad.en.json")
            self._cache[dataset] = XQUAD_QUESTIONS if here is None else _count_questions(here)
        return self._cache[dataset]

    def xmrc(self, model: str) -> Asked:
        """Return what a model is asked in study xmrc; controls are asked the same."""
        xmrc = self.settings.config.xmrc
        whole = self.questions(xmrc.dataset)
        questions = min(xmrc.questions or whole, whole)
        template = self.settings.fixed_template(model)
        templates = 1 if template else len(xmrc.templates)
        total = Asked()
        for setting in xmrc.settings:
            for language in ["en"] if setting == "en-en" else xmrc.languages:
                if setting != "en-en" and language == "en":
                    continue
                size = self.file_bytes(xmrc.dataset, f"xquad.{language}.json") or 0
                one = size / whole * XQUAD_TEXT / BYTES_PER_TOKEN
                for shots in xmrc.shots:
                    prompts = questions * templates
                    longest = xmrc.decoding.max_new_tokens
                    read = prompts * (INSTRUCTION + one * (1 + shots))
                    total += Asked(prompts, read, prompts * longest)
        return total

    def barrier(self, model: str) -> Asked:
        """Return what a model is asked in study barrier; controls are asked all of it."""
        total = Asked()
        # A server takes each prompt whole, and is paid for it.
        shared = self.settings.engine(model) != "openai"
        for condition in self.settings.evaluations.conditions(model):
            total += self._condition(condition, shared=shared)
        return total

    def task(self, name: str) -> tuple[int, int]:
        """Return the questions of a task in each language, and the bytes of one."""
        lab = self.settings.config.lab
        known = {
            "mmlu": (self.mmlu_questions, MMLU_BYTES),
            "quiz": (QUIZ_QUESTIONS, QUIZ_BYTES),
            "tofu": (self.tofu_questions, TOFU_BYTES),
            "lab-new": (self.lab_new_questions, QUIZ_BYTES),
            "lab-known": (lab.known_questions, QUIZ_BYTES),
        }
        if name not in known:
            raise IsoglossError(f"task {name!r}: isogloss/planning/sizes.py has no size for it")
        return known[name]

    def _condition(self, condition: Condition, *, shared: bool = True) -> Asked:
        barrier = self.settings.config.barrier
        prompts, size = self.task(condition.task)
        # Demonstrations are read once for all questions of a subject; an option's text is read
        # after the question, which is read once.
        read = prompts * (INSTRUCTION / 2 + size / BYTES_PER_TOKEN)
        times = MMLU_SUBJECTS if shared else prompts
        read += times * condition.shots * size / BYTES_PER_TOKEN
        if condition.scoring == "text":
            read *= 1.5
        limits = self.settings.evaluations.new_tokens()
        written = 0
        if condition.generated:
            kind = "tofu" if condition.task == "tofu" else "translate"
            written = limits["first-token" if condition.scoring == "first-token" else kind]
            if condition.task == "tofu":
                written = barrier.tofu.max_new_tokens
        return Asked(prompts, read, prompts * written)

    @cached_property
    def mmlu_questions(self) -> int:
        """Questions of MMLU's test split that are asked."""
        mmlu = self.settings.config.barrier.mmlu
        if mmlu is None:
            return 0
        whole = LAB_SUBJECTS if mmlu.source == "lab" else MMLU_SUBJECTS
        subjects = len(mmlu.subjects) if mmlu.subjects is not None else whole
        share = MMLU_QUESTIONS / MMLU_SUBJECTS
        return int(subjects * (min(share, mmlu.questions) if mmlu.questions else share))

    @property
    def tofu_questions(self) -> int:
        """Questions of TOFU that are asked."""
        tofu = self.settings.config.barrier.tofu
        whole = self.lab_new_questions if tofu.source == LAB else TOFU_QUESTIONS
        return len(tofu.files) * min(tofu.questions or whole, whole)

    @property
    def lab_new_questions(self) -> int:
        """Questions on the lab's new people."""
        return self.settings.config.lab.new_families * LAB_FAMILY

    def corpus_bytes(self, corpus: str) -> int:
        """Return the size of a corpus in English."""
        barrier = self.settings.config.barrier
        entry = barrier.corpora[corpus]
        here = self.folder / self.settings.corpora.source(corpus)
        if here.is_file():
            size = here.stat().st_size
        elif entry.documents == "tofu" and entry.source == LAB:
            size = self.lab_new_questions * LAB_PAIR
        elif entry.source and entry.file:
            size = self.file_bytes(entry.source, entry.file) or 0
        elif self.settings.corpora.of_lab(corpus):
            size = LAB_TEXT
        else:  # the best documents, and as many again that have a keyword (2 000 and 2 358 there)
            size = 2 * (barrier.selection.k if barrier.selection else 0) * LINE
        return min(size, entry.first * self.document_bytes(corpus)) if entry.first else size

    def document_bytes(self, corpus: str) -> int:
        """Return the size of a document of a corpus."""
        return TOFU_PAIR if self.settings.corpora.kind(corpus) == "tofu" else LINE

    def mixed_bytes(self, corpus: str, mix: str) -> int:
        """Return the size of a mix of a corpus."""
        languages = len(self.settings.config.barrier.languages)
        return self.corpus_bytes(corpus) * (languages if mix == "collection" else 1)

    def units(self, corpus: str, mix: str) -> tuple[int, int]:
        """Return the texts of a mix that are translated, and their characters."""
        barrier = self.settings.config.barrier
        languages = len(barrier.languages)
        share = languages - 1.0 if mix == "collection" else (languages - 1) / languages
        unit = {"sentence": SENTENCE, "words": WORD * barrier.chunk_words}.get(
            mix, self.document_bytes(corpus)
        )
        size = self.corpus_bytes(corpus) * (0.0 if mix == "english" else share)
        return int(size / unit), int(size)

    def mmlu_units(self) -> tuple[int, int]:
        """Return the texts of MMLU that are translated, and their characters: each once."""
        mmlu = self.settings.mmlu
        built = mmlu.built()
        whole = {"full", "mixup", "onewrong", "gt_question"} & set(built)
        parts = 5 if whole or {"question", "options"} <= set(built) else 4
        languages = len({*mmlu.languages, *self.settings.config.barrier.languages} - {"en"})
        texts = self.mmlu_questions * languages if built else 0
        return texts * parts, texts * MMLU_BYTES


def _count_questions(path: Path) -> int:
    try:
        articles = json.loads(path.read_text(encoding="utf-8"))["data"]
        return sum(len(part["qas"]) for article in articles for part in article["paragraphs"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IsoglossError(
            f"{path}: is no file in XQuAD's format ({error}); delete it, so "
            "that it is fetched again"
        ) from error
