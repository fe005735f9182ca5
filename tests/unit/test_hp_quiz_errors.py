"""Every mistake in the quiz's files and settings is named, with its place."""

import shutil
from pathlib import Path

import pytest
import yaml

from isogloss.config.load import load
from isogloss.corpora.hp_facts import read_facts
from isogloss.corpora.hp_quiz import build
from isogloss.corpora.hp_words import read_words
from isogloss.errors import IsoglossError
from tests.demo import ROOT

FOLDER = ROOT / "resources/quiz"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "quiz"))


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("languages", "message"),
    [
        (["en", "eng"], r"'eng' is not one \(did you mean 'en'\?\)"),
        (["nb"], r"'nb' is not one \(valid: am, ar, .*, no, ru, zh\)"),
        (["en", "en"], "give each one once"),
        ([], "give each one once"),
    ],
)
def test_languages(languages: list[str], message: str) -> None:
    with pytest.raises(IsoglossError, match=message):
        build(FOLDER, languages)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Accio,kind,charm", "Accio,knd,charm", r"unknown attribute 'knd' of 'Accio'.*'kind'"),
        ("Accio,kind,charm", "Accio,kind,charms", r"'charms' is no kind .*'charm'"),
        ("Accio,kind,charm,,", "Accio,kind,charm,hexx,", r"'hexx' is no kind .*'hex'"),
        ("Ron Weasley,house,Gryffindor", "Ron Weasley,house,Grifindor", r"is no house .*Gryff"),
        ("Ron Weasley,wife,Hermione Granger", "Ron Weasley,wife,Fleur Delacour", "not in family"),
        ("Ron Weasley,father,Arthur Weasley", "Ron Weasley,father,Arthur Wesley", "did you mean"),
        ("Ron Weasley,gender,male", "Ron Weasley,gender,female", "but not in family.csv"),
        ("Roger Davies,gender,male", "Roger Davis,gender,male", r"'Roger Davis' is not in the"),
        (',"Goblet of Fire, ch. 20 (Summoning Charm)"', ",", "does not say where it is from"),
        ("Aberto,kind", "Accio,kind", "'Accio' has kind twice"),
        ("subject,attribute", "subject,attr", "its header must be subject,attribute,value,also"),
        ("Accio,kind,charm,,", "Accio,kind,charm,,,", "has 6 cells, expected 5"),
    ],
)
def test_facts(folder: Path, old: str, new: str, message: str) -> None:
    change(folder / "facts.csv", old, new)
    with pytest.raises(IsoglossError, match=rf"facts\.csv.*{message}|{message}"):
        read_facts(folder)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Ron Weasley,male", "Ron Weasley,man", "gender of 'Ron Weasley' is 'man'"),
        ("Ron Weasley,male,Arthur Weasley", "Ron Weasley,male,Arthur W", "the father of .* no row"),
        ("Ron Weasley,male,Arthur Weasley", "Ron Weasley,male,Molly Weasley", "is not male"),
        ("Molly Weasley,Hermione Granger", "Molly Weasley,Cho Chang", "not the other way"),
        ("Roger Davies,male", "Ron Weasley,male", "'Ron Weasley' has two rows"),
    ],
)
def test_family(folder: Path, old: str, new: str, message: str) -> None:
    change(folder / "family.csv", old, new)
    with pytest.raises(IsoglossError, match=rf"family\.csv: .*{message}"):
        read_facts(folder)


def test_too_few_wrong_values(folder: Path) -> None:
    change(folder / "facts.csv", "Cho Chang,hair,black,,", "Cho Chang,hair,black,red grey brown,")
    with pytest.raises(IsoglossError, match="hair of 'Cho Chang' has only 1 wrong values"):
        build(folder, ["en"])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('    hex: "Verhexung"\n', "", r"values\.kind: missing \['hex'\]"),
        ('hex: "Verhexung"', 'hexe: "Verhexung"', r"missing \['hex'\], unknown \['hexe'\]"),
        ('hex: "Verhexung"', 'hex: "FLUCH"', "values 'curse' and 'hex' of kind read the same"),
        ('hex: "Verhexung"', 'hex: " Verhexung"', "is no text"),
        ('hex: "Verhexung"', "hex: no", "False is no text"),
        ('hex: "Verhexung"', 'hex: "A"\n    hex: "B"', "key 'hex' is given twice"),
        ("Welche Haarfarbe hat {subject}?", "Welche Haarfarbe?", "'hair' must have {subject} once"),
        ("Haarfarbe hat {subject}?", "{subject} {subject}?", "'hair' must have {subject} once"),
        ("Haarfarbe hat {subject}?", "Farbe hat {name}?", "'hair' must have {subject} once"),
        ("instruction:", "instructions:", r"missing \['instruction'\]"),
        ("questions:", "questions: [", "not valid YAML"),
    ],
)
def test_wording(folder: Path, old: str, new: str, message: str) -> None:
    change(folder / "languages/de.yaml", old, new)
    with pytest.raises(IsoglossError, match=rf"de\.yaml.*{message}"):
        read_words(folder, "de")


def test_missing_files(folder: Path) -> None:
    for name in ("facts.csv", "family.csv", "languages/de.yaml"):
        (folder / name).rename(folder / "away")
        with pytest.raises(IsoglossError, match=rf"{name}: .*cannot be read"):
            build(folder, ["de"])
        (folder / "away").rename(folder / name)
    (folder / "facts.csv").write_bytes(b"\xff\xfe")
    with pytest.raises(IsoglossError, match=r"facts\.csv: cannot be read as CSV"):
        build(folder, ["de"])


@pytest.mark.parametrize(
    ("quiz", "message"),
    [
        ({"languages": ["en", "nb"]}, r"barrier\.quiz\.languages: the quiz 'isogloss' has no 'nb'"),
        ({"languages": ["en", "en"]}, r"barrier\.quiz\.languages: give each one once"),
        ({"languages": []}, r"barrier\.quiz\.languages: give each one once"),
        ({"take": "published", "languages": ["fi"]}, "the quiz 'published' has no 'fi'"),
        ({"take": "publshed", "languages": ["en"]}, r"barrier\.quiz\.take: .*'published'"),
    ],
)
def test_settings(quiz: dict[str, object], message: str) -> None:
    config = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))
    config["barrier"]["quiz"] = quiz
    with pytest.raises(IsoglossError, match=message):
        load(config, ROOT)
