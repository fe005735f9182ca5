"""Study xmrc: the paper's tables, the published values beside ours, and its findings as claims.

One rule per table, because each has its own caption in Snakemake's report.
"""

XMRC_TABLES = ["table01", "table05", "table06", "table07", "table08", "table11"]
# The files that hold the published values.
COMPARED_TABLES = {
    "table01": "table01.csv",
    "table05": "table05_qwen_sizes.csv",
    "table06": "table06.csv",
    "table07": "table07.csv",
    "table08": "table08.csv",
    "table11": "table11.csv",
}

index_item("xmrc", "claims", "claims")
for TABLE in [*XMRC_TABLES, "lingua"]:
    index_item("xmrc", "table", TABLE)
for TABLE in COMPARED_TABLES:
    index_item("xmrc", "comparison", f"published_{TABLE}")

for TABLE in XMRC_TABLES:

    rule:
        name:
            f"make_{TABLE}"
        input:
            cells="results/xmrc/cells.parquet",
            caption=in_project(f"workflow/report/{TABLE}.rst"),
        output:
            csv=report(
                f"results/xmrc/tables/{TABLE}.csv",
                caption=f"../workflow/report/{TABLE}.rst",
                category="Tables",
                labels={"table": TABLE, "format": "CSV"},
            ),
            markdown=f"results/xmrc/tables/{TABLE}.md",
            latex=f"results/xmrc/tables/{TABLE}.tex",
        log:
            f"results/logs/xmrc/make_table/{TABLE}.log",
        benchmark:
            f"results/benchmarks/xmrc/make_table/{TABLE}.tsv"
        conda:
            "../envs/reports.yaml"
        params:
            script=script("make_table"),
            code=code("make_table"),
            table=TABLE,
            models=as_json(SETTINGS.model_info()),
            options=as_json(SETTINGS.report_options()),
        shell:
            "python {params.script} --table {params.table} --cells {input.cells:q}"
            " --models {params.models:q} --options {params.options:q}"
            " --caption {input.caption:q} --csv {output.csv:q} --markdown {output.markdown:q}"
            " --latex {output.latex:q} 2>&1 | tee {log:q}"


for TABLE, PUBLISHED in COMPARED_TABLES.items():

    rule:
        name:
            f"compare_{TABLE}"
        input:
            cells="results/xmrc/cells.parquet",
            published=in_project(f"resources/published/xmrc/{PUBLISHED}"),
            caption=in_project("workflow/report/published.rst"),
        output:
            csv=report(
                f"results/xmrc/tables/published_{TABLE}.csv",
                caption="../workflow/report/published.rst",
                category="Published beside ours",
                labels={"table": TABLE, "format": "CSV"},
            ),
            markdown=f"results/xmrc/tables/published_{TABLE}.md",
            latex=f"results/xmrc/tables/published_{TABLE}.tex",
        log:
            f"results/logs/xmrc/compare_published/{TABLE}.log",
        benchmark:
            f"results/benchmarks/xmrc/compare_published/{TABLE}.tsv"
        conda:
            "../envs/reports.yaml"
        params:
            script=script("compare_published"),
            code=code("compare_published"),
            table=TABLE,
            models=as_json(SETTINGS.model_info()),
            options=as_json(SETTINGS.report_options()),
        shell:
            "python {params.script} --table {params.table} --cells {input.cells:q}"
            " --models {params.models:q} --published {input.published:q}"
            " --options {params.options:q} --caption {input.caption:q} --csv {output.csv:q}"
            " --markdown {output.markdown:q} --latex {output.latex:q} 2>&1 | tee {log:q}"


rule make_lingua_table:
    input:
        lingua="results/xmrc/lingua.csv",
        published=in_project("resources/published/xmrc/table03_lingua.csv"),
        caption=in_project("workflow/report/lingua.rst"),
    output:
        csv=report(
            "results/xmrc/tables/lingua.csv",
            caption="../workflow/report/lingua.rst",
            category="Tables",
            labels={"table": "lingua", "format": "CSV"},
        ),
        markdown="results/xmrc/tables/lingua.md",
        latex="results/xmrc/tables/lingua.tex",
    log:
        "results/logs/xmrc/make_table/lingua.log",
    benchmark:
        "results/benchmarks/xmrc/make_table/lingua.tsv"
    conda:
        "../envs/reports.yaml"
    params:
        script=script("make_table"),
        code=code("make_table"),
        options=as_json(SETTINGS.report_options()),
    shell:
        "python {params.script} --table lingua --lingua {input.lingua:q}"
        " --published {input.published:q} --options {params.options:q}"
        " --caption {input.caption:q} --csv {output.csv:q} --markdown {output.markdown:q}"
        " --latex {output.latex:q} 2>&1 | tee {log:q}"


rule check_claims:
    input:
        cells="results/xmrc/cells.parquet",
        replicates="results/xmrc/replicates.parquet",
        published=[
            in_project(f"resources/published/xmrc/{name}")
            for name in ("table01.csv", "table06.csv")
        ],
        caption=in_project("workflow/report/claims.rst"),
    output:
        csv=report(
            "results/xmrc/tables/claims.csv",
            caption="../workflow/report/claims.rst",
            category="Claims",
            labels={"table": "claims", "format": "CSV"},
        ),
        markdown="results/xmrc/tables/claims.md",
        latex="results/xmrc/tables/claims.tex",
    log:
        "results/logs/xmrc/check_claims.log",
    benchmark:
        "results/benchmarks/xmrc/check_claims.tsv"
    conda:
        "../envs/reports.yaml"
    params:
        script=script("check_claims"),
        code=code("check_claims"),
        models=as_json(SETTINGS.model_info()),
        published_models=as_json(SETTINGS.model_info(list(SETTINGS.models))),
        options=as_json(SETTINGS.claim_options()),
    shell:
        "python {params.script} --cells {input.cells:q} --replicates {input.replicates:q}"
        " --models {params.models:q} --published-models {params.published_models:q}"
        " --options {params.options:q} --published $(dirname {input.published[0]:q})"
        " --caption {input.caption:q} --csv {output.csv:q} --markdown {output.markdown:q}"
        " --latex {output.latex:q} 2>&1 | tee {log:q}"
