"""BM25 scores and order equal rank_bm25's: on small corpora, and on the real WikiText-2."""

import os
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from rank_bm25 import BM25Okapi

from isogloss.corpora import bm25
from isogloss.corpora.bm25 import Okapi, Ranking, rank
from isogloss.corpora.selection import wikitext_documents

# Shared by more than half of the documents, so that their idf is negative and the floor applies.
COMMON = ["the", "of", "and"]
RARE = [f"word{number}" for number in range(60)]


def corpus(seed: int) -> tuple[list[str], str]:
    """Return documents and a query: common words, rare ones, empty documents, copies, repeats."""
    draw = random.Random(seed)
    documents = [
        " ".join(draw.choices(COMMON * 6 + RARE, k=draw.choice([0, 1, 3, 30, 60, 60])))
        for _ in range(draw.randint(2, 150))
    ]
    # Copies, and copies in another order, have equal scores and leave the order to the rule.
    documents += draw.choices(documents, k=len(documents) // 3)
    documents += [" ".join(reversed(text.split())) for text in draw.choices(documents, k=5)]
    documents.append("the word0")  # whatever was drawn, there is a word
    draw.shuffle(documents)
    query = draw.choices([*COMMON, *RARE, "absent", "never"], k=draw.choice([1, 5, 400]))
    return documents, " ".join(query)


def check(ranking: Ranking, expected: Sequence[float], ks: Sequence[int]) -> None:
    """Compare scores with rank_bm25's to 1e-9, and for the best k bit for bit, in order."""
    reference = np.asarray(expected)
    np.testing.assert_allclose(ranking.scores, reference, rtol=1e-9, atol=1e-9)
    order = np.argsort(-reference, kind="stable")
    for k in ks:
        numbers, scores = ranking.top(k)
        assert numbers.tolist() == order[:k].tolist()
        assert scores.tolist() == reference[order[:k]].tolist()


@pytest.mark.parametrize("seed", range(60))
def test_random_corpora(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # Small batches and tables, so that every corpus crosses their borders.
    monkeypatch.setattr(bm25, "BATCH_WORDS", random.Random(seed).choice([1, 50, 1000]))
    monkeypatch.setattr(bm25, "REPLAY_CELLS", 500)
    documents, query = corpus(seed)
    reference = BM25Okapi([text.split() for text in documents])
    check(
        rank(iter(documents), query),
        reference.get_scores(query.split()),
        [1, 7, 10**6],
    )


def test_order_does_not_hang_on_rounding() -> None:
    documents, query = corpus(4)
    order = np.argsort(
        -BM25Okapi([text.split() for text in documents]).get_scores(query.split()), kind="stable"
    )
    ranking = rank(documents, query)
    # The worst that rounding may do to the sums by which candidates are chosen.
    ranking.scores += np.random.default_rng(4).uniform(-1, 1, len(documents)) * ranking._error
    for k in range(1, len(documents) + 1):
        assert ranking.top(k)[0].tolist() == order[:k].tolist()


def test_floor_of_negative_idf_is_used() -> None:
    documents = [f"{text} the of and" for text in corpus(1)[0]]
    reference = BM25Okapi([text.split() for text in documents])
    floor = reference.epsilon * reference.average_idf
    assert [reference.idf[word] for word in COMMON] == [floor] * 3
    assert floor > 0
    query = "the the of and"
    check(rank(documents, query), reference.get_scores(query.split()), [10])


def test_idf_of_zero_is_no_negative_idf() -> None:
    documents = ["a", "a b", "c b", "d e f"]
    reference = BM25Okapi([text.split() for text in documents])
    assert reference.idf["a"] == 0
    check(rank(documents, "a b"), reference.get_scores(["a", "b"]), [4])


def test_negative_scores_where_the_mean_idf_is_negative() -> None:
    documents = ["a b", "a b", "a b c", "a", ""]
    reference = BM25Okapi([text.split() for text in documents])
    scores = reference.get_scores(["a", "c", "a"])
    assert min(scores) < 0
    check(rank(documents, "a c a"), scores, [2, 5])


def test_other_constants_and_tokeniser() -> None:
    documents, query = corpus(3)
    reference = BM25Okapi([list(text) for text in documents], k1=0.9, b=0.4, epsilon=0.1)
    check(rank(documents, query, Okapi(0.9, 0.4, 0.1), list), reference.get_scores(query), [20])


@pytest.mark.mirror
def test_20_000_lines_of_wikitext_2_and_a_query_of_20_000_words() -> None:
    mirror = os.environ.get("ISOGLOSS_MIRROR")
    assert mirror, "set ISOGLOSS_MIRROR to a folder with the data sets"
    train = Path(mirror) / "wikitext-2" / "train.shuffled.txt"
    documents = list(wikitext_documents(train))[:20_000]
    assert len(documents) == 20_000
    # Running text: repeats, words of all frequencies, some in more than half of the documents.
    query = " ".join(documents[100:]).split()[:20_000]
    assert len(query) == 20_000
    reference = BM25Okapi([text.split() for text in documents])
    # rank_bm25 adds a word's scores to the sum each time the word comes, and computes them anew
    # each time, minutes in all. Its scores of one word alone are what it adds.
    parts = {word: reference.get_scores([word]) for word in dict.fromkeys(query)}

    def summed(words: Sequence[str]) -> np.ndarray:
        scores = np.zeros(len(documents))
        for word in words:
            scores += parts[word]
        return scores

    few = query[:100]
    assert len(set(few)) < len(few)
    assert summed(few).tolist() == reference.get_scores(few).tolist()

    ranking, expected = rank(documents, " ".join(query)), summed(query)
    assert np.max(np.abs(ranking.scores - expected)) <= 1e-8
    check(ranking, expected, [2000])
