"""MMLU: its files, the seven variants by definition, and the released folder layout."""

from pathlib import Path

import polars as pl
import pytest

from isogloss.corpora.mmlu import (
    LETTERS,
    QUESTIONS,
    TEXTS,
    VARIANTS,
    Part,
    english,
    layout_parts,
    read_layout,
    read_part,
    write_layout,
)
from isogloss.corpora.mmlu_subjects import DOMAIN, DOMAINS, LAB_SUBJECTS, SUBJECTS
from isogloss.corpora.mmlu_variants import build_variant, needed
from isogloss.errors import IsoglossError

SUBJECT = ("anatomy", "virology")
ROWS = {
    "anatomy": [
        ["What, then?", 'a "b"', "None", "NA", "12", "B"],
        ["Line\nbreak", "o\rne", "two", "three", "four", "D"],
    ],
    "virology": [["Q", "w", "x", "y", "", "A"]],
}


class Recorder:
    """Stands for a memory of everything, and notes what is asked of it."""

    def __init__(self) -> None:
        self.asked: set[tuple[str, str]] = set()

    def get(self, key: tuple[str, str], /) -> str | None:
        self.asked.add(key)
        return "text"


class Tags:
    def get(self, key: tuple[str, str], /) -> str | None:
        text, language = key
        return f"{language}:{text}"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for split in ("test", "dev"):
        (tmp_path / split).mkdir()
        for subject, rows in ROWS.items():
            quoted = ['"' + '","'.join(c.replace('"', '""') for c in row) + '"\n' for row in rows]
            path = tmp_path / split / f"{subject}_{split}.csv"
            path.write_bytes("".join(quoted).encode())
    return tmp_path


@pytest.fixture
def questions(root: Path) -> pl.DataFrame:
    return read_part(root, english("test"), SUBJECT)


def row(frame, number=0):
    found = frame.filter(pl.col("subject") == "anatomy", pl.col("number") == number)
    return found.select(*TEXTS).row(0)


class TestSubjects:
    def test_fifty_seven_in_four_domains(self):
        assert len(SUBJECTS) == 57
        assert set(DOMAIN) == {*SUBJECTS, *LAB_SUBJECTS}
        sizes = {domain: len(subjects) for domain, subjects in DOMAINS.items()}
        assert sizes == {"STEM": 18, "social sciences": 12, "humanities": 13, "other": 14}
        assert sum(sizes.values()) == 57  # no subject twice


class TestRead:
    def test_cells_are_text(self, questions):
        assert row(questions) == ("What, then?", 'a "b"', "None", "NA", "12")
        assert row(questions, 1)[0] == "Line\nbreak"
        assert questions["answer"].to_list() == ["B", "D", "A"]
        assert questions["domain"].unique().to_list() == ["other"]
        assert questions["languages"].to_list() == [["en"] * 5] * 3

    def test_a_missing_subject(self, root):
        with pytest.raises(IsoglossError, match=r"abstract_algebra_test\.csv: missing"):
            read_part(root, english("test"))

    def test_an_unknown_file(self, root):
        (root / "test/magic_test.csv").write_text("")
        with pytest.raises(IsoglossError, match=r"magic_test\.csv: not the file of a subject"):
            read_part(root, english("test"), SUBJECT)

    @pytest.mark.parametrize("line", ["question,A,B,C,D,answer", "q,a,b,c,d", "q,a,b,c,d,0", ""])
    def test_a_row_of_another_shape(self, root, line):
        (root / "test/virology_test.csv").write_text(f"q,a,b,c,d,A\n{line}\n")
        with pytest.raises(IsoglossError, match=r"virology_test\.csv: row 2 is"):
            read_part(root, english("test"), SUBJECT)

    @pytest.mark.parametrize("data", [b'q,a,b,c,"d,A\n', b'q,a,b,c,"d"d,A\n', b"\xff,a,b,c,d,A\n"])
    def test_broken_files(self, root, data):
        (root / "test/virology_test.csv").write_bytes(data)
        with pytest.raises(IsoglossError, match="cannot be read as CSV"):
            read_part(root, english("test"), SUBJECT)


