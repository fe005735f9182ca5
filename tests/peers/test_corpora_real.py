"""Mixing and the MMLU variants at full size, on the real WikiText-2 and MMLU."""

import hashlib
import itertools
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from scipy.stats import chisquare

from isogloss.corpora.documents import read_documents
from isogloss.corpora.mix_file import mix_file, needed_units
from isogloss.corpora.mixing import MAIN_LANGUAGES, Mix, MixCounts, mix_documents
from isogloss.corpora.mmlu import (
    LETTERS,
    QUESTIONS,
    TEXTS,
    VARIANTS,
    english,
    read_layout,
    read_part,
    write_layout,
)
from isogloss.corpora.mmlu_subjects import SUBJECTS
from isogloss.corpora.mmlu_variants import build_variant
from isogloss.corpora.shares import language_shares, uniformity
from isogloss.corpora.units import GRANULARITIES, split

pytestmark = pytest.mark.mirror

WIKITEXT = ("train.shuffled.txt", "valid.txt", "test.txt")
ROWS = {"test": 14042, "dev": 285}


class Tags:
    """Stand-in translations that name their language."""

    def get(self, key: tuple[str, str], /) -> str | None:
        text, language = key
        return f"<{language}>{text}"


def lines(path: Path) -> Iterator[str]:
    return (document.line for document in read_documents(path))


def mirror() -> Path:
    return Path(os.environ["ISOGLOSS_MIRROR"])


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


class TestWikiText2:
    @pytest.mark.parametrize("name", WIKITEXT)
    def test_english_only_is_the_input(self, name, tmp_path):
        source = mirror() / "wikitext-2" / name
        counts = mix_file(source, tmp_path / "mixed", Mix("english"), lambda pairs: {})
        assert digest(tmp_path / "mixed") == digest(source)
        assert counts.documents == sum(
            1 for line in source.read_bytes().split(b"\n") if line.strip()
        )
        assert set(counts.units) == {"en"}

    @pytest.mark.parametrize("granularity", GRANULARITIES)
    @pytest.mark.parametrize("name", WIKITEXT)
    def test_pieces_join_to_the_file(self, name, granularity):
        source = mirror() / "wikitext-2" / name
        joined = hashlib.sha256()
        for line in lines(source):
            for piece in split(line, granularity):
                joined.update(piece.text.encode())
        assert joined.hexdigest() == digest(source)

    def test_units_are_those_of_the_papers_regular_expressions(self):
        for line in lines(mirror() / "wikitext-2/test.txt"):
            sentences = [s.strip() for s in re.split(r"(\s*[\.,;!?]\s+)", line)[::2]]
            expected = [s for s in sentences if re.search(r"[^\W\d_]", s)]
            assert [p.text for p in split(line, "sentence") if p.unit] == expected
            chunks = []
            for sentence in sentences:
                words = [w for w in re.split(r"(\W+)", sentence)[::2] if w]
                chunks += [words[i : i + 8] for i in range(0, len(words), 8)]
            lettered = [c for c in chunks if re.search(r"[^\W\d_]", "".join(c))]
            units = [p.text for p in split(line, "words") if p.unit]
            assert [re.findall(r"\w+", unit) for unit in units] == lettered

    @pytest.mark.parametrize("granularity", ["document", "sentence", "words"])
    def test_languages_are_uniform(self, granularity):
        counts = MixCounts()
        mix = Mix(granularity)
        for document in mix_documents(
            lines(mirror() / "wikitext-2/train.shuffled.txt"), mix, Tags(), counts=counts
        ):
            for text, language in document:
                tag = re.match("<(..)>", text)
                assert (tag[1] if tag else None) == (None if language == "en" else language)
        assert counts.documents == 23767
        test = uniformity([counts.units[code] for code in MAIN_LANGUAGES])
        assert test is not None
        assert test.p > 0.001
        shares = language_shares(counts, MAIN_LANGUAGES)
        assert ((shares["low"] <= shares["share"]) & (shares["share"] <= shares["high"])).all()

    def test_needed_is_the_whole_memory(self):
        source = mirror() / "wikitext-2/test.txt"
        for granularity in GRANULARITIES:
            mix = Mix(granularity)
            units = needed_units(source, mix)
            assert all(not part.is_duplicated().any() for part in units.values())
            memory = {(text, code): "x" for code, part in units.items() for text in part}
            counts = MixCounts()
            made = sum(1 for _ in mix_documents(lines(source), mix, memory, counts=counts))
            # Of 4358 lines 2891 are not blank.
            assert made == 4358 + 2891 * (4 if granularity == "collection" else 0)
            assert counts.documents == 2891 * (5 if granularity == "collection" else 1)
            assert counts.missing == 0


