"""Study barrier: embeddings of texts with words in other languages, beside two baselines."""

EMBEDDINGS = CONFIG.barrier.embeddings

if EMBEDDINGS:

    rule sample_texts:
        input:
            SETTINGS.corpora.source(EMBEDDINGS.corpus),
        output:
            "results/barrier/embeddings/texts.parquet",
        log:
            "results/logs/barrier/sample_texts.log",
        benchmark:
            "results/benchmarks/barrier/sample_texts.tsv"
        conda:
            "../envs/light.yaml"
        params:
            script=script("sample_texts"),
            code=code("sample_texts"),
            texts=EMBEDDINGS.texts,
            words=EMBEDDINGS.words,
            seed=CONFIG.barrier.seed,
        shell:
            "python {params.script} --corpus {input:q} --texts {params.texts}"
            " --words {params.words} --seed {params.seed} --output {output:q} 2>&1 | tee {log:q}"

    rule translate_words:
        input:
            texts="results/barrier/embeddings/texts.parquet",
            provider=provider_files(),
        output:
            table="results/barrier/embeddings/translations.parquet",
            report="results/barrier/embeddings/translations.json",
        log:
            "results/logs/barrier/translate_words.log",
        benchmark:
            "results/benchmarks/barrier/translate_words.tsv"
        conda:
            provider_environment()
        resources:
            **TRANSLATION_JOB,
            translator=translators(),
            requests=TRANSLATION.jobs,
        params:
            script=script("translate_words"),
            code=code("translate_words"),
            p=max(EMBEDDINGS.p),
            languages=CONFIG.barrier.languages,
            seed=CONFIG.barrier.seed,
            provider=provider_options(),
            on_failure=TRANSLATION.on_failure,
        shell:
            LEASE
            + "python {params.script} --texts {input.texts:q} --p {params.p} --languages {params.languages}"
            " --seed {params.seed} {params.provider}"
            ' --memory "$ISOGLOSS_MEMORY" --requests {resources.requests}'
            " --on-failure {params.on_failure} --output {output.table:q}"
            " --report {output.report:q} 2>&1 | tee {log:q}"

    rule embed_texts:
        input:
            texts="results/barrier/embeddings/texts.parquet",
            translations="results/barrier/embeddings/translations.parquet",
            manifest=lambda wildcards: SETTINGS.model_manifest(wildcards.model),
        output:
            "results/barrier/embeddings/points/{model}.parquet",
        log:
            "results/logs/barrier/embed_texts/{model}.log",
        benchmark:
            "results/benchmarks/barrier/embed_texts/{model}.tsv"
        wildcard_constraints:
            model=one_of(EMBEDDINGS.models),
        conda:
            "../envs/torch.yaml"
        threads: model_threads
        # What is computed at once is no parameter: embeddings do not depend on it.
        resources:
            **MODEL_JOB,
            batch_size=CONFIG.generation.batch_size,
            batch_tokens=CONFIG.generation.batch_tokens,
        params:
            script=script("embed_texts"),
            code=code("embed_texts"),
            options=lambda wildcards: as_json(
                SETTINGS.evaluations.embedding_options(
                    wildcards.model, TRANSLATION.unchanged
                )
            ),
            folder=lambda wildcards: SETTINGS.model_folder(wildcards.model),
        shell:
            LEASE
            + "python {params.script} --model {wildcards.model} --folder {params.folder:q}"
            " --manifest {input.manifest:q} --texts {input.texts:q}"
            " --translations {input.translations:q} --options {params.options:q}"
            " --gpus {resources.gpu} --batch-size {resources.batch_size}"
            " --batch-tokens {resources.batch_tokens}"
            " --threads {threads} --output {output:q} 2>&1 | tee {log:q}"

    rule compare_embeddings:
        input:
            expand(
                "results/barrier/embeddings/points/{model}.parquet",
                model=EMBEDDINGS.models,
            ),
        output:
            "results/barrier/embeddings/similarity.parquet",
        log:
            "results/logs/barrier/compare_embeddings.log",
        benchmark:
            "results/benchmarks/barrier/compare_embeddings.tsv"
        conda:
            "../envs/barrier.yaml"
        params:
            script=script("compare_embeddings"),
            code=code("compare_embeddings"),
        shell:
            "python {params.script} --points {input:q} --output {output:q} 2>&1 | tee {log:q}"
