"""Study xmrc: every model's answers, one job per model. Engines differ in what they need."""

from snakemake.resources import Resource

# Jobs that ask servers follow each other, so that `api.requests` is what is under way in all, and
# run where Snakemake does: nodes of a cluster may have no network, and keys stay here.
if "api" not in workflow.global_resources:
    workflow.register_resource("api", Resource("api", 1))


rule generate_control:
    input:
        "results/xmrc/prompts/control-{kind}.parquet",
    output:
        "results/xmrc/responses/control-{kind}.parquet",
    log:
        "results/logs/xmrc/generate_control/{kind}.log",
    benchmark:
        "results/benchmarks/xmrc/generate_control/{kind}.tsv"
    conda:
        "../envs/light.yaml"
    params:
        script=script("generate_control"),
        code=code("generate_control"),
    shell:
        "python {params.script} --prompts {input:q} --kind {wildcards.kind}"
        " --output {output:q} 2>&1 | tee {log:q}"


rule generate_transformers:
    input:
        prompts="results/xmrc/prompts/{model}.parquet",
        manifest=lambda wildcards: SETTINGS.model_manifest(wildcards.model),
    output:
        "results/xmrc/responses/{model}.parquet",
    log:
        "results/logs/xmrc/generate_transformers/{model}.log",
    benchmark:
        "results/benchmarks/xmrc/generate_transformers/{model}.tsv"
    wildcard_constraints:
        model=one_of(SETTINGS.xmrc_models("transformers")),
    priority: 1  # all scores wait for the last of these
    conda:
        "../envs/torch.yaml"
    threads: model_threads
    # What is computed at once is no parameter: answers do not depend on it.
    resources:
        **MODEL_JOB,
        batch_size=CONFIG.generation.batch_size,
        batch_tokens=CONFIG.generation.batch_tokens,
    params:
        script=script("generate_transformers"),
        code=code("generate_transformers"),
        options=lambda wildcards: as_json(SETTINGS.generation_options(wildcards.model)),
        folder=lambda wildcards: SETTINGS.model_folder(wildcards.model),
    shell:
        LEASE
        + "python {params.script} --prompts {input.prompts:q} --manifest {input.manifest:q}"
        ' --folder {params.folder:q} --store "$ISOGLOSS_STORE"'
        " --options {params.options:q} --gpus {resources.gpu}"
        " --batch-size {resources.batch_size}"
        " --batch-tokens {resources.batch_tokens} --threads {threads}"
        " --output {output:q} 2>&1 | tee {log:q}"


rule generate_vllm:
    input:
        prompts="results/xmrc/prompts/{model}.parquet",
        manifest=lambda wildcards: SETTINGS.model_manifest(wildcards.model),
    output:
        "results/xmrc/responses/{model}.parquet",
    log:
        "results/logs/xmrc/generate_vllm/{model}.log",
    benchmark:
        "results/benchmarks/xmrc/generate_vllm/{model}.tsv"
    wildcard_constraints:
        model=one_of(SETTINGS.xmrc_models("vllm")),
    conda:
        "../envs/vllm.yaml"
    threads: model_threads
    resources:
        **MODEL_JOB,
    params:
        script=script("generate_vllm"),
        code=code("generate_vllm"),
        options=lambda wildcards: as_json(SETTINGS.generation_options(wildcards.model)),
        folder=lambda wildcards: SETTINGS.model_folder(wildcards.model),
        context_length=lambda wildcards: SETTINGS.models[wildcards.model].context_length,
    shell:
        LEASE
        + "$ISOGLOSS_VLLM_PYTHON {params.script} --prompts {input.prompts:q} --manifest {input.manifest:q}"
        ' --folder {params.folder:q} --store "$ISOGLOSS_STORE"'
        " --options {params.options:q} --context-length {params.context_length}"
        " --gpus {resources.gpu} --output {output:q} 2>&1 | tee {log:q}"


rule generate_openai:
    input:
        "results/xmrc/prompts/{model}.parquet",
    output:
        responses="results/xmrc/responses/{model}.parquet",
        replies="results/xmrc/responses/{model}.json",
    log:
        "results/logs/xmrc/generate_openai/{model}.log",
    benchmark:
        "results/benchmarks/xmrc/generate_openai/{model}.tsv"
    wildcard_constraints:
        model=one_of(SETTINGS.xmrc_models("openai")),
    localrule: True
    conda:
        "../envs/api.yaml"
    resources:
        api=1,
    params:
        script=script("generate_openai"),
        code=code("generate_openai"),
        options=lambda wildcards: as_json(SETTINGS.generation_options(wildcards.model)),
    shell:
        'python {params.script} --prompts {input:q} --store "$ISOGLOSS_STORE"'
        " --options {params.options:q} --replies {output.replies:q}"
        " --output {output.responses:q} 2>&1 | tee {log:q}"
