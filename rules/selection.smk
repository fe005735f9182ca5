"""Study barrier: documents of a corpus selected by BM25 and keywords, their tables and figure 10.

There are no such rules where the configuration selects nothing (`barrier.selection: null`).
"""

SELECTION = CONFIG.barrier.selection
SELECTION_TABLES = {}

if SELECTION:
    SEARCHED = CONFIG.barrier.corpora[SELECTION.corpus]
    SELECTION_FILES = {
        "selected": "results/barrier/selection/selected.parquet",
        "retrieved": "results/barrier/selection/retrieved.parquet",
        "overlap": "results/barrier/selection/overlap.parquet",
        "counts": in_project("resources/published/barrier/selection.csv"),
    }
    # What each table is made of; the overlap needs the numbers that the authors released.
    SELECTION_TABLES = {
        "table06": ("selected", "retrieved"),
        "selection": ("selected", "retrieved", "counts"),
    }
    SELECTION_OPTIONS = {
        "table06": f"--top {SELECTION.top} --corpus {SELECTION.corpus}",
        "selection": f"--corpus {SELECTION.corpus}",
        "overlap": "",
    }
    PUBLISHED_NUMBERS, OVERLAP, OVERLAP_OPTIONS = [], {}, ""
    if SELECTION.published:
        PUBLISHED_NUMBERS = source_file(SELECTION.published)
        OVERLAP = {"overlap": SELECTION_FILES["overlap"]}
        OVERLAP_OPTIONS = (
            f"--published {PUBLISHED_NUMBERS} --overlap {OVERLAP['overlap']}"
        )
        SELECTION_TABLES["overlap"] = ("overlap",)

    for TABLE in SELECTION_TABLES:
        # The overlap and the counts stand beside what the authors have.
        index_item("barrier", "table" if TABLE == "table06" else "comparison", TABLE)
    index_item("barrier", "figure", "figure10", caption="barrier_figure10")

    rule select_documents:
        input:
            corpus=source_file(SEARCHED),
            query=source_file(SELECTION.query),
            keywords=[in_project(path) for path in SELECTION.keywords],
            published=PUBLISHED_NUMBERS,
        output:
            **OVERLAP,
            selected=SELECTION_FILES["selected"],
            documents="results/barrier/selection/documents.txt",
            retrieved=SELECTION_FILES["retrieved"],
        log:
            "results/logs/barrier/select_documents.log",
        benchmark:
            "results/benchmarks/barrier/select_documents.tsv"
        conda:
            "../envs/corpora.yaml"
        # A corpus of the size of WikiText-103 took 1.2 GiB (benchmarks/README.md).
        resources:
            mem_mb=lambda wildcards, attempt: scaled(4_000, attempt),
        params:
            script=script("select_documents"),
            code=code("select_documents"),
            first=f"--first {SEARCHED.first}" if SEARCHED.first else "",
            k=SELECTION.k,
            ks=sorted(set(SELECTION.ks)),
            overlap=OVERLAP_OPTIONS,
        shell:
            "python {params.script} --corpus {input.corpus:q} {params.first}"
            " --query {input.query:q} --keywords {input.keywords:q} --k {params.k}"
            " --ks {params.ks} {params.overlap} --selected {output.selected:q}"
            " --documents {output.documents:q} --retrieved {output.retrieved:q}"
            " 2>&1 | tee {log:q}"

    for TABLE, PARTS in SELECTION_TABLES.items():

        rule:
            name:
                f"make_barrier_{TABLE}"
            input:
                parts=[SELECTION_FILES[part] for part in PARTS],
                caption=in_project(f"workflow/report/barrier_{TABLE}.rst"),
            output:
                csv=report(
                    f"results/barrier/tables/{TABLE}.csv",
                    caption=f"../workflow/report/barrier_{TABLE}.rst",
                    category="Study barrier",
                    subcategory="Selection",
                    labels={"table": TABLE, "format": "CSV"},
                ),
                markdown=f"results/barrier/tables/{TABLE}.md",
                latex=f"results/barrier/tables/{TABLE}.tex",
            log:
                f"results/logs/barrier/make_table/{TABLE}.log",
            benchmark:
                f"results/benchmarks/barrier/make_table/{TABLE}.tsv"
            conda:
                "../envs/reports.yaml"
            params:
                script=script("make_selection_table"),
                code=code("make_selection_table"),
                table=TABLE,
                parts=" ".join(
                    f"--{part} {shlex.quote(SELECTION_FILES[part])}" for part in PARTS
                ),
                options=SELECTION_OPTIONS[TABLE],
            shell:
                "python {params.script} --table {params.table} {params.parts} {params.options}"
                " --caption {input.caption:q} --csv {output.csv:q}"
                " --markdown {output.markdown:q} --latex {output.latex:q} 2>&1 | tee {log:q}"

    rule make_figure10:
        input:
            SELECTION_FILES["retrieved"],
        output:
            svg=report(
                "results/barrier/figures/figure10.svg",
                caption="../workflow/report/barrier_figure10.rst",
                category="Study barrier",
                subcategory="Selection",
                labels={"figure": "figure10", "format": "SVG"},
            ),
            pdf="results/barrier/figures/figure10.pdf",
        log:
            "results/logs/barrier/make_figure10.log",
        benchmark:
            "results/benchmarks/barrier/make_figure10.tsv"
        conda:
            "../envs/reports.yaml"
        params:
            script=script("make_figure10"),
            code=code("make_figure10"),
            k=SELECTION.k,
            corpus=SELECTION.corpus,
        shell:
            "python {params.script} --retrieved {input:q} --k {params.k}"
            " --corpus {params.corpus} --svg {output.svg:q} --pdf {output.pdf:q}"
            " 2>&1 | tee {log:q}"
