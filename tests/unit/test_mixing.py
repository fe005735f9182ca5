"""Mixing keeps every byte that is not a unit, draws by place alone, and never falls back."""

import math
import random

import pytest
from scipy.stats import binomtest

from isogloss.corpora.mixing import (
    MAIN_LANGUAGES,
    Mix,
    MixCounts,
    Segment,
    mix_documents,
    needs,
    plan,
)
from isogloss.corpora.shares import language_shares, uniformity
from isogloss.corpora.units import GRANULARITIES, Piece, has_letters, split
from isogloss.errors import IsoglossError

PIECES = [
    *"ab1 .,;!?\n\t\r'-_",
    "  ",
    "word",
    "<unk>",
    "@-@",
    " . ",
    "é",
    "中文",
    "\u00a0",
    "\u2028",
]


class Tags:
    """Stand-in translations: the unit between brackets, after its language."""

    def get(self, key: tuple[str, str], /) -> str | None:
        text, language = key
        return f"{language}[{text}]"


def texts(granularity, document, words=8):
    return [(p.text, p.unit) for p in split(document, granularity, words)]


def mixed(documents, mix, translations=None, **options):
    translations = Tags() if translations is None else translations
    found = mix_documents(documents, mix, translations, **options)
    return ["".join(s.text for s in document) for document in found]


def planned(document, mix, number=0):
    """Return the segments of the one version of a document with one text."""
    ((segments,),) = plan([document], number, mix)
    return segments


def needed(documents, mix):
    """Return each (unit, language) that a mix has to have translated, once, in order."""
    return list(
        dict.fromkeys(
            pair for i, text in enumerate(documents) for pair in needs(plan([text], i, mix))
        )
    )


class TestUnits:
    def test_document(self):
        assert texts("document", " One , two . \n") == [
            (" ", False),
            ("One , two .", True),
            (" \n", False),
        ]

    def test_sentences_end_at_marks_before_white_space(self):
        assert texts("sentence", " A 1.5 b ; c! d.\n") == [
            (" ", False),
            ("A 1.5 b", True),
            (" ; ", False),
            ("c", True),
            ("! ", False),
            ("d", True),
            (".\n", False),
        ]

    def test_chunks_of_words_stay_inside_a_sentence(self):
        assert texts("words", "one two-three four . five", words=2) == [
            ("one two", True),
            ("-", False),
            ("three four", True),
            (" . ", False),
            ("five", True),
        ]

    def test_a_chunk_has_eight_words(self):
        sentence = " ".join(f"w{i}" for i in range(20))
        units = [p.text for p in split(sentence, "words") if p.unit]
        assert [len(unit.split()) for unit in units] == [8, 8, 4]

    @pytest.mark.parametrize("granularity", GRANULARITIES)
    def test_without_letters_there_is_no_unit(self, granularity):
        for document in ["", " \n", "1 234 , 5 . 6\n", "= = =", "_ - _", "½ ²"]:
            pieces = list(split(document, granularity))
            assert "".join(p.text for p in pieces) == document
            assert not any(p.unit for p in pieces)

    @pytest.mark.parametrize("granularity", GRANULARITIES)
    def test_pieces_join_to_the_document(self, granularity):
        source = random.Random(7)
        for _ in range(500):
            document = "".join(source.choices(PIECES, k=source.randint(0, 40)))
            pieces = list(split(document, granularity, words=3))
            assert "".join(p.text for p in pieces) == document
            assert all(p.text for p in pieces)
            for piece in pieces:
                assert piece.unit == has_letters(piece.text)
                assert not piece.unit or piece.text == piece.text.strip()

    def test_unknown_granularity(self):
        with pytest.raises(IsoglossError, match="did you mean 'words'"):
            list(split("a", "word"))

    def test_letters_of_any_script(self):
        assert has_letters("1 中")
        assert not has_letters("1 . _ \n")
        assert Piece("a", True).unit


