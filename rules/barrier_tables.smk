"""Study barrier: the paper's tables, the barrier, comparisons, letters, subjects, and its claims.

There are no such rules where the configuration evaluates or embeds nothing.
"""

BARRIER_TABLES = ["table02", "table03", "table08", "barrier", "comparisons", "letters"]
if CONFIG.barrier.mmlu:
    BARRIER_TABLES += ["subjects"]
REPORTS = SETTINGS.barrier_reports
POINTS = expand(
    "results/barrier/embeddings/points/{model}.parquet", model=REPORTS.embedded()
)
SIMILARITY = "results/barrier/embeddings/similarity.parquet"

if REPORTS.evaluated():

    index_item("barrier", "claims", "claims")

    for TABLE in BARRIER_TABLES:

        index_item("barrier", "table", TABLE)

        rule:
            name:
                f"make_barrier_{TABLE}"
            input:
                cells="results/barrier/cells.parquet",
                replicates="results/barrier/replicates.parquet",
                comparisons="results/barrier/comparisons.parquet",
                caption=in_project(f"workflow/report/barrier_{TABLE}.rst"),
            output:
                csv=report(
                    f"results/barrier/tables/{TABLE}.csv",
                    caption=f"../workflow/report/barrier_{TABLE}.rst",
                    category="Study barrier",
                    subcategory="Tables",
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
                script=script("make_barrier_table"),
                code=code("make_barrier_table"),
                table=TABLE,
                models=as_json(REPORTS.info()),
                options=as_json(REPORTS.options()),
            shell:
                "python {params.script} --table {params.table} --cells {input.cells:q}"
                " --replicates {input.replicates:q} --comparisons {input.comparisons:q}"
                " --models {params.models:q} --options {params.options:q}"
                " --caption {input.caption:q} --csv {output.csv:q}"
                " --markdown {output.markdown:q} --latex {output.latex:q} 2>&1 | tee {log:q}"

    for TABLE in ("table04", "table05"):
        index_item("barrier", "table", TABLE)

        rule:
            name:
                f"make_barrier_{TABLE}"
            input:
                instructions=in_project("config/prompts/hp_quiz.yaml"),
                caption=in_project(f"workflow/report/barrier_{TABLE}.rst"),
            output:
                csv=report(
                    f"results/barrier/tables/{TABLE}.csv",
                    caption=f"../workflow/report/barrier_{TABLE}.rst",
                    category="Study barrier",
                    subcategory="Tables",
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
                script=script("make_models_and_prompts"),
                code=code("make_models_and_prompts"),
                table=TABLE,
                evaluated=as_json(REPORTS.evaluated_models()),
            shell:
                "python {params.script} --table {params.table}"
                " --evaluated {params.evaluated:q} --instructions {input.instructions:q}"
                " --caption {input.caption:q} --csv {output.csv:q}"
                " --markdown {output.markdown:q} --latex {output.latex:q} 2>&1 | tee {log:q}"

    rule check_barrier_claims:
        input:
            cells="results/barrier/cells.parquet",
            replicates="results/barrier/replicates.parquet",
            points=POINTS,
            caption=in_project("workflow/report/barrier_claims.rst"),
        output:
            csv=report(
                "results/barrier/tables/claims.csv",
                caption="../workflow/report/barrier_claims.rst",
                category="Study barrier",
                subcategory="Claims",
                labels={"table": "claims", "format": "CSV"},
            ),
            markdown="results/barrier/tables/claims.md",
            latex="results/barrier/tables/claims.tex",
        log:
            "results/logs/barrier/check_claims.log",
        benchmark:
            "results/benchmarks/barrier/check_claims.tsv"
        conda:
            "../envs/reports.yaml"
        params:
            script=script("check_barrier_claims"),
            code=code("check_barrier_claims"),
            models=as_json(REPORTS.info()),
            options=as_json(REPORTS.options()),
        shell:
            "python {params.script} --cells {input.cells:q} --replicates {input.replicates:q}"
            " --points {input.points:q} --models {params.models:q}"
            " --options {params.options:q} --caption {input.caption:q} --csv {output.csv:q}"
            " --markdown {output.markdown:q} --latex {output.latex:q} 2>&1 | tee {log:q}"


if REPORTS.embedded():

    index_item("barrier", "table", "embeddings")

    rule make_barrier_embeddings:
        input:
            points=POINTS,
            similarity=SIMILARITY,
            caption=in_project("workflow/report/barrier_embeddings.rst"),
        output:
            csv=report(
                "results/barrier/tables/embeddings.csv",
                caption="../workflow/report/barrier_embeddings.rst",
                category="Study barrier",
                subcategory="Tables",
                labels={"table": "embeddings", "format": "CSV"},
            ),
            markdown="results/barrier/tables/embeddings.md",
            latex="results/barrier/tables/embeddings.tex",
        log:
            "results/logs/barrier/make_table/embeddings.log",
        benchmark:
            "results/benchmarks/barrier/make_table/embeddings.tsv"
        conda:
            "../envs/reports.yaml"
        params:
            script=script("make_embeddings_table"),
            code=code("make_embeddings_table"),
            models=as_json(REPORTS.info()),
            options=as_json(REPORTS.options()),
        shell:
            "python {params.script} --points {input.points:q} --similarity {input.similarity:q}"
            " --models {params.models:q} --options {params.options:q}"
            " --caption {input.caption:q} --csv {output.csv:q} --markdown {output.markdown:q}"
            " --latex {output.latex:q} 2>&1 | tee {log:q}"
