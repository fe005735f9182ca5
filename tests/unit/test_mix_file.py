"""Corpora from file to file: lines and TOFU's records, and the lookup of many translations."""

import json
import random
from collections import Counter

import pytest

from isogloss.corpora import mix_file as mix_file_module
from isogloss.corpora.documents import Document, line_with, read_documents
from isogloss.corpora.mix_file import mix_file, needed_units
from isogloss.corpora.mixing import Mix
from isogloss.corpora.shares import MIXED, SHARES, language_shares, mixed_counts
from isogloss.corpora.units import GRANULARITIES
from isogloss.errors import IsoglossError
from isogloss.translation.lookup import TableLookup
from isogloss.translation.memory import Entry
from isogloss.translation.tables import TRANSLATIONS, table

RECORDS = [
    {"question": f"Who wrote book {i} , and when ?", "answer": f"An author/poet wrote it . In {i}."}
    for i in range(300)
]


def nothing(pairs):
    return {}


def tags(pairs):
    """Return stand-in translations: the unit between brackets, after its language."""
    return {(text, language): f"{language}[{text}]" for text, language in pairs}


def tofu_file(folder, records=RECORDS):
    # As published: compact, with escaped slashes.
    lines = [json.dumps(r, separators=(",", ":")).replace("/", "\\/") for r in records]
    path = folder / "full.json"
    path.write_text("\n".join(lines) + "\n")
    return path


def mixed(source, folder, mix, resolve=tags, **options):
    counts = mix_file(source, folder / "out", mix, resolve, **options)
    return (folder / "out").read_text(), counts


class TestLines:
    def test_line_ends_are_kept(self, tmp_path):
        data = "a\r\nb\rc\u2028d\u0085\n\n last".encode()
        (tmp_path / "in").write_bytes(data)
        assert len(list(read_documents(tmp_path / "in"))) == 4
        for granularity in ["document", "sentence", "words", "english"]:
            mix_file(tmp_path / "in", tmp_path / "out", Mix(granularity, ("en",)), nothing)
            assert (tmp_path / "out").read_bytes() == data

    def test_a_collection_separates_copies_of_the_last_line(self, tmp_path):
        (tmp_path / "in").write_text("a\n \nb")
        text, counts = mixed(tmp_path / "in", tmp_path, Mix("collection", ("en", "fr")))
        # A blank line is no document, which a language could be chosen for.
        assert text == "a\nfr[a]\n \nb\nfr[b]"
        assert counts.documents == 4

    def test_blank_lines_are_kept_and_are_no_documents(self, tmp_path):
        (tmp_path / "in").write_text("\n One .\n \n = 2 =\n")
        text, counts = mixed(tmp_path / "in", tmp_path, Mix("sentence", ("fr",)))
        assert text == "\n fr[One] .\n \n = 2 =\n"
        assert counts.documents == 2

    def test_the_first_documents(self, tmp_path):
        (tmp_path / "in").write_text("\na\n\nb\n\nc\n")
        text, counts = mixed(tmp_path / "in", tmp_path, Mix("english"), nothing, first=2)
        assert (text, counts.documents) == ("\na\n\nb\n", 2)
        with pytest.raises(IsoglossError, match=r"in: the corpus has 3 documents .* first 4 are w"):
            list(read_documents(tmp_path / "in", first=4))

    def test_an_empty_corpus_is_an_error(self, tmp_path):
        (tmp_path / "in").write_text("\n \n")
        with pytest.raises(IsoglossError, match="in: the corpus has 0 documents"):
            list(read_documents(tmp_path / "in"))

    def test_a_failed_mix_leaves_no_file(self, tmp_path):
        (tmp_path / "in").write_text("a\n")
        with pytest.raises(IsoglossError, match="document 0: no usable translation"):
            mix_file(tmp_path / "in", tmp_path / "out", Mix("document", ("fr",)), nothing)
        assert not (tmp_path / "out").exists()

    def test_not_utf8(self, tmp_path):
        (tmp_path / "in").write_bytes(b"\xff\n")
        with pytest.raises(IsoglossError, match="cannot be read as UTF-8"):
            list(read_documents(tmp_path / "in"))

    def test_how_many_lines_are_mixed_at_a_time_does_not_matter(self, tmp_path, monkeypatch):
        (tmp_path / "in").write_text("".join(f"Line {i} , and . more\n" for i in range(50)))
        whole, _ = mixed(tmp_path / "in", tmp_path, Mix("sentence"))
        monkeypatch.setattr(mix_file_module, "LINES", 3)
        monkeypatch.setattr(mix_file_module, "UNPACKED", 4)
        asked = []

        def recorded(pairs):
            asked.extend(pairs)
            return tags(pairs)

        assert mixed(tmp_path / "in", tmp_path, Mix("sentence"), recorded)[0] == whole
        units = needed_units(tmp_path / "in", Mix("sentence"))
        assert {(t, code) for code, texts in units.items() for t in texts} == set(asked)
        assert all(not texts.is_duplicated().any() for texts in units.values())


