"""Prompts of study barrier, byte for byte, and what happens to those that are too long."""

import csv
from pathlib import Path

import polars as pl
import pytest

from isogloss.barrier.conditions import Condition
from isogloss.barrier.mmlu_prompts import heading, mmlu_questions
from isogloss.barrier.other_prompts import (
    quiz_questions,
    read_instructions,
    tofu_prompt,
    tofu_questions,
)
from isogloss.barrier.prompts import PROMPTS, Room, build_prompts, with_text
from isogloss.corpora.hp_quiz import QUIZ
from isogloss.corpora.mmlu import english, read_part
from isogloss.corpora.mmlu_demonstrations import build_demonstrations
from isogloss.corpora.mmlu_variants import build_variant
from isogloss.errors import IsoglossError
from tests import hendrycks
from tests.demo import ROOT

SUBJECTS = ("anatomy", "high_school_us_history")
# What a careless reader changes: quotes, line breaks, numbers, missing values, white space, braces.
ODD = [
    ['Who said "no"?', "None", "1.50", " two  spaces ", "nan", "B"],
    ["Line one\nline two, {subject}\n", "é", "1e5", "", "\ttab", "D"],
    ["Statement 1 | x\\n", "NA", "007", "A. B. C.", "Answer: A", "A"],
]
CONTROL_ROOM = Room(None)


class Tags:
    """Stand-in translations that name their language."""

    def get(self, key: tuple[str, str], /) -> str | None:
        text, language = key
        return f"<{language}>{text}"


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("mmlu")
    for split in ("test", "dev"):
        (folder / split).mkdir()
        for subject in SUBJECTS:
            rows = list(ODD)
            if split == "dev":
                cells = [f"{subject} {name}" for name in ("q", *"ABCD")]
                rows = [[*(f"{cell} {i}" for cell in cells), "CDABC"[i]] for i in range(5)]
            with (folder / split / f"{subject}_{split}.csv").open("w", newline="") as file:
                csv.writer(file).writerows(rows)
    return folder


@pytest.fixture(scope="module")
def questions(root) -> pl.DataFrame:
    parts = []
    for split in ("test", "dev"):
        source = read_part(root, english(split), SUBJECTS)
        mixed, _ = build_variant(source, "mixup", "mixed", Tags())
        french, _ = build_variant(source, "full", "fr", Tags())
        parts += [source, mixed, french]
    return pl.concat(parts)


@pytest.fixture(scope="module")
def demonstrations(questions) -> pl.DataFrame:
    return build_demonstrations(questions)


def built(condition, questions, demonstrations=None, room=CONTROL_ROOM, **options) -> pl.DataFrame:
    chosen = questions.filter(split="test", variant=condition.variant, language=condition.language)
    asked = mmlu_questions(condition, chosen, demonstrations, **options)
    return with_text(build_prompts(condition, asked, room))


def cells(questions, split, variant, language, subject) -> list[list[str]]:
    """Return rows as a CSV file has them."""
    rows = questions.filter(split=split, variant=variant, language=language, subject=subject)
    return [list(row) for row in rows.select("question", *"ABCD", "answer").iter_rows()]


@pytest.mark.parametrize("style", hendrycks.STYLES)
@pytest.mark.parametrize("shots", [0, 3, 5])
def test_english_prompts_are_those_of_hendrycks(root, questions, demonstrations, style, shots):
    kind = "english" if shots else "none"
    condition = Condition("mmlu", "english", "en", shots, kind, style)
    prompts = built(condition, questions, demonstrations if shots else None)
    expected = [
        hendrycks.prompt(
            subject,
            hendrycks.csv_rows(root / "dev" / f"{subject}_dev.csv")[:shots],
            row,
            style,
        )
        for subject in SUBJECTS
        for row in hendrycks.csv_rows(root / "test" / f"{subject}_test.csv")
    ]
    assert prompts["text"].to_list() == expected
    assert prompts["gold"].to_list() == [1, 3, 0] * 2
    assert prompts["kept"].unique().to_list() == [shots]
    assert "about  high school us history." in expected[-1]


@pytest.mark.parametrize("kind", ["english", "same-bias"])
@pytest.mark.parametrize(("variant", "language"), [("mixup", "mixed"), ("full", "fr")])
def test_demonstrations_are_in_english_or_made_as_the_question(
    questions, demonstrations, kind, variant, language
):
    condition = Condition("mmlu", variant, language, 5, kind, "digits")
    prompts = built(condition, questions, demonstrations)
    shown = ("english", "en") if kind == "english" else (variant, language)
    expected = [
        hendrycks.prompt(subject, cells(questions, "dev", *shown, subject), row, "digits")
        for subject in SUBJECTS
        for row in cells(questions, "test", variant, language, subject)
    ]
    assert prompts["text"].to_list() == expected
    assert prompts["option_ids"][0].to_list() == ["1", "2", "3", "4"]


