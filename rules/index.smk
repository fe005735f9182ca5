"""The page over all tables and figures, and the folder that holds them all."""


rule make_index:
    input:
        cells="results/xmrc/cells.parquet",
        files=[file for item in INDEX_ITEMS for file in item["files"]],
        captions=[item["caption"] for item in INDEX_ITEMS if item["caption"]],
        predictions=expand(
            "results/xmrc/predictions/{model}.json", model=SETTINGS.xmrc_models()
        ),
    output:
        folder=report(
            directory("results/tables/all"),
            htmlindex="index.html",
            caption="../workflow/report/index.rst",
            category="All on one page",
        ),
    log:
        "results/logs/make_index.log",
    benchmark:
        "results/benchmarks/make_index.tsv"
    conda:
        "../envs/reports.yaml"
    params:
        script=script("make_index"),
        code=code("make_index"),
        index=as_json(INDEX_ITEMS),
        models=as_json(SETTINGS.model_info()),
        options=as_json(SETTINGS.report_options()),
        barrier=as_json(SETTINGS.barrier_report_options()),
    shell:
        "python {params.script} --items {params.index:q} --cells {input.cells:q}"
        " --models {params.models:q} --options {params.options:q} --barrier {params.barrier:q}"
        " --output {output.folder:q}"
        " 2>&1 | tee {log:q}"