class TestTofu:
    def test_english_only_is_the_input_byte_for_byte(self, tmp_path):
        source = tofu_file(tmp_path)
        for granularity in ("english", "document", "sentence", "words"):
            counts = mix_file(
                source, tmp_path / "out", Mix(granularity, ("en",)), nothing, kind="tofu"
            )
            assert (tmp_path / "out").read_bytes() == source.read_bytes()
            assert counts.documents == 300

    @pytest.mark.parametrize("granularity", ["document", "collection"])
    def test_question_and_answer_are_in_one_language(self, tmp_path, granularity):
        mix = Mix(granularity, ("en", "fr", "de"))
        text, counts = mixed(tofu_file(tmp_path), tmp_path, mix, kind="tofu")
        rows = [json.loads(line) for line in text.splitlines()]
        languages = [
            tuple(value[:2] if value[2] == "[" else "en" for value in row.values()) for row in rows
        ]
        assert all(question == answer for question, answer in languages)
        assert len(set(languages)) == 3
        # One draw for each pair, though it has two texts.
        assert counts.units == Counter(question for question, _ in languages)
        assert len(rows) == (900 if granularity == "collection" else 300)

    def test_sentences_are_drawn_one_by_one_in_both_texts(self, tmp_path):
        text, counts = mixed(tofu_file(tmp_path), tmp_path, Mix("sentence"), kind="tofu")
        rows = [json.loads(line) for line in text.splitlines()]
        assert [list(row) for row in rows] == [["question", "answer"]] * 300
        differ = 0
        for row, record in zip(rows, RECORDS, strict=True):
            for key, value in row.items():
                # Without the tags it is the record.
                plain = value
                for code in ("fr", "de", "es", "it"):
                    plain = plain.replace(f"{code}[", "").replace("]", "")
                assert plain == record[key]
            differ += ("[" in row["question"]) != ("[" in row["answer"])
        assert differ > 10  # 23 expected, at 1 in 25 for a text all English
        assert sum(counts.units.values()) == 300 * 4

    def test_further_keys_and_line_ends_are_kept(self, tmp_path):
        record = {"id": 7, "question": "A?", "answer": "B é.", "perturbed_answer": ["C.", "D."]}
        path = tmp_path / "in"
        path.write_text(json.dumps(record) + "\r\n\n", newline="")
        mixed(path, tmp_path, Mix("document", ("fr",)), kind="tofu")
        with (tmp_path / "out").open(newline="") as file:
            line = file.readline()
        assert line.endswith("}\r\n")
        assert json.loads(line) == record | {"question": "fr[A?]", "answer": "fr[B é.]"}
        assert list(json.loads(line)) == list(record)

    def test_a_pair_whose_answer_has_no_translation_is_left_out_whole(self, tmp_path):
        path = tofu_file(tmp_path, RECORDS[:2])

        def resolve(pairs):
            return {pair: t for pair, t in tags(pairs).items() if pair[0] != RECORDS[0]["answer"]}

        text, counts = mixed(
            path, tmp_path, Mix("document", ("fr",)), resolve, kind="tofu", missing="drop"
        )
        assert [json.loads(line)["question"][:15] for line in text.splitlines()] == [
            "fr[Who wrote bo"
        ]
        assert (counts.documents, counts.dropped, counts.missing) == (1, 1, 1)

    @pytest.mark.parametrize(
        ("line", "words"),
        [
            ("plain text", "line 1 is no JSON object with question and answer"),
            ('{"question": "a"}', "no JSON object with question and answer"),
            ('{"question": "a", "answer": ""}', "must be texts that are not empty"),
            ('{"question": "a", "answer": ["b"]}', "must be texts that are not empty"),
            ("[1]", "no JSON object with question and answer"),
        ],
    )
    def test_a_line_that_is_no_record_is_explained(self, tmp_path, line, words):
        (tmp_path / "in").write_text(line + "\n")
        with pytest.raises(IsoglossError, match=words):
            list(read_documents(tmp_path / "in", "tofu"))

    def test_own_texts_give_the_line_back(self):
        document = Document('{"question" : "a\\/b", "answer":"c"}\n', ("a/b", "c"))
        assert line_with(document, "tofu", ["a/b", "c"]) == document.line