def test_translate_then_answer(questions, demonstrations):
    condition = Condition("mmlu", "mixup", "mixed", 5, "translate", scoring="open")
    prompts = built(condition, questions, demonstrations)
    expected = []
    for subject in SUBJECTS:
        mixed = cells(questions, "dev", "mixup", "mixed", subject)
        plain = cells(questions, "dev", "english", "en", subject)
        pairs = list(zip(mixed, plain, strict=True))
        expected += [
            hendrycks.translate_prompt(subject, pairs, row)
            for row in cells(questions, "test", "mixup", "mixed", subject)
        ]
    assert prompts["text"].to_list() == expected
    assert prompts["text"][0].endswith(
        "\nAnswer: \nTranslate the question and options into English, and then answer.\nQuestion: "
    )


def test_the_prefix_is_the_subjects_and_the_suffix_the_questions(questions, demonstrations):
    condition = Condition("mmlu", "english", "en", 5, "english")
    prompts = built(condition, questions, demonstrations)
    assert prompts.group_by("subject").agg(pl.col("prefix").n_unique())["prefix"].max() == 1
    assert prompts["suffix"][0] == hendrycks.block(ODD[0], "ABCD") + "\nAnswer:"
    assert prompts["prompt"][0] == "mmlu/english/en/5/english/default/letter/anatomy/0"
    assert prompts["domain"].unique().sort().to_list() == ["humanities", "other"]
    PROMPTS.check(prompts.drop("text"))


def test_one_space_before_the_subject_as_lm_evaluation_harness_has_it():
    line = "The following are multiple choice questions (with answers) about"
    assert heading("us_foreign_policy", "", 1) == f"{line} us foreign policy.\n\n"
    assert heading("us_foreign_policy") == f"{line}  us foreign policy.\n\n"


def test_a_subject_with_fewer_demonstrations_has_those_and_says_so(questions, demonstrations):
    condition = Condition("mmlu", "full", "fr", 5, "same-bias")
    gone = (pl.col("variant") == "full") & (pl.col("subject") == "anatomy") & (pl.col("place") == 2)
    prompts = built(condition, questions, demonstrations.filter(~gone))
    kept = dict(prompts.select("subject", "kept").iter_rows())
    assert kept == {"anatomy": 4, "high_school_us_history": 5}
    assert "<fr>anatomy q 1" not in prompts["prefix"][0]
    without = demonstrations.filter(pl.col("subject") != "anatomy")
    with pytest.raises(IsoglossError, match="anatomy has no same-bias demonstration"):
        built(condition, questions, without)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"style": "upper"}, "no prompt style 'upper'"),
        ({"demonstrations": "translate", "style": "aware-0"}, "an instruction of its own"),
    ],
)
def test_what_mmlu_has_not_is_an_error(questions, demonstrations, changes, message):
    given = {"shots": 5, "demonstrations": "english"} | changes
    condition = Condition("mmlu", "mixup", "mixed", **given)
    with pytest.raises(IsoglossError, match=message):
        built(condition, questions, demonstrations)


def test_shots_without_demonstrations_are_an_error(questions):
    condition = Condition("mmlu", "english", "en", 5, "english")
    with pytest.raises(IsoglossError, match="needs demonstrations"):
        built(condition, questions)


class TestRoom:
    """Lengths are counted in words here; the longest prompts do not fit."""

    @staticmethod
    def count(texts, special):
        return [len(text.split()) + special for text in texts]

    def room(self, context_length, too_long, **options):
        return Room(self.count, context_length, too_long=too_long, **options)

    @pytest.fixture
    def condition(self):
        return Condition("mmlu", "english", "en", 5, "english")

    @pytest.fixture
    def lengths(self, questions, demonstrations, condition):
        room = self.room(10**6, "error")
        return built(condition, questions, demonstrations, room)["tokens"].to_list()

    def test_tokens_are_of_the_whole_prompt(self, questions, demonstrations, condition, lengths):
        texts = built(condition, questions, demonstrations)["text"]
        assert lengths == self.count(texts, True)
        assert len(set(lengths)) == 3

    def test_the_longest_fits_exactly_and_one_less_is_an_error(
        self, questions, demonstrations, condition, lengths
    ):
        fits = built(condition, questions, demonstrations, self.room(max(lengths) + 1, "error"))
        assert not fits["excluded"].any()
        with pytest.raises(IsoglossError, match=r"1 prompts .*'high_school_us_history/2' with"):
            built(condition, questions, demonstrations, self.room(max(lengths), "error"))

    def test_excluded_prompts_are_marked(self, questions, demonstrations, condition, lengths):
        limit = sorted(lengths)[2]
        found = built(condition, questions, demonstrations, self.room(limit, "exclude"))
        assert found["excluded"].to_list() == [length + 1 > limit for length in lengths]
        assert found["kept"].to_list() == [5] * 6

    def test_room_for_an_answer_counts(self, questions, demonstrations, condition, lengths):
        room = self.room(max(lengths) + 256, "exclude", new_tokens=256)
        assert not built(condition, questions, demonstrations, room)["excluded"].any()
        room = self.room(max(lengths) + 255, "exclude", new_tokens=256)
        assert built(condition, questions, demonstrations, room)["excluded"].sum() == 1

    def test_demonstrations_are_dropped_from_the_last_until_it_fits(
        self, questions, demonstrations, condition, lengths
    ):
        shorter = Condition("mmlu", "english", "en", 3, "english")
        limit = min(lengths) - 5
        room = self.room(limit, "drop-demonstrations")
        found = built(condition, questions, demonstrations, room)
        assert not found["excluded"].any()
        assert (found["tokens"] < limit).all()
        assert set(found["kept"]) <= {3, 4}
        assert found["shots"].unique().to_list() == [5]  # what was asked for
        expected = built(shorter, questions, demonstrations)["text"]
        for text, kept, three in zip(found["text"], found["kept"], expected, strict=True):
            assert kept == 4 or text == three
        # One more demonstration would not have fitted.
        for row in found.iter_rows(named=True):
            more = Condition("mmlu", "english", "en", row["kept"] + 1, "english")
            (longer,) = built(more, questions, demonstrations).filter(item=row["item"])["text"]
            assert self.count([longer], True)[0] + 1 > limit

    def test_what_does_not_fit_without_any_is_excluded(self, questions, demonstrations, condition):
        room = self.room(16, "drop-demonstrations")
        found = built(condition, questions, demonstrations, room)
        assert found["excluded"].all()
        assert found["kept"].to_list() == [0] * 6

    def test_the_longest_text_counts_where_texts_are_scored(self, questions, condition):
        condition = Condition("mmlu", "english", "en", scoring="text")
        plain = built(condition, questions, None, self.room(10**6, "error"))
        needed = [
            row["tokens"] + 1 + max(self.count([f" {text}" for text in row["options"]], False))
            for row in plain.iter_rows(named=True)
        ]
        limit = sorted(needed)[3]
        found = built(condition, questions, None, self.room(limit, "exclude"))
        assert found["excluded"].to_list() == [length > limit for length in needed]
        assert 0 < found["excluded"].sum() < 6


