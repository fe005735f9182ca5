"""Study barrier: how good the translations of MMLU and of each corpus are."""

QUALITY = TRANSLATION.quality
# What has translations, and the tables of them: one report for all mixes of a corpus.
TRANSLATED = SETTINGS.translated()


rule back_translate:
    input:
        tables=lambda wildcards: TRANSLATED[wildcards.translated],
        provider=provider_files(),
    output:
        "results/barrier/quality/{translated}/back.parquet",
    log:
        "results/logs/barrier/back_translate/{translated}.log",
    benchmark:
        "results/benchmarks/barrier/back_translate/{translated}.tsv"
    wildcard_constraints:
        translated=one_of(TRANSLATED),
    conda:
        provider_environment()
    threads: provider_threads()
    resources:
        **TRANSLATION_JOB,
        translator=translators(),
        requests=TRANSLATION.jobs,
    params:
        script=script("back_translate"),
        code=code("back_translate"),
        provider=provider_options(),
        size=QUALITY.back_translations,
        seed=QUALITY.seed,
    shell:
        LEASE
        + provider_python()
        + " {params.script} --translations {input.tables:q} {params.provider}"
        ' --memory "$ISOGLOSS_MEMORY" --requests {resources.requests} --size {params.size}'
        " --seed {params.seed} --output {output:q} 2>&1 | tee {log:q}"


rule report_translation:
    input:
        tables=lambda wildcards: TRANSLATED[wildcards.translated],
        back=back_translations,
    output:
        measured="results/barrier/quality/{translated}/measured.parquet",
        detected="results/barrier/quality/{translated}/detected.parquet",
        found="results/barrier/quality/{translated}/found.parquet",
    log:
        "results/logs/barrier/report_translation/{translated}.log",
    benchmark:
        "results/benchmarks/barrier/report_translation/{translated}.tsv"
    wildcard_constraints:
        translated=one_of(TRANSLATED),
    conda:
        "../envs/quality.yaml"
    params:
        script=script("report_translation"),
        code=code("report_translation"),
        back=lambda wildcards: " ".join(
            f"--back {x}" for x in back_translations(wildcards)
        ),
        options=as_json(
            QUALITY.model_dump(include={"seed", "detect", "ratio_factor", "low_chrf"})
        ),
    shell:
        "python {params.script} --translations {input.tables:q} {params.back}"
        " --options {params.options:q} --measured {output.measured:q}"
        " --detected {output.detected:q} --found {output.found:q} 2>&1 | tee {log:q}"


for NAME in TRANSLATED:

    index_item("barrier", "corpus", f"quality-{NAME}")

    rule:
        name:
            f"make_quality_{NAME}"
        input:
            measured=f"results/barrier/quality/{NAME}/measured.parquet",
            detected=f"results/barrier/quality/{NAME}/detected.parquet",
            found=f"results/barrier/quality/{NAME}/found.parquet",
            caption=in_project("workflow/report/barrier_quality.rst"),
        output:
            csv=report(
                f"results/barrier/tables/quality-{NAME}.csv",
                caption="../workflow/report/barrier_quality.rst",
                category="Study barrier",
                subcategory="Translation",
                labels={"table": f"quality-{NAME}", "format": "CSV"},
            ),
            markdown=f"results/barrier/tables/quality-{NAME}.md",
            latex=f"results/barrier/tables/quality-{NAME}.tex",
        log:
            f"results/logs/barrier/make_table/quality-{NAME}.log",
        benchmark:
            f"results/benchmarks/barrier/make_table/quality-{NAME}.tsv"
        conda:
            "../envs/quality.yaml"
        params:
            script=script("make_quality_table"),
            code=code("make_quality_table"),
            name=NAME,
            thresholds=as_json(QUALITY.thresholds.model_dump()),
            worst=QUALITY.worst,
        shell:
            "python {params.script} --name {params.name} --measured {input.measured:q}"
            " --detected {input.detected:q} --found {input.found:q}"
            " --thresholds {params.thresholds:q} --worst {params.worst}"
            " --caption {input.caption:q} --csv {output.csv:q} --markdown {output.markdown:q}"
            " --latex {output.latex:q} 2>&1 | tee {log:q}"