def variants(source: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """All variants, the six with a target in German."""
    made = {}
    for variant in VARIANTS:
        language = "mixed" if variant == "mixup" else "de"
        made[variant], left_out = build_variant(source, variant, language, Tags())
        assert left_out == 0
    return made


def has_letters(text: str) -> bool:
    return any(c.isalpha() for c in text)


@pytest.mark.parametrize("split_name", ROWS)
class TestMmlu:
    def source(self, split_name: str) -> pl.DataFrame:
        return read_part(mirror() / "mmlu", english(split_name))

    def test_every_question_is_read(self, split_name):
        source = self.source(split_name)
        assert len(source) == ROWS[split_name]
        assert sorted(set(source["subject"])) == sorted(SUBJECTS)

    def test_english_is_written_as_it_was(self, split_name, tmp_path):
        for path in write_layout(self.source(split_name), tmp_path):
            original = mirror() / "mmlu" / split_name / path.name
            assert path.read_bytes() == original.read_bytes()

    def test_variants_by_their_tags(self, split_name):
        """Which cells are in which language is read off the text, not off our own column."""
        source = self.source(split_name)
        for variant, made in variants(source).items():
            assert len(made) == ROWS[split_name]
            for key in ("split", "subject", "number", "answer"):
                assert made[key].equals(source[key])
            for before, after in zip(source.rows(named=True), made.rows(named=True), strict=True):
                gold = before["answer"]
                seen = {}
                for name in TEXTS:
                    tag = re.match("<(..)>", after[name])
                    seen[name] = tag[1] if tag else "en"
                    assert after[name][4 if tag else 0 :] == before[name]
                tagged = {name for name in TEXTS if seen[name] != "en"}
                lettered = {name for name in TEXTS if has_letters(before[name])}
                if variant == "mixup":
                    assert len(set(after["languages"])) == 5
                    if lettered == set(TEXTS):
                        assert set(seen.values()) == set(MAIN_LANGUAGES)
                elif variant == "onewrong":
                    assert len(tagged) <= 1
                    assert tagged <= set(LETTERS) - {gold}
                    if lettered == set(TEXTS):
                        assert len(tagged) == 1
                else:
                    wanted = {
                        "full": set(TEXTS),
                        "question": {"question"},
                        "options": set(LETTERS),
                        "gt_question": {"question", gold},
                        "gt": {gold},
                    }[variant]
                    assert tagged == wanted & lettered

    def test_mixup_languages_are_uniform_at_each_position(self, split_name):
        made, _ = build_variant(self.source(split_name), "mixup", "mixed", Tags())
        rows = made["languages"].to_list()
        for position in range(5):
            counts = Counter(row[position] for row in rows)
            assert chisquare([counts[code] for code in MAIN_LANGUAGES]).pvalue > 0.001
        orders = Counter(map(tuple, rows))
        every = [orders[order] for order in itertools.permutations(MAIN_LANGUAGES)]
        assert sum(every) == len(rows)
        assert chisquare(every).pvalue > 0.001

    def test_onewrong_options_are_uniform(self, split_name):
        made, _ = build_variant(self.source(split_name), "onewrong", "de", Tags())
        counts: Counter[tuple[str, str]] = Counter()
        for answer, languages in made.select("answer", "languages").iter_rows():
            counts[answer, TEXTS[languages.index("de")]] += 1
        for gold in LETTERS:
            wrong = [counts[gold, letter] for letter in LETTERS if letter != gold]
            assert chisquare(wrong).pvalue > 0.001

    def test_same_seed_same_bytes_and_round_trip(self, split_name, tmp_path):
        source = self.source(split_name)
        made = pl.concat([source, *variants(source).values()])
        turned = pl.concat([source, *variants(source.reverse()).values()])
        first = write_layout(made, tmp_path / "1")
        again = write_layout(turned, tmp_path / "2")
        assert len(first) == 8 * 57
        assert {p.relative_to(tmp_path / "1"): digest(p) for p in first} == {
            p.relative_to(tmp_path / "2"): digest(p) for p in again
        }
        drawn = pl.col("variant").is_in(["mixup", "onewrong"])
        known = made.with_columns(
            pl.when(drawn).then(None).otherwise(pl.col("languages")).alias("languages")
        )
        keys = list(QUESTIONS.key)
        assert read_layout(tmp_path / "1").sort(keys).equals(known.sort(keys))
