"""Study barrier: corpora translated unit by unit, mixed, and the shares of their languages."""

CORPORA = SETTINGS.corpora


# One job for a mix of a corpus with all its languages: it asks the provider for what the memory
# lacks, so that a killed job goes on, and an added language asks for its own units alone.
rule translate_corpus:
    input:
        corpus=lambda wildcards: CORPORA.source(wildcards.corpus),
        provider=provider_files(),
    output:
        table="results/corpora/{corpus}/{mix}/translations.parquet",
        report="results/corpora/{corpus}/{mix}/report.json",
    log:
        "results/logs/translate_corpus/{corpus}/{mix}.log",
    benchmark:
        "results/benchmarks/translate_corpus/{corpus}/{mix}.tsv"
    wildcard_constraints:
        corpus=one_of(CONFIG.barrier.corpora),
        mix=one_of(CORPORA.granularities),
    conda:
        provider_environment()
    threads: provider_threads()
    resources:
        **TRANSLATION_JOB,
        translator=translators(),
        requests=TRANSLATION.jobs,
    params:
        script=script("translate_corpus"),
        code=code("translate_corpus"),
        options=lambda wildcards: as_json(
            CORPORA.options(wildcards.corpus, wildcards.mix)
        ),
        provider=provider_options(),
        on_failure=TRANSLATION.on_failure,
    shell:
        LEASE
        + provider_python()
        + " {params.script} --corpus {input.corpus:q} --options {params.options:q}"
        ' {params.provider} --memory "$ISOGLOSS_MEMORY" --requests {resources.requests}'
        " --on-failure {params.on_failure} --output {output.table:q} --report {output.report:q}"
        " 2>&1 | tee {log:q}"


for KIND, ENDING in CORPORA.endings().items():

    rule:
        name:
            f"mix_{KIND}"
        input:
            corpus=lambda wildcards: CORPORA.source(wildcards.corpus),
            translations=lambda wildcards: CORPORA.translations(
                wildcards.corpus, wildcards.mix
            ),
            groups=lambda wildcards: CORPORA.groups(wildcards.corpus, wildcards.mix),
        output:
            corpus=f"results/corpora/{{corpus}}/{{mix}}.{ENDING}",
            shares="results/corpora/{corpus}/{mix}/shares.parquet",
            counts="results/corpora/{corpus}/{mix}/counts.parquet",
        log:
            f"results/logs/mix_{KIND}/{{corpus}}/{{mix}}.log",
        benchmark:
            f"results/benchmarks/mix_{KIND}/{{corpus}}/{{mix}}.tsv"
        wildcard_constraints:
            corpus=one_of(CORPORA.of_kind(KIND)),
            mix=one_of(CORPORA.granularities),
        conda:
            "../envs/corpora.yaml"
        params:
            script=script("mix_corpus"),
            code=code("mix_corpus"),
            options=lambda wildcards: as_json(
                CORPORA.options(wildcards.corpus, wildcards.mix)
            ),
            translations=lambda wildcards: CORPORA.translation_options(
                wildcards.corpus, wildcards.mix
            ),
            groups=lambda wildcards: " ".join(
                f"--groups {path}"
                for path in CORPORA.groups(wildcards.corpus, wildcards.mix)
            ),
        shell:
            "python {params.script} --corpus {input.corpus:q} --options {params.options:q}"
            " {params.translations} {params.groups} --output {output.corpus:q} --shares {output.shares:q}"
            " --counts {output.counts:q} 2>&1 | tee {log:q}"


if CORPORA.mixes():

    index_item("barrier", "corpus", "shares")

    rule make_shares_table:
        input:
            shares=[f"{CORPORA.folder(*mix)}/shares.parquet" for mix in CORPORA.mixes()],
            counts=[f"{CORPORA.folder(*mix)}/counts.parquet" for mix in CORPORA.mixes()],
            caption=in_project("workflow/report/barrier_shares.rst"),
        output:
            csv=report(
                "results/barrier/tables/shares.csv",
                caption="../workflow/report/barrier_shares.rst",
                category="Study barrier",
                subcategory="Corpora",
                labels={"table": "shares", "format": "CSV"},
            ),
            markdown="results/barrier/tables/shares.md",
            latex="results/barrier/tables/shares.tex",
        log:
            "results/logs/barrier/make_table/shares.log",
        benchmark:
            "results/benchmarks/barrier/make_table/shares.tsv"
        conda:
            "../envs/reports.yaml"
        params:
            script=script("make_shares_table"),
            code=code("make_shares_table"),
            mixes=as_json(CORPORA.mixes()),
        shell:
            "python {params.script} --mixes {params.mixes:q} --shares {input.shares:q}"
            " --counts {input.counts:q} --caption {input.caption:q} --csv {output.csv:q}"
            " --markdown {output.markdown:q} --latex {output.latex:q} 2>&1 | tee {log:q}"