class TestDraw:
    mix = Mix("sentence")
    documents = tuple(f"Number {i} , a text ; with parts ! And 12 . 7 .\n" for i in range(400))

    def test_order_and_parts_do_not_matter(self):
        whole = mixed(self.documents, self.mix)
        parts = mixed(self.documents[300:], self.mix, first=300)
        assert whole[300:] == parts
        forwards = [planned(d, self.mix, i) for i, d in enumerate(self.documents)]
        backwards = [planned(d, self.mix, i) for i, d in reversed([*enumerate(self.documents)])]
        assert backwards[::-1] == forwards

    def test_the_seed_matters(self):
        assert mixed(self.documents, self.mix) == mixed(self.documents, Mix("sentence"))
        assert mixed(self.documents, self.mix) != mixed(self.documents, Mix("sentence", seed=43))

    def test_draws_of_a_seed_are_pinned(self):
        drawn = [s.language for s in planned("a . b . c . d . e . f", self.mix) if s.language]
        assert drawn == ["en", "fr", "it", "en", "en", "fr"]

    def test_one_more_language_changes_no_unit_but_to_itself(self):
        fewer, more = Mix("sentence", ("en", "fr", "de")), Mix("sentence", ("de", "es", "en", "fr"))
        moved = 0
        for number, document in enumerate(self.documents):
            for before, after in zip(
                planned(document, fewer, number), planned(document, more, number), strict=True
            ):
                assert after.language in (before.language, "es")
                moved += after.language == "es"
        assert 0.2 < moved / (4 * len(self.documents)) < 0.3

    def test_shares_are_uniform(self):
        counts = MixCounts()
        for _ in mix_documents(self.documents, self.mix, Tags(), counts=counts):
            pass
        assert sum(counts.units.values()) == 400 * 4
        test = uniformity([counts.units[code] for code in MAIN_LANGUAGES])
        assert test is not None
        assert test.p > 0.001
        assert test.degrees == 4

    def test_neighbours_are_independent(self):
        plans = [planned(d, self.mix, i) for i, d in enumerate(self.documents)]
        drawn = [[s.language for s in p if s.language] for p in plans]
        pairs = [(row[j], row[j + 1]) for row in drawn for j in range(len(row) - 1)]
        test = uniformity([pairs.count((a, b)) for a in MAIN_LANGUAGES for b in MAIN_LANGUAGES])
        assert test is not None
        assert test.p > 0.001


class TestMix:
    def test_only_units_in_other_languages_change(self):
        for segments in mix_documents(["One , two 2 . 3\n"] * 50, Mix("sentence"), Tags()):
            source = list(split("One , two 2 . 3\n", "sentence"))
            for (text, language), piece in zip(segments, source, strict=True):
                if language in (None, "en"):
                    assert text == piece.text
                else:
                    assert text == f"{language}[{piece.text}]"
                assert (language is None) == (not piece.unit)

    def test_english_needs_nothing(self):
        documents = [" a . b\n", "\n", " = 1 =\n"]
        assert mixed(documents, Mix("english"), {}) == documents
        assert needed(documents, Mix("english")) == []

    def test_collection_has_each_document_in_each_language(self):
        mix = Mix("collection", ("en", "fr"))
        assert mixed(["one\n", "2\n"], mix) == ["one\n", "fr[one]\n", "2\n", "2\n"]

    def test_needed_is_all_that_a_mix_asks_for_each_once(self):
        documents = [f"Text {i % 30} , again .\n" for i in range(200)]
        for granularity in GRANULARITIES:
            mix = Mix(granularity)
            pairs = needed(documents, mix)
            memory = dict.fromkeys(pairs, "translated")
            asked = []

            class Recorder:
                def __init__(self, memory, asked):
                    self.memory, self.asked = memory, asked

                def get(self, key, /):
                    self.asked.append(key)
                    return self.memory.get(key)

            list(mix_documents(documents, mix, Recorder(memory, asked)))
            assert set(asked) == set(pairs)

    def test_missing_raises_and_says_what(self):
        counts = MixCounts()
        with pytest.raises(IsoglossError, match=r"document 0: .* into 'fr' of 'one'"):
            mixed(["one . two\n"], Mix("sentence", ("fr",)), {("two", "fr"): "deux"}, counts=counts)
        assert (counts.missing, counts.documents) == (1, 0)

    def test_missing_drops_the_whole_document(self):
        memory = {("one", "fr"): "un"}
        counts = MixCounts()
        mix = Mix("sentence", ("fr",))
        documents = ["one\n", "one . two . three\n", "3\n"]
        assert mixed(documents, mix, memory, missing="drop", counts=counts) == ["un\n", "3\n"]
        assert (counts.documents, counts.dropped, counts.missing) == (2, 1, 2)
        assert counts.units == {"fr": 1}
        assert counts.characters == {"fr": 2}

    def test_a_collection_drops_a_document_in_every_language(self):
        mix = Mix("collection", ("en", "fr", "de"))
        memory = {("one", "fr"): "un", ("two", "fr"): "deux", ("two", "de"): "zwei"}
        assert mixed(["one", "two"], mix, memory, missing="drop") == ["two", "deux", "zwei"]

    @pytest.mark.parametrize("bad", ["", " ", "un\ndeux"])
    def test_unusable_translations_are_missing(self, bad):
        with pytest.raises(IsoglossError, match="no usable translation"):
            mixed(["one"], Mix("document", ("fr",)), {("one", "fr"): bad})

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ({"granularity": "phrase"}, "granularity is 'phrase'"),
            ({"granularity": "words", "words": 0}, "at least one word"),
            ({"granularity": "words", "languages": ()}, "at least one"),
            ({"granularity": "words", "languages": ("en", "en")}, "each one once"),
            ({"granularity": "words", "languages": ("en", "xx")}, "'xx', unknown"),
        ],
    )
    def test_mistakes_in_settings(self, options, words):
        with pytest.raises(IsoglossError, match=words):
            Mix(**options)


