"""Study barrier: MMLU in English and in its variants, demonstrations, and the released layout.

There are no such rules where the configuration has no MMLU (`barrier.mmlu: null`).
"""

MMLU_FILES = {
    name: f"results/barrier/mmlu/{name}.{ending}"
    for name, ending in {
        "translations": "parquet",
        "questions": "parquet",
        "demonstrations": "parquet",
        "left_out": "csv",
        "short": "csv",
        # Stands for the folder beside it.
        "layout": "json",
    }.items()
}

if CONFIG.barrier.mmlu:
    MMLU = SETTINGS.mmlu

    index_item("barrier", "corpus", "mmlu")

    # One job for all languages, as for a corpus.
    rule translate_mmlu:
        input:
            questions=MMLU.english_files(),
            provider=provider_files(),
        output:
            table=MMLU_FILES["translations"],
            report="results/barrier/mmlu/report.json",
        log:
            "results/logs/barrier/translate_mmlu.log",
        benchmark:
            "results/benchmarks/barrier/translate_mmlu.tsv"
        conda:
            provider_environment()
        threads: provider_threads()
        resources:
            **TRANSLATION_JOB,
            translator=translators(),
            requests=TRANSLATION.jobs,
        params:
            script=script("translate_mmlu"),
            code=code("translate_mmlu"),
            plan=as_json(MMLU.plan()),
            folder=lambda wildcards: MMLU.english_folder(),
            provider=provider_options(),
            on_failure=TRANSLATION.on_failure,
        shell:
            LEASE
            + provider_python()
            + " {params.script} --source {params.folder:q} --plan {params.plan:q}"
            ' {params.provider} --memory "$ISOGLOSS_MEMORY" --requests {resources.requests}'
            " --on-failure {params.on_failure} --output {output.table:q}"
            " --report {output.report:q} 2>&1 | tee {log:q}"

    rule build_mmlu:
        input:
            questions=MMLU.english_files(),
            translations=MMLU.translations(),
            published=MMLU.published_files(),
        output:
            questions=MMLU_FILES["questions"],
            left_out=MMLU_FILES["left_out"],
        log:
            "results/logs/barrier/build_mmlu.log",
        benchmark:
            "results/benchmarks/barrier/build_mmlu.tsv"
        conda:
            "../envs/corpora.yaml"
        params:
            script=script("build_mmlu"),
            code=code("build_mmlu"),
            plan=as_json(MMLU.plan()),
            folder=lambda wildcards: MMLU.english_folder(),
            options=MMLU.build_options(),
        shell:
            "python {params.script} --source {params.folder:q} --plan {params.plan:q}"
            " {params.options} --questions {output.questions:q} --left-out {output.left_out:q}"
            " 2>&1 | tee {log:q}"

    rule build_mmlu_demonstrations:
        input:
            MMLU_FILES["questions"],
        output:
            demonstrations=MMLU_FILES["demonstrations"],
            short=MMLU_FILES["short"],
        log:
            "results/logs/barrier/build_mmlu_demonstrations.log",
        benchmark:
            "results/benchmarks/barrier/build_mmlu_demonstrations.tsv"
        conda:
            "../envs/corpora.yaml"
        params:
            script=script("build_mmlu_demonstrations"),
            code=code("build_mmlu_demonstrations"),
        shell:
            "python {params.script} --questions {input:q} --output {output.demonstrations:q}"
            " --short {output.short:q} 2>&1 | tee {log:q}"

    rule export_mmlu:
        input:
            MMLU_FILES["questions"],
        output:
            MMLU_FILES["layout"],
        log:
            "results/logs/barrier/export_mmlu.log",
        benchmark:
            "results/benchmarks/barrier/export_mmlu.tsv"
        conda:
            "../envs/corpora.yaml"
        params:
            script=script("export_mmlu"),
            code=code("export_mmlu"),
        shell:
            "python {params.script} --questions {input:q} --folder results/barrier/mmlu/layout"
            " --manifest {output:q} 2>&1 | tee {log:q}"

    rule make_mmlu_table:
        input:
            questions=MMLU_FILES["questions"],
            left_out=MMLU_FILES["left_out"],
            caption=in_project("workflow/report/barrier_mmlu.rst"),
        output:
            csv=report(
                "results/barrier/tables/mmlu.csv",
                caption="../workflow/report/barrier_mmlu.rst",
                category="Study barrier",
                subcategory="Corpora",
                labels={"table": "mmlu", "format": "CSV"},
            ),
            markdown="results/barrier/tables/mmlu.md",
            latex="results/barrier/tables/mmlu.tex",
        log:
            "results/logs/barrier/make_table/mmlu.log",
        benchmark:
            "results/benchmarks/barrier/make_table/mmlu.tsv"
        conda:
            "../envs/reports.yaml"
        params:
            script=script("make_mmlu_table"),
            code=code("make_mmlu_table"),
        shell:
            "python {params.script} --questions {input.questions:q} --left-out {input.left_out:q}"
            " --caption {input.caption:q} --csv {output.csv:q} --markdown {output.markdown:q}"
            " --latex {output.latex:q} 2>&1 | tee {log:q}"
