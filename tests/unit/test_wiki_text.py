"""Plain text of wiki markup."""

import time

import polars as pl
import pytest

from isogloss.corpora.wiki_text import passages, write_passages
from isogloss.sources.wiki_pages import WIKI_PAGES

# The constructs of a page on a person, as wikis on fiction write them.
PAGE = """\
{{Individual infobox
|name=Harry Potter
|hair=[[Black]]<ref>{{PS|B|2}}</ref>
|family={{Plainlist|
* [[James Potter I]] (father)
}}
}}
{{Quote|I'm going to keep going.|Harry to Ron}}
'''Harry James Potter''' (b. [[31 July]], [[1980]])<ref name="x">{{PS|B|2}} and {{a}}</ref> was an
[[England|English]] [[half-blood]]&nbsp;wizard&mdash;''famous''.<ref name="x" />
[[File:HP.jpg|thumb|250px|Harry in [[1991]] at ''school'']]
== Biography ==
=== Early life (1980{{ndash}}1991) ===
* A list item
## A numbered one
: An indented one
{| class="wikitable"
! head
|-
| cell [[File:x.png]] <ref>deep</ref>
|}
<gallery>
File:x.png|caption
</gallery>
Before.<br />After.<br>End
[[Category:Wizards]] [[de:Harry Potter]] [[pt-br:Harry Potter]] [[:Category:Wizards|wizards]]
[[w:Boy|boy]] [[Quidditch]]s
__NOTOC____NOEDITSECTION__
<!-- a comment -->
[https://example.org a link] 1 < 2 && 3 > 2
"""
EXPECTED = [
    "Harry James Potter (b. 31 July, 1980) was an",
    "English half-blood wizard—famous.",
    "Biography",
    "Early life (19801991)",
    "A list item",
    "A numbered one",
    "An indented one",
    "Before.",
    "After.",
    "End",
    "wizards",
    "boy Quidditchs",
    "a link 1 < 2 && 3 > 2",
]


def test_a_page_of_every_construct():
    assert passages(PAGE) == EXPECTED


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("", []),
        ("{{Only|a=template}}", []),
        ("Unclosed {{template and [[link", ["Unclosed {{template and [[link"]),
        ("[[file:x.png|thumb|A ''caption'']] text", ["text"]),
        ("'''[[File:x.png|[[File:y.png]]]] bold'''", ["bold"]),
        ("<ref>[[File:x.png]]{{t|<ref>x</ref>}}</ref>text", ["text"]),
        ("a<nowiki>[[b]]</nowiki>c", ["a[[b]]c"]),
        ("x\u2028y\tz", ["x", "y z"]),
    ],
)
def test_single_constructs(markup, text):
    assert passages(markup) == text


def test_a_long_page_takes_seconds_at_most():
    start = time.monotonic()
    found = passages(PAGE * 200)
    assert len(found) == len(EXPECTED) * 200
    assert time.monotonic() - start < 20


def test_a_passage_a_line(tmp_path):
    rows = [
        ("A", ["A"], 1, 1, "One.\n\nTwo."),
        ("B", ["B"], 2, 2, "{{x}}"),
        ("C", ["C"], 3, 3, "é"),
    ]
    schema = {name: column.dtype for name, column in WIKI_PAGES.columns.items()}
    pages = pl.DataFrame(rows, schema=schema, orient="row")
    assert write_passages(pages, tmp_path / "out/passages.txt") == 3
    assert (tmp_path / "out/passages.txt").read_bytes() == "One.\nTwo.\né\n".encode()
