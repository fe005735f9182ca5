"""Parquet and TMX: written, read back, and read by an independent library."""

from pathlib import Path

import polars as pl
import pytest
from translate.storage import tmx

from isogloss.errors import IsoglossError
from isogloss.translation.export import read_parquet, read_tmx, write_parquet, write_tmx
from isogloss.translation.memory import Entry, add, load_all

TEXTS = {
    "cat": "Katze",
    "a < b & \"c\" > 'd'": "a < b & „c“ > ‚d‘ ]]>",
    "two\nlines": "zwei\n\nZeilen",
    "tab\tand  two spaces": "Tab\tund  zwei Leerzeichen",
    "return\rhere": "Wagen\r\nrücklauf",
    "emoji 🐈": "𝔎atze — 猫 قطة बिल्ली",
}
DONE = [
    Entry("google", "en", "de", text, translation, "translated", "deep-translator 1.11.4")
    for text, translation in sorted(TEXTS.items())
]
SPANISH = Entry("google", "en", "es", "cat", "gato", "translated", "deep-translator 1.11.4")
OPEN = [
    Entry("google", "en", "de", "Paris", None, "unchanged", "deep-translator 1.11.4"),
    Entry("google", "en", "de", "dog", None, "failed", "deep-translator 1.11.4", "HTTP 500"),
]
ALL = [*sorted([*DONE, *OPEN], key=lambda entry: entry.text), SPANISH]


def test_parquet_holds_everything_and_the_same_bytes(tmp_path):
    assert write_parquet(ALL, tmp_path / "a.parquet") == len(ALL)
    assert list(read_parquet(tmp_path / "a.parquet")) == ALL
    add(tmp_path / "memory", reversed(ALL))
    write_parquet(load_all(tmp_path / "memory"), tmp_path / "b.parquet")
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_an_empty_memory_can_be_written(tmp_path):
    write_parquet([], tmp_path / "a.parquet")
    assert list(read_parquet(tmp_path / "a.parquet")) == []


def test_a_table_with_a_source_text_in_place_of_a_translation_is_refused(tmp_path):
    write_parquet(ALL, tmp_path / "a.parquet")
    frame = pl.read_parquet(tmp_path / "a.parquet").with_columns(translation=pl.col("text"))
    frame.write_parquet(tmp_path / "b.parquet")
    with pytest.raises(IsoglossError, match="a translation goes with 'translated' alone"):
        list(read_parquet(tmp_path / "b.parquet"))


def test_tmx_comes_back(tmp_path):
    assert write_tmx(ALL, tmp_path / "a.tmx") == len(DONE) + 1
    assert list(read_tmx(tmp_path / "a.tmx", "en")) == [*DONE, SPANISH]


def test_translate_toolkit_reads_the_same_units(tmp_path):
    write_tmx(ALL, tmp_path / "a.tmx")
    with (tmp_path / "a.tmx").open("rb") as file:
        german = tmx.tmxfile(file, "en", "de")
    found = {unit.source: unit.target for unit in german.units if unit.target is not None}
    assert found == TEXTS
    with (tmp_path / "a.tmx").open("rb") as file:
        spanish = tmx.tmxfile(file, "en", "es")
    assert [unit.target for unit in spanish.units if unit.target is not None] == ["gato"]
    assert len(spanish.units) == len(DONE) + 1


def test_what_translate_toolkit_writes_can_be_imported(tmp_path):
    store = tmx.tmxfile()
    for text, translation in TEXTS.items():
        store.addtranslation(text, "en", translation, "de-AT")
    with (tmp_path / "a.tmx").open("wb") as file:
        store.serialize(file)
    found = {e.text: e.translation for e in read_tmx(tmp_path / "a.tmx", "en", "people")}
    # A bare carriage return does not survive there.
    assert {k: v for k, v in found.items() if "return" not in k} == {
        k: v for k, v in TEXTS.items() if "return" not in k
    }


FOREIGN = """<?xml version="1.0"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4"><header creationtool="x" creationtoolversion="1" segtype="sentence"
 o-tmf="x" adminlang="en" srclang="{srclang}" datatype="html"/><body>
<tu><tuv xml:lang="EN-us"><seg>Press <bpt i="1">&lt;b&gt;</bpt>the <hi>red</hi><ept i="1">&lt;/b&gt;
</ept> key<ph x="1">br</ph>.</seg></tuv>
<tuv xml:lang="de"><seg>Rote Taste.</seg></tuv><tuv xml:lang="es"><seg> </seg></tuv></tu>
</body></tmx>"""


def foreign(folder: Path, srclang: str) -> Path:
    path = folder / "foreign.tmx"
    path.write_text(FOREIGN.format(srclang=srclang))
    return path


def test_inline_codes_of_other_programs_are_left_out(tmp_path):
    assert list(read_tmx(foreign(tmp_path, "en-US"), "en", "people")) == [
        Entry("people", "en", "de", "Press the red key.", "Rote Taste.", "translated", "imported")
    ]


def test_units_of_another_source_language_are_not_taken(tmp_path):
    assert list(read_tmx(foreign(tmp_path, "de"), "en", "people")) == []


def test_units_of_unknown_origin_need_a_name(tmp_path):
    with pytest.raises(IsoglossError, match=r"foreign\.tmx: unit 'Press .* name a provider"):
        list(read_tmx(foreign(tmp_path, "en"), "en"))


def test_what_is_no_tmx_is_an_error_that_names_the_file(tmp_path):
    (tmp_path / "x.tmx").write_text("<tmx><body>")
    with pytest.raises(IsoglossError, match=r"x\.tmx: cannot be read as TMX"):
        list(read_tmx(tmp_path / "x.tmx", "en"))


def test_characters_that_xml_cannot_hold_are_named_and_leave_no_file(tmp_path):
    entry = Entry("p", "en", "de", "a\x01b", "c", "translated", "1")
    with pytest.raises(IsoglossError, match=r"a\.tmx: unit 'a\\x01b' holds the character U\+0001"):
        write_tmx([entry], tmp_path / "a.tmx")
    assert not (tmp_path / "a.tmx").exists()
