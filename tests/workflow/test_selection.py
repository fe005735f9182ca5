"""Selection on the demo corpora, from rules to tables, beside rank_bm25 and regular expressions."""

import csv
import hashlib
import json
import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml
from rank_bm25 import BM25Okapi

from tests.workflow.project import ROOT, SMALL, Project, changed

CORPORA = ROOT / "resources/demo/corpora"
DOCUMENTS = (CORPORA / "search.txt").read_text().splitlines()
K = SMALL["barrier"]["selection"]["k"]
NUMBERS = [0, 5, 8, 30, 96, 97, 121]
TARGETS = " ".join(
    f"results/barrier/{name}"
    for name in (
        *("tables/table06.md", "tables/selection.md", "tables/overlap.md"),
        *("figures/figure10.svg", "selection/documents.txt"),
    )
)
REPORTS = {"make_barrier_table06", "make_barrier_selection", "make_barrier_overlap"}


def select(project: Project, check: bool = True):
    return project.run(target=TARGETS, check=check)


def planned(project: Project) -> set[str]:
    output = project.run("--dry-run", "--quiet", "rules", target=TARGETS).stdout
    rows = re.findall(r"^(\w+) +(\d+)$", output.split("Job stats:")[-1], flags=re.MULTILINE)
    assert rows or "Nothing to be done" in output, output
    return {rule for rule, _ in rows} - {"total"}


def publish(project: Project, numbers: list[int]) -> None:
    """Give the project published numbers, as a file that its manifest pins."""
    content = json.dumps({"HP-related-index": numbers})
    (project.folder / "resources/numbers.json").write_text(content)
    manifest = project.folder / "resources/sources.yaml"
    data = yaml.safe_load(manifest.read_text())
    digest = hashlib.sha256(content.encode()).hexdigest()
    entry = {"path": "resources/numbers.json", "sha256": digest, "bytes": len(content)}
    data["numbers"] = {"title": "n", "licence": "CC0-1.0", "files": {"numbers.json": entry}}
    manifest.write_text(yaml.safe_dump(data, sort_keys=False))


def configured(project: Project, **selection: object) -> None:
    config = changed(
        SMALL, ["barrier", "selection", "published"], {"source": "numbers", "file": "numbers.json"}
    )
    for name, value in selection.items():
        config = changed(config, ["barrier", "selection", name], value)
    project.configure(config)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("selection") / "project")
    publish(project, NUMBERS)
    configured(project)
    select(project)
    return project


@pytest.fixture
def copy(done: Project, tmp_path: Path) -> Project:
    return done.copy(tmp_path / "project")


def order() -> list[int]:
    """Return rank_bm25's order of the documents."""
    query = (CORPORA / "query.txt").read_text().split()
    scores = BM25Okapi([text.split() for text in DOCUMENTS]).get_scores(query)
    return np.argsort(-scores, kind="stable").tolist()


def named() -> dict[int, set[str]]:
    """Return the keywords of each document that has one, found one regular expression each."""
    names = [
        line
        for path in (ROOT / "resources/keywords").glob("hp_*.txt")
        for line in path.read_text().splitlines()
        if line and not line.startswith("#")
    ]
    found: dict[int, set[str]] = {}
    for number, text in enumerate(DOCUMENTS):
        plain = text.replace(" @-@ ", "-")
        hits = {name for name in names if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", plain)}
        if hits:
            found[number] = hits
    return found


def rows(project: Project, name: str) -> list[dict[str, str]]:
    with (project.folder / f"results/barrier/tables/{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_selection_is_that_of_rank_bm25_and_of_regular_expressions(done):
    best, keywords = order()[:K], named()
    further = sorted(set(keywords) - set(best))
    assert further
    selected = pl.read_parquet(done.folder / "results/barrier/selection/selected.parquet")
    assert selected["document"].to_list() == best + further
    assert selected["rank"].to_list() == [*range(1, K + 1), *[None] * len(further)]
    assert {
        number: set(names)
        for number, names in selected.select("document", "keywords").iter_rows()
        if names
    } == keywords
    lines = (done.folder / "results/barrier/selection/documents.txt").read_text().splitlines()
    assert lines == [DOCUMENTS[number] for number in best + further]


def test_both_ways_of_selecting_find_what_the_other_misses(done):
    selected = pl.read_parquet(done.folder / "results/barrier/selection/selected.parquet")
    ranked = pl.col("rank").is_not_null()
    with_keyword = pl.col("keywords").list.len() > 0
    assert selected.filter(ranked & ~with_keyword).height >= 3
    assert selected.filter(~ranked & with_keyword).height >= 10


def test_tables_and_figure_count_it(done):
    best, keywords = order(), named()
    counts = {row["quantity"]: row["ours"] for row in rows(done, "selection")}
    top = set(best[:K])
    assert counts["documents"] == str(len(DOCUMENTS))
    assert counts["top"] == str(K)
    assert counts["top_with_keyword"] == str(len(top & set(keywords)))
    assert counts["further"] == str(len(set(keywords) - top))
    assert [int(row["document"]) for row in rows(done, "table06")] == best[:3]
    retrieved = pl.read_parquet(done.folder / "results/barrier/selection/retrieved.parquet")
    for k, found, total, documents in retrieved.iter_rows():
        assert found == len(set(best[:k]) & set(keywords))
        assert (total, documents) == (len(keywords), len(DOCUMENTS))
    assert len(retrieved) == len(SMALL["barrier"]["selection"]["ks"])
    drawing = (done.folder / "results/barrier/figures/figure10.svg").read_text()
    assert f"selected: {K}" in drawing


def test_the_overlap_with_published_numbers_is_counted(done):
    best = set(order()[:K])
    further = set(named()) - best
    for row in rows(done, "overlap"):
        theirs = {number + int(row["shift"]) for number in NUMBERS}
        assert int(row["both"]) == len(theirs & (best | further))
        assert int(row["top_published"]) == len(theirs & best)
    assert [row["shift"] for row in rows(done, "overlap")] == ["-1", "0", "1"]


def test_another_number_of_documents_selects_again_and_no_more_than_that(copy):
    assert planned(copy) == set()
    configured(copy, k=K + 1)
    assert planned(copy) == {"select_documents", "make_figure10", *REPORTS}
    configured(copy, top=5)
    # The number of printed documents is a setting of that table alone.
    assert planned(copy) == {"make_barrier_table06"}
    configured(copy)
    code = copy.folder / "isogloss/corpora/keywords.py"
    code.write_text(code.read_text() + "\nUNUSED = 1\n")
    assert "select_documents" in planned(copy)
    assert "fetch_source" not in planned(copy)


def test_numbers_of_another_corpus_are_a_mistake_that_names_them(copy):
    publish(copy, [*NUMBERS, 122])
    output = select(copy, check=False)
    assert output.returncode != 0
    assert "published document 122 is not in this corpus of 122 documents" in output.stdout
    assert "Traceback" not in output.stdout


def test_nothing_is_selected_where_the_configuration_says_so(copy):
    assert "select_documents" in copy.run("--list-rules").stdout
    config = changed(SMALL, ["barrier", "selection"], None)
    copy.configure(changed(config, ["barrier", "mixed"], ["demo-general"]))
    assert not re.search(
        "select_documents|figure10|barrier_table06", copy.run("--list-rules").stdout
    )