class TestVariants:
    @pytest.mark.parametrize(
        ("variant", "translated"),
        [
            ("full", "question A B C D"),
            ("question", "question"),
            ("options", "A B C D"),
            ("gt_question", "question D"),
            ("gt", "D"),
        ],
    )
    def test_what_is_translated(self, questions, variant, translated):
        frame, left_out = build_variant(questions, variant, "de", Tags())
        source = row(questions, 1)
        chosen = translated.split()
        expected = [
            f"de:{text}" if name in chosen else text
            for name, text in zip(TEXTS, source, strict=True)
        ]
        assert list(row(frame, 1)) == expected
        assert left_out == 0
        assert frame["answer"].equals(questions["answer"])
        assert set(frame["variant"]) == {variant}

    def test_text_without_letters_stays(self, questions):
        frame, _ = build_variant(questions, "full", "de", Tags())
        assert row(frame) == ("de:What, then?", 'de:a "b"', "de:None", "de:NA", "12")

    def test_onewrong_is_one_wrong_option_the_same_in_every_language(self, questions):
        many = repeated(questions, 300)
        frames = {x: build_variant(many, "onewrong", x, Tags())[0] for x in ("de", "zh")}
        where = {
            x: [[name for name, y in zip(TEXTS, row, strict=True) if y == x] for row in languages]
            for x, languages in ((x, frame["languages"]) for x, frame in frames.items())
        }
        assert where["de"] == where["zh"]
        for chosen, answer in zip(where["de"], many["answer"], strict=True):
            assert len(chosen) == 1
            assert chosen[0] in set(LETTERS) - {answer}
        assert {chosen[0] for chosen in where["de"]} == set(LETTERS)

    def test_mixup_is_one_shuffle_per_question(self, questions):
        many = repeated(questions, 300)
        frame, _ = build_variant(many, "mixup", "mixed", Tags())
        assert all(sorted(row) == ["de", "en", "es", "fr", "it"] for row in frame["languages"])
        assert len(set(map(tuple, frame["languages"]))) == 120
        for source, made in zip(many.rows(named=True), frame.rows(named=True), strict=True):
            for name, language in zip(TEXTS, made["languages"], strict=True):
                stays = language == "en" or source[name] in ("12", "")
                assert made[name] == (source[name] if stays else f"{language}:{source[name]}")

    def test_mixup_of_more_languages_takes_five(self, questions):
        languages = ("ru", "zh", "he", "ar", "hi", "bn", "am")
        frame, _ = build_variant(questions, "mixup", "mixed", Tags(), languages=languages)
        for row in frame["languages"]:
            assert len(set(row)) == 5
            assert set(row) <= set(languages)

    @pytest.mark.parametrize(("variant", "language"), [("mixup", "mixed"), ("onewrong", "fr")])
    def test_order_does_not_matter_and_the_seed_does(self, questions, variant, language):
        many = repeated(questions, 50)
        made, _ = build_variant(many, variant, language, Tags())
        turned, _ = build_variant(many.reverse(), variant, language, Tags())
        assert turned.reverse().equals(made)
        other, _ = build_variant(many, variant, language, Tags(), seed=43)
        assert not other.equals(made)

    @pytest.mark.parametrize(("column", "other"), [("subject", "virology"), ("split", "dev")])
    def test_draws_differ_between_subjects_and_splits(self, questions, column, other):
        many = repeated(questions, 50).filter(pl.col("subject") == "anatomy")
        others = many.with_columns(pl.lit(other).alias(column))
        one, _ = build_variant(many, "mixup", "mixed", Tags())
        two, _ = build_variant(others, "mixup", "mixed", Tags())
        assert not one["languages"].equals(two["languages"])

    def test_mixup_ignores_the_order_of_the_languages(self, questions):
        made, _ = build_variant(questions, "mixup", "mixed", Tags())
        again, _ = build_variant(
            questions, "mixup", "mixed", Tags(), languages=("it", "es", "de", "fr", "en")
        )
        assert again.equals(made)

    def test_missing_raises_or_leaves_out(self, questions):
        memory = dict.fromkeys(needed(questions, [Part("test", "full", "de")]), "text")
        del memory["three", "de"]
        with pytest.raises(IsoglossError, match=r"anatomy, question 1: .* into 'de' of 'three'"):
            build_variant(questions, "full", "de", memory)
        frame, left_out = build_variant(questions, "full", "de", memory, missing="drop")
        assert (len(frame), left_out) == (2, 1)
        assert build_variant(questions, "gt", "de", memory)[1] == 0

    @pytest.mark.parametrize("variant", VARIANTS)
    def test_needed_is_just_what_a_variant_uses(self, questions, variant):
        many = repeated(questions, 20)
        part = Part("test", variant, "mixed" if variant == "mixup" else "it")
        pairs = list(needed(many, [part]))
        memory = Recorder()
        build_variant(many, variant, part.language, memory)
        assert len(pairs) == len(set(pairs))
        assert set(pairs) == memory.asked

    def test_needed_of_all_variants_is_the_full_translations(self, questions):
        languages = ["fr", "de", "es", "it"]
        full = list(needed(questions, [Part("test", "full", x) for x in languages]))
        assert len(full) == len(set(full)) == 4 * (3 + 10)  # not '12', nor ''
        parts = [Part("test", x, y) for x in VARIANTS if x != "mixup" for y in languages]
        every = list(needed(questions, [*parts, Part("test", "mixup", "mixed")]))
        assert len(every) == len(full)
        assert set(every) == set(full)

    def test_needed_is_of_the_parts_splits(self, questions):
        assert list(needed(questions, [Part("dev", "full", "de")])) == []

    @pytest.mark.parametrize(
        ("variant", "language", "languages", "words"),
        [
            ("half", "de", ("en",), "'half' is unknown"),
            ("mixup", "de", ("en",), "give 'mixed' for mixup"),
            ("full", "mixed", ("en",), "give 'mixed' for mixup"),
            ("full", "en", ("en",), "other than English"),
            ("mixup", "mixed", ("en", "fr", "de", "es"), "five or more"),
            ("mixup", "mixed", ("en", "fr", "de", "es", "es"), "each one once"),
        ],
    )
    def test_mistakes(self, questions, variant, language, languages, words):
        with pytest.raises(IsoglossError, match=words):
            build_variant(questions, variant, language, Tags(), languages=languages)


