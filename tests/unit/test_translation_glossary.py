"""The glossary: words looked up, and nothing left in English unseen."""

import csv
import re
from pathlib import Path

import pytest

from isogloss.corpora.units import split
from isogloss.errors import IsoglossError
from isogloss.translation.providers.glossary import GlossaryProvider
from isogloss.translation.providers.protocol import Failure
from isogloss.translation.translate import translate

DEMO = Path(__file__).parents[2] / "resources/demo"
ROWS = """\
en\tfr\tde
a\tun\tein
at\tà\tbei
at the\tau\tbeim
at the end\tà la fin\tam Ende
cat\tchat\tKatze
don't\tne\tnicht
end\tfin\tEnde
harry\tHarry\tHarry
i\tje\tich
sees\tvoit\tsieht
the\tle\tdie
well-known\tconnu\tbekannt
"""


def made(tmp_path: Path, rows: str = ROWS) -> GlossaryProvider:
    path = tmp_path / "glossary.tsv"
    path.write_text(rows, encoding="utf-8")
    return GlossaryProvider(path)


@pytest.mark.parametrize(
    ("text", "french"),
    [
        ("the cat sees a cat", "le chat voit un chat"),
        ("The cat .  A\tcat !", "Le chat .  Un\tchat !"),
        ("at the end", "à la fin"),
        ("at the cat", "au chat"),
        ("at  the end", "à la fin"),
        ("at , the end", "à , le fin"),
        ("At the END", "À la fin"),
        ("AT THE END", "À LA FIN"),
        ("THE CAT", "LE CHAT"),
        ("A cat", "Un chat"),
        ("I", "Je"),
        ("the cat I", "le chat je"),
        ("the cat . I", "le chat . Je"),
        ("Harry sees the cat", "Harry voit le chat"),
        ("the cat sees Dumbledore", "le chat voit Dumbledore"),
        ("the well-known cat", "le connu chat"),
        ("the @-@ cat <cat> ( cat )", "le @-@ chat <chat> ( chat )"),
        ("don't", "ne"),
        ("in 1997 the cat".removeprefix("in "), "1997 le chat"),
        ("the 2nd cat", "le 2nd chat"),
    ],
)
def test_words_keep_case_punctuation_and_spaces(tmp_path, text, french):
    assert made(tmp_path).translate([text], "en", "fr") == [french]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("the dog sees a dog and a cow", "'dog', 'and', 'cow'"),
        ("Dumbledore sees the cat", "'Dumbledore'"),  # a name, or a word at a sentence's beginning
        ("the cat . Dogs sees", "'Dogs'"),
        ("the café", "'café'"),
    ],
)
def test_unknown_words_are_a_failure_that_names_them(tmp_path, text, words):
    answers = made(tmp_path).translate(["the cat", text], "en", "de")
    assert answers == ["die Katze", Failure(f"not in the glossary: {words}")]


def test_other_languages_are_an_error(tmp_path):
    provider = made(tmp_path)
    provider.check("en", "de")
    for pair in (("en", "es"), ("fr", "de"), ("en", "en")):
        with pytest.raises(IsoglossError, match=r"only from 'en' to de, fr"):
            provider.check(*pair)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("", r"the columns are \[\]"),
        ("fr\tde\nun\tein\n", "'en'|en among them"),
        ("en\txx\na\tb\n", "once each by the languages' codes"),
        ("en\tfr\tfr\na\tb\tc\n", "once each"),
        ("en\tfr\n", "holds no words"),
        ("en\tfr\na\tun\nthe\n", r"line 3 \('the'\) has an empty cell or not the 2"),
        ("en\tfr\na\t \n", r"line 2 \('a'\) has an empty cell"),
        ("en\tfr\na\tun\na\tune\n", "line 3: the key 'a' is there twice"),
        ("en\tfr\nCat\tchat\n", "line 2: the key 'Cat' is there twice or not in lower"),
        ("en\tfr\na  cat\tchat\n", "single spaces"),
    ],
)
def test_a_damaged_glossary_is_an_error_with_its_line(tmp_path, rows, message):
    with pytest.raises(IsoglossError, match=message):
        made(tmp_path, rows)


def test_a_missing_or_binary_file_is_an_error(tmp_path):
    with pytest.raises(IsoglossError, match=r"gone\.tsv: cannot be read as a glossary"):
        GlossaryProvider(tmp_path / "gone.tsv")
    (tmp_path / "binary.tsv").write_bytes(b"en\tfr\n\xff\xfe")
    with pytest.raises(IsoglossError, match="in UTF-8"):
        GlossaryProvider(tmp_path / "binary.tsv")


def test_an_edited_glossary_does_not_answer_from_the_old_one_s_memory(tmp_path):
    first = translate(["the cat"], made(tmp_path), "en", "fr", tmp_path / "memory")
    assert first.of("the cat") == "le chat"
    assert translate(["the cat"], made(tmp_path), "en", "fr", tmp_path / "memory").requests == 0
    edited = made(tmp_path, ROWS.replace("chat", "minet"))
    again = translate(["the cat"], edited, "en", "fr", tmp_path / "memory")
    assert again.of("the cat") == "le minet"


def test_the_demo_s_glossary_covers_the_demo_s_corpora():
    """Checked against the table itself: every word's translation is in its cell or a phrase's."""
    provider = GlossaryProvider(DEMO / "glossary.tsv")
    with (DEMO / "glossary.tsv").open(encoding="utf-8", newline="") as file:
        rows = {row["en"]: row for row in csv.DictReader(file, delimiter="\t")}
    lines = [
        line
        for name in ("general.txt", "search.txt")
        for line in (DEMO / "corpora" / name).read_text(encoding="utf-8").splitlines()
    ]
    units = list(
        dict.fromkeys(
            piece.text
            for line in lines
            for kind in ("document", "sentence", "words")
            for piece in split(line, kind)
            if piece.unit
        )
    )
    assert len(units) > 1000
    for target in ("fr", "de", "es", "it"):
        cells = {word for row in rows.values() for word in re.findall(r"\w+", row[target].lower())}
        answers = provider.translate(units, "en", target)
        assert [answer for answer in answers if isinstance(answer, Failure)] == []
        for unit, answer in zip(units, answers, strict=True):
            assert isinstance(answer, str)
            assert set(re.findall(r"\w+", answer.lower())) <= cells
            marks = [re.findall(r"@-@|[.,:]", text) for text in (unit, answer)]
            assert marks[0] == marks[1]
