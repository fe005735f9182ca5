"""Study barrier: figures, one rule each, because each has its own caption in Snakemake's report.

There are no such rules where the configuration evaluates or embeds nothing. The figure of training
losses has its rule beside the trainings.
"""

BARRIER_FIGURES = ["figure03", "figure04", "figure05", "figure06", "figure07"]
BARRIER_FIGURES += ["figure09", "figure15", "figure18"]
if SETTINGS.lab_models():
    BARRIER_FIGURES += ["figure_lab"]
EMBEDDINGS_FIGURES = ["figure02", "figure17"]

if REPORTS.evaluated():

    for FIGURE in BARRIER_FIGURES:

        index_item("barrier", "figure", FIGURE, caption=f"barrier_{FIGURE}")

        rule:
            name:
                f"make_barrier_{FIGURE}"
            input:
                cells="results/barrier/cells.parquet",
                replicates="results/barrier/replicates.parquet",
            output:
                svg=report(
                    f"results/barrier/figures/{FIGURE}.svg",
                    caption=f"../workflow/report/barrier_{FIGURE}.rst",
                    category="Study barrier",
                    subcategory="Figures",
                    labels={"figure": FIGURE, "format": "SVG"},
                ),
                pdf=f"results/barrier/figures/{FIGURE}.pdf",
            log:
                f"results/logs/barrier/make_figure/{FIGURE}.log",
            benchmark:
                f"results/benchmarks/barrier/make_figure/{FIGURE}.tsv"
            conda:
                "../envs/reports.yaml"
            params:
                script=script("make_barrier_figure"),
                code=code("make_barrier_figure"),
                figure=FIGURE,
                models=as_json(REPORTS.info()),
                options=as_json(REPORTS.options()),
            shell:
                "python {params.script} --figure {params.figure} --cells {input.cells:q}"
                " --replicates {input.replicates:q} --models {params.models:q}"
                " --options {params.options:q} --svg {output.svg:q} --pdf {output.pdf:q}"
                " 2>&1 | tee {log:q}"


if REPORTS.embedded():

    for FIGURE in EMBEDDINGS_FIGURES:

        index_item("barrier", "figure", FIGURE, caption=f"barrier_{FIGURE}")

        rule:
            name:
                f"make_barrier_{FIGURE}"
            input:
                points=POINTS,
                similarity=SIMILARITY,
            output:
                svg=report(
                    f"results/barrier/figures/{FIGURE}.svg",
                    caption=f"../workflow/report/barrier_{FIGURE}.rst",
                    category="Study barrier",
                    subcategory="Figures",
                    labels={"figure": FIGURE, "format": "SVG"},
                ),
                pdf=f"results/barrier/figures/{FIGURE}.pdf",
            log:
                f"results/logs/barrier/make_figure/{FIGURE}.log",
            benchmark:
                f"results/benchmarks/barrier/make_figure/{FIGURE}.tsv"
            conda:
                "../envs/reports.yaml"
            params:
                script=script("make_embeddings_figure"),
                code=code("make_embeddings_figure"),
                figure=FIGURE,
                models=as_json(REPORTS.info()),
            shell:
                "python {params.script} --figure {params.figure} --points {input.points:q}"
                " --similarity {input.similarity:q} --models {params.models:q}"
                " --svg {output.svg:q} --pdf {output.pdf:q} 2>&1 | tee {log:q}"


if SETTINGS.used_finetunes():

    index_item(
        "barrier",
        "figure",
        "figure_loss",
        files=[f"results/training/figure_loss.{ending}" for ending in ("svg", "pdf")],
        caption="figure_loss",
    )