class TestLayout:
    def build(self, root):
        parts = []
        for split in ("dev", "test"):
            source = read_part(root, english(split), SUBJECT)
            parts.append(source)
            for variant in VARIANTS:
                languages = ["mixed"] if variant == "mixup" else ["de", "fr"]
                parts += [build_variant(source, variant, x, Tags())[0] for x in languages]
        return pl.concat(parts)

    def test_round_trip(self, root, tmp_path):
        made = self.build(root)
        written = write_layout(made, tmp_path / "out")
        assert len(written) == 2 * (1 + 1 + 6 * 2) * 2
        names = {path.parent.name for path in written}
        assert {"test", "dev_mixup", "test_gt_question_fr", "dev_onewrong_de"} <= names
        read = read_layout(tmp_path / "out", SUBJECT)
        keys = list(QUESTIONS.key)
        drawn = pl.col("variant").is_in(["mixup", "onewrong"])
        known = made.with_columns(
            pl.when(drawn).then(None).otherwise(pl.col("languages")).alias("languages")
        )
        assert read.sort(keys).equals(known.sort(keys))

    def test_same_seed_same_bytes(self, root, tmp_path):
        first = write_layout(self.build(root), tmp_path / "1")
        again = write_layout(self.build(root), tmp_path / "2")
        assert [p.read_bytes() for p in first] == [p.read_bytes() for p in again]

    def test_rows_are_written_by_number(self, questions, tmp_path):
        first = write_layout(questions, tmp_path / "1")
        again = write_layout(questions.reverse(), tmp_path / "2")
        assert {p.name: p.read_bytes() for p in first} == {p.name: p.read_bytes() for p in again}

    def test_parts(self, root):
        (root / "test_threewrong_es").mkdir()
        (root / "notes").mkdir()
        assert layout_parts(root) == [
            english("dev"),
            english("test"),
            Part("test", "threewrong", "es"),
        ]

    @pytest.mark.parametrize(
        ("folder", "words"),
        [("test_half_de", "unknown variant"), ("test_full_xx", "unknown language")],
    )
    def test_unknown_parts(self, root, folder, words):
        (root / folder).mkdir()
        with pytest.raises(IsoglossError, match=f"{folder}: {words}"):
            layout_parts(root)

    def test_an_empty_folder(self, tmp_path):
        with pytest.raises(IsoglossError, match="has no folder of MMLU's layout"):
            layout_parts(tmp_path / "nothing")

    def test_other_answers_are_refused(self, root):
        made, _ = build_variant(read_part(root, english("test"), SUBJECT), "gt", "de", Tags())
        write_layout(made, root)
        path = root / "test_gt_de/virology_test.csv"
        path.write_text(path.read_text().replace(",A\n", ",B\n"))
        with pytest.raises(IsoglossError, match="test_gt_de: its questions or answers"):
            read_layout(root, SUBJECT)


def repeated(questions: pl.DataFrame, times: int) -> pl.DataFrame:
    """Many questions: the same texts under other numbers."""
    copies = [questions.with_columns(pl.col("number") + 2 * i) for i in range(times)]
    return QUESTIONS.check(pl.concat(copies).with_columns(pl.col("number").cast(pl.UInt32)))
