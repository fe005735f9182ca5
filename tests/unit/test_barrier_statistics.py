"""Paired tests and intervals against their definitions, and their error rate by simulation."""

import gc
from math import comb

import numpy as np
import pytest
from scipy.stats import binomtest

from isogloss.barrier.statistics import corrected, interval, mcnemar
from isogloss.errors import IsoglossError


def binomial_p(b: int, c: int) -> float:
    """McNemar's exact p-value from the binomial distribution, written out."""
    n, k = b + c, min(b, c)
    return min(1.0, 2 * sum(comb(n, i) for i in range(k + 1)) / 2**n)


@pytest.mark.parametrize(("b", "c"), [(0, 0), (5, 0), (1, 9), (30, 22), (7, 7)])
def test_mcnemar_counts_only_where_answers_differ(b, c):
    first = np.array([True] * b + [False] * c + [True] * 11 + [False] * 13)
    second = np.array([False] * b + [True] * c + [True] * 11 + [False] * 13)
    test = mcnemar(first, second)
    assert (test.first_only, test.second_only) == (b, c)
    assert test.p == pytest.approx(binomial_p(b, c), abs=1e-12)


def test_mcnemar_needs_the_same_questions():
    with pytest.raises(IsoglossError, match="3 and 4 answers"):
        mcnemar(np.ones(3, bool), np.ones(4, bool))


def test_equal_answerers_are_rarely_told_apart():
    generator = np.random.default_rng(1)
    found = sum(
        mcnemar(generator.random(300) < 0.6, generator.random(300) < 0.6).p < 0.05
        for _ in range(400)
    )
    assert found <= 32  # 5 % of 400 is 20; the exact test is conservative


@pytest.fixture
def frozen():
    """Nothing for gc to look through: statsmodels collects garbage at each correction."""
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("frozen")
def test_a_family_of_equal_answerers_is_rarely_told_apart():
    """One language against four others, all guessing: the chance of any verdict is 5 % at most."""
    generator = np.random.default_rng(2)
    found = 0
    for _ in range(400):
        right = generator.random((5, 300)) < 0.25
        found += min(corrected([mcnemar(right[0], other).p for other in right[1:]])) < 0.05
    assert binomtest(found, 400, 0.05, alternative="greater").pvalue > 0.001


def test_holm_by_hand():
    # Sorted: 0.01 * 4, 0.02 * 3, 0.03 * 2, 0.5 * 1, each at least the one before.
    assert corrected([0.5, 0.01, 0.03, 0.02]) == pytest.approx([0.5, 0.04, 0.06, 0.06])
    assert corrected([0.9, 0.8]) == pytest.approx([1.0, 1.0])
    assert corrected([]) == []


def test_interval_leaves_out_what_is_unknown():
    low, high = interval(np.array([np.nan, *np.linspace(0, 100, 101)]), 0.9)
    assert (low, high) == pytest.approx((5, 95))
    assert interval(np.array([np.nan]), 0.95) == (None, None)
