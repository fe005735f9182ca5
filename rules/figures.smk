"""Study xmrc: figures, one rule each, because each has its own caption in Snakemake's report."""

XMRC_FIGURES = ["figure_f1", "figure_gap", "figure_errors"]

for FIGURE in XMRC_FIGURES:

    index_item("xmrc", "figure", FIGURE, caption=FIGURE)

    rule:
        name:
            f"make_{FIGURE}"
        input:
            "results/xmrc/cells.parquet",
        output:
            svg=report(
                f"results/xmrc/figures/{FIGURE}.svg",
                caption=f"../workflow/report/{FIGURE}.rst",
                category="Figures",
                labels={"figure": FIGURE, "format": "SVG"},
            ),
            pdf=f"results/xmrc/figures/{FIGURE}.pdf",
        log:
            f"results/logs/xmrc/make_figure/{FIGURE}.log",
        benchmark:
            f"results/benchmarks/xmrc/make_figure/{FIGURE}.tsv"
        conda:
            "../envs/reports.yaml"
        params:
            script=script("make_figure"),
            code=code("make_figure"),
            figure=FIGURE,
            models=as_json(SETTINGS.model_info()),
            options=as_json(SETTINGS.figure_options()),
        shell:
            "python {params.script} --figure {params.figure} --cells {input:q}"
            " --models {params.models:q} --options {params.options:q} --svg {output.svg:q}"
            " --pdf {output.pdf:q} 2>&1 | tee {log:q}"
