"""Languages with chances of their own, and corpora of which only a part is mixed."""

from collections import Counter

import pytest

from isogloss.corpora.draw import chance, choice
from isogloss.corpora.mix_file import mix_file
from isogloss.corpora.mixing import MAIN_LANGUAGES, Mix, MixCounts, mix_documents, mix_of
from isogloss.corpora.shares import language_shares, mixed_counts, uniformity
from isogloss.errors import IsoglossError
from tests.unit.test_mixing import Tags, planned

DOCUMENTS = tuple(f"Text {i} , with parts ; a few ! And more .\n" for i in range(500))
SHARES = {"en": 12.0, "fr": 1.0, "de": 1.0, "es": 1.0, "it": 1.0}


def languages(mix, documents=DOCUMENTS):
    return [
        [s.language for s in planned(document, mix, number) if s.language]
        for number, document in enumerate(documents)
    ]


def test_equal_shares_draw_what_no_shares_draw():
    equal = Mix("sentence", shares=dict.fromkeys(MAIN_LANGUAGES, 3.0))
    assert languages(equal) == languages(Mix("sentence"))


def test_units_follow_the_shares_and_the_test_knows_them():
    mix, counts = Mix("sentence", shares=SHARES), MixCounts()
    for _ in mix_documents(DOCUMENTS, mix, Tags(), counts=counts):
        pass
    assert mix.chances() == [0.75, 0.0625, 0.0625, 0.0625, 0.0625]
    assert mixed_counts(counts, mix)["p"][0] > 0.01
    # The same counts are no uniform draw.
    assert uniformity([counts.units[code] for code in MAIN_LANGUAGES]).p < 1e-9
    shares = language_shares(counts, mix.drawn, chances=mix.chances())
    for row in shares.iter_rows(named=True):
        assert row["low"] <= row["share"] <= row["high"]
    assert shares.filter(language="en")["low"][0] > 70


def test_a_larger_share_changes_choices_to_its_language_alone():
    options = ("en", "fr", "de")
    moved = 0
    for number in range(500):
        before = choice(options, 1, number, weights={"en": 1, "fr": 1, "de": 2})
        after = choice(options, 1, number, weights={"en": 4, "fr": 1, "de": 2})
        assert after in (before, "en")
        moved += after != before
    assert moved > 100


def test_what_has_no_share_is_never_drawn():
    mix = Mix("document", ("en", "fr", "de"), shares={"en": 1, "fr": 0, "de": 1})
    found = Counter(code for document in languages(mix) for code in document)
    assert set(found) == {"en", "de"}
    assert uniformity([found["en"], 0, found["de"]], mix.chances()).degrees == 1


def test_a_part_of_the_documents_is_mixed_and_a_larger_part_holds_it():
    def partly(share):
        found = languages(Mix("sentence", ("fr", "de"), mixed=share))
        return {number for number, codes in enumerate(found) if set(codes) != {"en"}}

    few, many = partly(0.2), partly(0.6)
    assert few < many
    # A share of 500 documents lies within 4 standard deviations of its probability.
    assert abs(len(few) / 500 - 0.2) < 4 * (0.2 * 0.8 / 500) ** 0.5
    assert abs(len(many) / 500 - 0.6) < 4 * (0.6 * 0.4 / 500) ** 0.5
    whole = languages(Mix("sentence", ("fr", "de")))
    partial = languages(Mix("sentence", ("fr", "de"), mixed=0.6))
    assert all(partial[number] == whole[number] for number in many)


def test_shares_of_a_partly_mixed_corpus_are_not_tested():
    mix, counts = Mix("sentence", mixed=0.5), MixCounts()
    for _ in mix_documents(DOCUMENTS, mix, Tags(), counts=counts):
        pass
    assert counts.units["en"] > 0.5 * sum(counts.units.values())
    assert mixed_counts(counts, mix)["p"][0] is None


def test_a_partly_mixed_collection_has_the_others_once_in_english():
    mix = Mix("collection", ("en", "fr"), mixed=0.5)
    found = list(mix_documents(DOCUMENTS[:100], mix, Tags()))
    several = sum(mix.mixes(number) for number in range(100))
    assert 30 < several < 70
    assert len(found) == 100 + several


def test_documents_of_a_group_are_mixed_all_or_none(tmp_path):
    source, groups = tmp_path / "corpus.txt", [f"person {i % 40}" for i in range(400)]
    source.write_text("".join(f"Line {i} .\n" for i in range(400)), encoding="utf-8")
    mix = Mix("document", ("fr", "de"), mixed=0.5)

    def resolve(pairs):
        return {(unit, code): f"{code}[{unit}]" for unit, code in pairs}

    mix_file(source, tmp_path / "mixed.txt", mix, resolve, groups=groups)
    lines = (tmp_path / "mixed.txt").read_text(encoding="utf-8").splitlines()
    by_group = [{line.startswith("Line") for line in lines[i::40]} for i in range(40)]
    assert all(len(kinds) == 1 for kinds in by_group)
    english = [kinds == {True} for kinds in by_group]
    assert english == [not chance(0.5, 42, "mixed", f"person {i}") for i in range(40)]
    assert 0 < sum(english) < 40


def test_too_few_groups_are_an_error_and_leave_no_file(tmp_path):
    source = tmp_path / "corpus.txt"
    source.write_text("a\nb\nc\n", encoding="utf-8")
    with pytest.raises(IsoglossError, match=r"groups: 2 lines, but the corpus has 3"):
        mix_file(source, tmp_path / "m.txt", Mix("english"), dict, groups=["x", "y"])
    assert not (tmp_path / "m.txt").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"shares": {"en": 1.0}}, "give each of"),
        ({"shares": dict.fromkeys(MAIN_LANGUAGES, 0.0)}, "one of them more than 0"),
        ({"mixed": 0.0}, "mixed is 0.0; give more than 0"),
    ],
)
def test_mistakes_are_explained(options, message):
    with pytest.raises(IsoglossError, match=message):
        Mix("sentence", **options)


def test_rules_give_what_matters_to_a_mix():
    options = {"granularity": "sentence", "languages": list(SHARES), "seed": 3}
    mix = mix_of(options | {"shares": SHARES, "mixed": 0.25})
    assert (mix.shares, mix.mixed, mix.seed) == (SHARES, 0.25, 3)