class TestShares:
    def test_the_draws_of_many_seeds_keep_to_their_level(self):
        """100 draws: 1 % of shares leave their interval, and 5 % of corpora have p < 0.05."""
        documents = [f"a {i} . b , c ! d\n" for i in range(60)]
        outside, rejected, seeds = 0, 0, 100
        for seed in range(seeds):
            counts = MixCounts()
            mix = Mix("sentence", seed=seed)
            for _ in mix_documents(documents, mix, Tags(), counts=counts):
                pass
            shares = language_shares(counts, MAIN_LANGUAGES)
            outside += (~shares["share"].is_between(shares["low"], shares["high"])).sum()
            test = uniformity([counts.units[code] for code in MAIN_LANGUAGES])
            assert test is not None
            rejected += test.p < 0.05
        shares_tested = seeds * len(MAIN_LANGUAGES)
        assert binomtest(outside, shares_tested, 0.01, alternative="greater").pvalue > 0.001
        assert binomtest(rejected, seeds, 0.05).pvalue > 0.001

    def test_by_hand(self):
        counts = MixCounts()
        counts.add([[Segment("abc", "en"), Segment(" ", None), Segment("d", "fr")]])
        counts.add([[Segment("efgh", "fr")], [Segment("i", "fr")]])
        table = language_shares(counts, ("en", "fr", "de"))
        assert table["units"].to_list() == [1, 3, 0]
        assert table["characters"].to_list() == [3, 6, 0]
        assert table["share"].to_list() == [25.0, 75.0, 0.0]
        # Of 4 draws at one in three: 0 has 16/81 and 4 has 1/81, each over 0.5 %.
        assert (table["low"][0], table["high"][0]) == (0.0, 100.0)
        assert counts.untouched == 1

    def test_the_interval_holds_99_percent(self):
        counts = MixCounts()
        counts.units.update(en=90, fr=110)
        table = language_shares(counts, ("en", "fr"))
        chances = [math.comb(200, k) / 2**200 for k in range(201)]
        low, high = round(2 * table["low"][0]), round(2 * table["high"][0])
        assert sum(chances[:low]) < 0.005 <= sum(chances[: low + 1])
        assert sum(chances[:high]) < 0.995 <= sum(chances[: high + 1])

    def test_chi_square_by_hand(self):
        test = uniformity([10, 20, 30])
        assert test is not None
        assert test.chi_square == pytest.approx(10.0)
        assert test.p == pytest.approx(0.006737947, abs=1e-9)  # exp(-5)

    def test_nothing_to_test(self):
        assert uniformity([12]) is None
        assert uniformity([0, 0]) is None
        table = language_shares(MixCounts(), ("en", "fr"))
        assert table["share"].null_count() == 2

    def test_a_skewed_draw_is_found(self):
        test = uniformity([1000, 1000, 1000, 1000, 1300])
        assert test is not None
        assert test.p < 1e-6
