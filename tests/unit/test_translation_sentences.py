"""Sentences of running text."""

import pytest

from isogloss.translation.sentences import sentences


@pytest.mark.parametrize(
    "expected",
    [
        ["One sentence"],
        ["One.", " Two.", " Three"],
        ["Who?", " Me!", "  You…"],
        ['He said "no."', " Then he left."],
        ["In 1997 .", " 1998 followed ."],
        ["Dr. Watson met J. K. Rowling in the U.S. Senate .", " Fine."],
        ["It cost 3.5 pounds, i.e. nothing."],
        ["He stopped... and went on.", "\n\nNew paragraph. "],
        ["他来了。", "他走了！", "好"],
        ["क्या आप ठीक हैं।", " हाँ।"],
        ["  Outer space stays.", " Yes.  "],
        [""],
        ["   "],
        ["..."],
    ],
)
def test_sentences_end_at_their_marks(expected):
    assert sentences("".join(expected)) == expected