class TestLookup:
    def entries(self):
        draw = random.Random(5)
        for language in ("de", "fr"):
            for number in sorted(range(500), key=str):
                text, status = f"unit {number}", draw.choice(["translated", "unchanged", "failed"])
                translation = f"{language} {number} übersetzt" if status == "translated" else None
                reason = "lost" if status == "failed" else None
                yield Entry("p", "en", language, text, translation, status, "1", reason)

    @pytest.mark.parametrize("unchanged", ["accept", "leave-out"])
    def test_it_finds_what_a_dict_finds(self, tmp_path, unchanged):
        entries = list(self.entries())
        TRANSLATIONS.write(table(entries), tmp_path / "t.parquet")
        lookup = TableLookup(tmp_path / "t.parquet", unchanged)
        expected = {}
        for entry in entries:
            if entry.status == "translated":
                expected[entry.text, entry.target] = entry.translation
            elif entry.status == "unchanged" and unchanged == "accept":
                expected[entry.text, entry.target] = entry.text
        asked = [(f"unit {i}", code) for i in range(600) for code in ("de", "fr", "es")]
        assert lookup.resolve(asked) == expected
        assert len(lookup) == len(expected)

    def test_an_empty_table_has_nothing(self, tmp_path):
        TRANSLATIONS.write_stream([], tmp_path / "t.parquet")
        assert TableLookup(tmp_path / "t.parquet").resolve([("a", "de")]) == {}


class TestCounts:
    def test_counts_and_shares_of_a_drawn_mix(self, tmp_path):
        (tmp_path / "in").write_text("".join(f"Line {i} , and . more\n" for i in range(200)))
        mix = Mix("sentence")
        _, counts = mixed(tmp_path / "in", tmp_path, mix)
        row = MIXED.check(mixed_counts(counts, mix)).row(0, named=True)
        assert (row["documents"], row["dropped"], row["degrees"]) == (200, 0, 4)
        expected = sum((counts.units[code] - 120) ** 2 / 120 for code in mix.languages)
        assert row["chi_square"] == pytest.approx(expected)
        assert 0.001 < row["p"] < 1

    @pytest.mark.parametrize("granularity", ["english", "collection"])
    def test_what_is_not_drawn_is_not_tested(self, tmp_path, granularity):
        (tmp_path / "in").write_text("One .\nTwo .\n")
        mix = Mix(granularity)
        _, counts = mixed(tmp_path / "in", tmp_path, mix)
        assert mixed_counts(counts, mix)["p"].to_list() == [None]
        shares = SHARES.check(language_shares(counts, mix.drawn, random=mix.random))
        assert shares["low"].null_count() == len(mix.drawn)
        assert set(shares["share"]) == {100 / len(mix.drawn)}

    def test_every_granularity_says_whether_it_draws(self):
        assert [g for g in GRANULARITIES if Mix(g).random] == ["document", "sentence", "words"]
        assert not Mix("sentence", ("fr",)).random