class TestQuiz:
    @pytest.fixture
    def quiz(self):
        rows = [
            (
                "q1",
                language,
                "spell",
                "Accio",
                "effect",
                f"{language} question?",
                *"wxyz",
                "C",
                None,
            )
            for language in ("en", "de")
        ]
        return pl.DataFrame(rows, {name: c.dtype for name, c in QUIZ.columns.items()}, orient="row")

    @pytest.fixture
    def instructions(self):
        return read_instructions(ROOT / "config/prompts/hp_quiz.yaml")

    def test_prompts_are_those_of_the_authors(self, quiz, instructions):
        condition = Condition("quiz", "full", "de")
        prompts = with_text(
            build_prompts(condition, quiz_questions(condition, quiz, instructions), CONTROL_ROOM)
        )
        assert prompts["text"].to_list() == [
            "Im Folgenden finden Sie Multiple-Choice-Fragen (mit Antworten) zu Harry Potter.\n\n"
            "de question?\nA. w\nB. x\nC. y\nD. z\nAnswer: "
        ]
        assert prompts.row(0, named=True)["prompt"] == "quiz/full/de/0/none/default/letter/q1"
        assert prompts.select("subject", "domain", "gold").row(0) == ("effect", "spell", 2)

    def test_every_language_of_the_paper_has_an_instruction(self, instructions):
        sixteen = ["en", "fr", "de", "es", "it", "ms", "da", "fi"]
        sixteen += ["no", "bn", "am", "ru", "zh", "he", "ar", "hi"]
        assert list(instructions) == sixteen
        assert len(set(instructions.values())) == 16

    def test_a_language_without_one_is_an_error(self, quiz, instructions):
        condition = Condition("quiz", "full", "el")
        with pytest.raises(IsoglossError, match="no instruction in 'el'"):
            list(quiz_questions(condition, quiz, instructions))

    def test_it_has_no_demonstrations(self, quiz, instructions):
        condition = Condition("quiz", "english", "en", 5, "english")
        with pytest.raises(IsoglossError, match="the quiz has no demonstrations"):
            list(quiz_questions(condition, quiz, instructions))

    def test_norwegian_without_quotes_is_an_error(self, tmp_path):
        path = tmp_path / "quiz.yaml"
        path.write_text("en: x\nno: y\n")  # YAML reads false
        with pytest.raises(IsoglossError, match=r"quiz.yaml: False: 'y' is not a language"):
            read_instructions(path)


def test_tofu_asks_the_question_and_keeps_the_english_answer():
    table = pl.DataFrame({"item": ["0"], "question": ["Qui est {answer} ?"], "answer": ["Nobody."]})
    condition = Condition("tofu", "full", "fr", scoring="open")
    prompts = with_text(build_prompts(condition, tofu_questions(table), CONTROL_ROOM))
    row = prompts.row(0, named=True)
    assert row["text"] == "Question: Qui est {answer} ?\nAnswer:"
    assert (row["reference"], row["gold"], row["option_ids"]) == ("Nobody.", None, [])
    assert tofu_prompt("x", "[INST] {question} [/INST]{answer}") == "[INST] x [/INST]"
