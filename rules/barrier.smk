"""Study barrier: what each model is asked, its answers, their scores, and all models' cells."""

EVALUATIONS = SETTINGS.evaluations
TOFU = SETTINGS.tofu


rule translate_tofu:
    input:
        questions=TOFU.files(),
        provider=provider_files(),
    output:
        table="results/barrier/tofu/translations.parquet",
        report="results/barrier/tofu/translations.json",
    log:
        "results/logs/barrier/translate_tofu.log",
    benchmark:
        "results/benchmarks/barrier/translate_tofu.tsv"
    conda:
        provider_environment()
    resources:
        **TRANSLATION_JOB,
        translator=translators(),
        requests=TRANSLATION.jobs,
    params:
        script=script("translate_tofu"),
        code=code("translate_tofu"),
        options=as_json(EVALUATIONS.tofu_options()),
        provider=provider_options(),
        on_failure=TRANSLATION.on_failure,
    shell:
        LEASE
        + "python {params.script} --files {input.questions:q} --options {params.options:q}"
        ' {params.provider} --memory "$ISOGLOSS_MEMORY" --requests {resources.requests}'
        " --on-failure {params.on_failure} --output {output.table:q} --report {output.report:q}"
        " 2>&1 | tee {log:q}"


rule build_tofu:
    input:
        questions=TOFU.files(),
        translations=TOFU.translations(),
    output:
        "results/barrier/tofu/questions.parquet",
    log:
        "results/logs/barrier/build_tofu.log",
    benchmark:
        "results/benchmarks/barrier/build_tofu.tsv"
    conda:
        "../envs/light.yaml"
    params:
        script=script("build_tofu"),
        code=code("build_tofu"),
        options=as_json(EVALUATIONS.tofu_options()),
        unchanged=TRANSLATION.unchanged,
        on_failure=TRANSLATION.on_failure,
    shell:
        "python {params.script} --files {input.questions:q} --options {params.options:q}"
        " --translations {input.translations:q} --unchanged {params.unchanged}"
        " --on-failure {params.on_failure} --output {output:q} 2>&1 | tee {log:q}"


rule build_barrier_prompts:
    input:
        lambda wildcards: list(EVALUATIONS.inputs(wildcards.model).values()),
        lambda wildcards: SETTINGS.model_manifest(wildcards.model),
        instructions=in_project("config/prompts/hp_quiz.yaml"),
    output:
        "results/barrier/prompts/{model}.parquet",
    log:
        "results/logs/barrier/build_prompts/{model}.log",
    benchmark:
        "results/benchmarks/barrier/build_prompts/{model}.tsv"
    wildcard_constraints:
        model=one_of(EVALUATIONS.keys()),
    conda:
        "../envs/tokenizer.yaml"
    params:
        script=script("build_barrier_prompts"),
        code=code("build_barrier_prompts"),
        options=lambda wildcards: as_json(EVALUATIONS.prompt_options(wildcards.model)),
        tables=lambda wildcards: barrier_tables(wildcards.model),
        folder=lambda wildcards: SETTINGS.tokenizer_argument(wildcards.model),
    shell:
        "python {params.script} --options {params.options:q} {params.tables} {params.folder}"
        " --instructions {input.instructions:q} --output {output:q} 2>&1 | tee {log:q}"


rule answer_control:
    input:
        "results/barrier/prompts/control-{kind}.parquet",
    output:
        scores="results/barrier/option_scores/control-{kind}.parquet",
        responses="results/barrier/responses/control-{kind}.parquet",
    log:
        "results/logs/barrier/answer_control/{kind}.log",
    benchmark:
        "results/benchmarks/barrier/answer_control/{kind}.tsv"
    conda:
        "../envs/light.yaml"
    params:
        script=script("answer_control"),
        code=code("answer_control"),
    shell:
        "python {params.script} --prompts {input:q} --kind {wildcards.kind}"
        " --scores {output.scores:q} --output {output.responses:q} 2>&1 | tee {log:q}"


rule answer_transformers:
    input:
        prompts="results/barrier/prompts/{model}.parquet",
        manifest=lambda wildcards: SETTINGS.model_manifest(wildcards.model),
    output:
        scores="results/barrier/option_scores/{model}.parquet",
        responses="results/barrier/responses/{model}.parquet",
    log:
        "results/logs/barrier/answer_transformers/{model}.log",
    benchmark:
        "results/benchmarks/barrier/answer_transformers/{model}.tsv"
    wildcard_constraints:
        model=one_of(EVALUATIONS.keys("transformers")),
    conda:
        "../envs/torch.yaml"
    threads: model_threads
    # What is computed at once is no parameter: answers do not depend on it.
    resources:
        **MODEL_JOB,
        batch_size=CONFIG.generation.batch_size,
        batch_tokens=CONFIG.generation.batch_tokens,
    params:
        script=script("answer_transformers"),
        code=code("answer_transformers"),
        options=lambda wildcards: as_json(EVALUATIONS.answer_options(wildcards.model)),
        folder=lambda wildcards: SETTINGS.model_folder(wildcards.model),
    shell:
        LEASE
        + "python {params.script} --prompts {input.prompts:q} --manifest {input.manifest:q}"
        ' --folder {params.folder:q} --store "$ISOGLOSS_STORE"'
        " --options {params.options:q} --gpus {resources.gpu}"
        " --batch-size {resources.batch_size}"
        " --batch-tokens {resources.batch_tokens} --threads {threads}"
        " --scores {output.scores:q} --output {output.responses:q} 2>&1 | tee {log:q}"


