"""A memory in two forms that others read: Parquet (all of it) and TMX 1.4 (the translations)."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import polars as pl

from isogloss.errors import IsoglossError
from isogloss.frames import ROWS, Column, Frame
from isogloss.translation.memory import TRANSLATED, Entry

MEMORY = Frame(
    name="translation memory",
    columns={
        "provider": Column(pl.String(), "who translated"),
        "source": Column(pl.String(), "language of the text, ISO 639-1"),
        "target": Column(pl.String(), "language of the translation, ISO 639-1"),
        "text": Column(pl.String(), "the unit, without outer white space"),
        "translation": Column(pl.String(), "empty unless translated", nullable=True),
        "status": Column(pl.String(), "translated, unchanged or failed"),
        "version": Column(pl.String(), "of the provider, its service or model"),
        "reason": Column(pl.String(), "why it failed", nullable=True),
    },
    key=("provider", "source", "target", "text"),
)

# What XML 1.0 (section 2.2) cannot hold, escaped or not.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def frame_of(entries: Iterable[Entry]) -> pl.DataFrame:
    """Return entries as MEMORY, in their order."""
    rows = [[getattr(entry, name) for name in MEMORY.columns] for entry in entries]
    schema = {name: column.dtype for name, column in MEMORY.columns.items()}
    return MEMORY.check(pl.DataFrame(rows, schema=schema, orient="row"))


def write_parquet(entries: Iterable[Entry], path: Path) -> int:
    """Write entries that come in the order of `load_all`; return their number. See MEMORY."""
    count = 0

    def frames() -> Iterator[pl.DataFrame]:
        nonlocal count
        rest = iter(entries)
        while len(frame := frame_of(islice(rest, ROWS))):
            count += len(frame)
            yield frame

    MEMORY.write_stream(frames(), path)
    return count


def read_parquet(path: Path) -> Iterator[Entry]:
    """Yield the entries of a table written by `write_parquet` or made like it, in any order."""
    for frame in MEMORY.stream(path):
        for row in frame.iter_rows(named=True):
            yield Entry(**row)


def write_tmx(entries: Iterable[Entry], path: Path) -> int:
    """Write what is translated as TMX 1.4, in the given order; return the number of units.

    Provider and version are properties of each unit. Failed and unchanged units have nothing to
    exchange and are left out. Raises IsoglossError for characters that XML cannot hold.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    count = 0
    with temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.write(
            '<?xml version="1.0" encoding="UTF-8"?>\n<tmx version="1.4">\n'
            '<header creationtool="isogloss" creationtoolversion="1" segtype="block" '
            'o-tmf="isogloss" adminlang="en" srclang="*all*" datatype="plaintext"/>\n<body>\n'
        )
        for entry in entries:
            if entry.status == TRANSLATED:
                file.write(_unit(entry, path))
                count += 1
        file.write("</body>\n</tmx>\n")
    temporary.replace(path)
    return count


def _unit(entry: Entry, path: Path) -> str:
    for text in (entry.text, entry.translation or ""):
        bad = _NOT_XML.search(text)
        if bad:
            raise IsoglossError(
                f"{path}: unit {text[:60]!r} holds the character U+{ord(bad[0]):04X}, which XML "
                "cannot hold; export as Parquet, or clean the source text"
            )
    return (
        f"<tu srclang={quoteattr(entry.source)}>"
        f'<prop type="x-provider">{escape(entry.provider)}</prop>'
        f'<prop type="x-version">{escape(entry.version)}</prop>\n'
        + _variant(entry.source, entry.text)
        + _variant(entry.target, entry.translation or "")
        + "</tu>\n"
    )


def _variant(language: str, text: str) -> str:
    # A bare carriage return would be read back as a line feed.
    seg = escape(text, {"\r": "&#13;"})
    return f"<tuv xml:lang={quoteattr(language)}><seg>{seg}</seg></tuv>\n"


def read_tmx(path: Path, source: str, provider: str | None = None) -> Iterator[Entry]:
    """Yield a unit for each pair of `source` and another language in a TMX file.

    provider: for units that do not say who translated them, as in files of other programs;
    without it such units raise IsoglossError. Of inline elements the text that people see is
    kept, their codes are not. Languages are cut to their first part: "de-AT" is read as "de".
    """
    header: str | None = None
    try:
        body: ET.Element | None = None
        for event, element in ET.iterparse(path, events=("start", "end")):
            if event == "start":
                body = element if element.tag == "body" else body
            elif element.tag == "header":
                header = element.get("srclang")
            elif element.tag == "tu":
                yield from _entries(element, path, source, provider, header)
                # Units that were read are not held.
                (element if body is None else body).clear()
    except (OSError, ET.ParseError) as error:
        raise IsoglossError(f"{path}: cannot be read as TMX: {error}") from error


def _entries(
    unit: ET.Element, path: Path, source: str, provider: str | None, header: str | None
) -> Iterator[Entry]:
    texts = {}
    for variant in unit.iter("tuv"):
        language = (variant.get(_LANG) or variant.get("lang") or "").lower().split("-")[0]
        seg = variant.find("seg")
        texts[language] = "" if seg is None else _seen(seg).strip()
    declared = (unit.get("srclang") or header or "*all*").lower().split("-")[0]
    if declared not in ("*all*", source) or not texts.get(source):
        return
    props = {prop.get("type"): prop.text or "" for prop in unit.iter("prop")}
    name = props.get("x-provider", provider)
    if name is None:
        raise IsoglossError(
            f"{path}: unit {texts[source][:60]!r} does not say who translated it; name a provider "
            "for the units of this file"
        )
    for language, translation in texts.items():
        if language != source and translation:
            yield Entry(
                *(name, source, language, texts[source], translation, TRANSLATED),
                props.get("x-version", "imported"),
            )


def _seen(element: ET.Element) -> str:
    """Return the text of a segment, that in `hi` too, but not codes (`bpt`, `ph` and so on)."""
    text = element.text or ""
    for child in element:
        if child.tag == "hi":
            text += _seen(child)
        text += child.tail or ""
    return text