rule answer_vllm:
    input:
        prompts="results/barrier/prompts/{model}.parquet",
        manifest=lambda wildcards: SETTINGS.model_manifest(wildcards.model),
    output:
        scores="results/barrier/option_scores/{model}.parquet",
        responses="results/barrier/responses/{model}.parquet",
    log:
        "results/logs/barrier/answer_vllm/{model}.log",
    benchmark:
        "results/benchmarks/barrier/answer_vllm/{model}.tsv"
    wildcard_constraints:
        model=one_of(EVALUATIONS.keys("vllm")),
    conda:
        "../envs/vllm.yaml"
    threads: model_threads
    resources:
        **MODEL_JOB,
    params:
        script=script("answer_vllm"),
        code=code("answer_vllm"),
        options=lambda wildcards: as_json(EVALUATIONS.answer_options(wildcards.model)),
        folder=lambda wildcards: SETTINGS.model_folder(wildcards.model),
        context_length=lambda wildcards: SETTINGS.models[wildcards.model].context_length,
    shell:
        LEASE
        + "$ISOGLOSS_VLLM_PYTHON {params.script} --prompts {input.prompts:q} --manifest {input.manifest:q}"
        ' --folder {params.folder:q} --store "$ISOGLOSS_STORE"'
        " --options {params.options:q} --context-length {params.context_length}"
        " --gpus {resources.gpu} --scores {output.scores:q} --output {output.responses:q}"
        " 2>&1 | tee {log:q}"


rule answer_openai:
    input:
        "results/barrier/prompts/{model}.parquet",
    output:
        scores="results/barrier/option_scores/{model}.parquet",
        responses="results/barrier/responses/{model}.parquet",
        replies="results/barrier/responses/{model}.json",
    log:
        "results/logs/barrier/answer_openai/{model}.log",
    benchmark:
        "results/benchmarks/barrier/answer_openai/{model}.tsv"
    wildcard_constraints:
        model=one_of(EVALUATIONS.keys("openai")),
    localrule: True
    conda:
        "../envs/api.yaml"
    resources:
        api=1,
    params:
        script=script("answer_openai"),
        code=code("answer_openai"),
        options=lambda wildcards: as_json(EVALUATIONS.answer_options(wildcards.model)),
    shell:
        'python {params.script} --prompts {input:q} --store "$ISOGLOSS_STORE"'
        " --options {params.options:q} --replies {output.replies:q} --scores {output.scores:q}"
        " --output {output.responses:q} 2>&1 | tee {log:q}"


rule score_barrier:
    input:
        prompts="results/barrier/prompts/{model}.parquet",
        scores="results/barrier/option_scores/{model}.parquet",
        responses="results/barrier/responses/{model}.parquet",
    output:
        "results/barrier/scores/{model}.parquet",
    log:
        "results/logs/barrier/score/{model}.log",
    benchmark:
        "results/benchmarks/barrier/score/{model}.tsv"
    wildcard_constraints:
        model=one_of(EVALUATIONS.keys()),
    conda:
        "../envs/barrier.yaml"
    params:
        script=script("score_barrier"),
        code=code("score_barrier"),
        normalise=CONFIG.barrier.normalise,
    shell:
        "python {params.script} --prompts {input.prompts:q} --scores {input.scores:q}"
        " --responses {input.responses:q} --normalise {params.normalise} --output {output:q}"
        " 2>&1 | tee {log:q}"


rule aggregate_barrier:
    input:
        expand("results/barrier/scores/{model}.parquet", model=EVALUATIONS.keys()),
    output:
        cells="results/barrier/cells.parquet",
        replicates="results/barrier/replicates.parquet",
        comparisons="results/barrier/comparisons.parquet",
    log:
        "results/logs/barrier/aggregate.log",
    benchmark:
        "results/benchmarks/barrier/aggregate.tsv"
    conda:
        "../envs/barrier.yaml"
    params:
        script=script("aggregate_barrier"),
        code=code("aggregate_barrier"),
        models=EVALUATIONS.keys(),
        finetuned=as_json(SETTINGS.finetuned()),
        bootstrap=as_json(CONFIG.bootstrap.model_dump()),
    shell:
        "python {params.script} --scores {input:q} --models {params.models}"
        " --finetuned {params.finetuned:q} --bootstrap {params.bootstrap:q}"
        " --cells {output.cells:q} --replicates {output.replicates:q}"
        " --comparisons {output.comparisons:q} 2>&1 | tee {log:q}"
