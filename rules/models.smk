"""Weights: fetched, or trained here, and described by a manifest of hashes."""


rule fetch_model:
    input:
        lambda wildcards: SETTINGS.local_weights(wildcards.model),
    output:
        "results/models/{model}.json",
    log:
        "results/logs/fetch_model/{model}.log",
    benchmark:
        "results/benchmarks/fetch_model/{model}.tsv"
    wildcard_constraints:
        model=one_of(SETTINGS.fetched_models()),
    localrule: True
    conda:
        "../envs/tokenizer.yaml"
    params:
        script=script("fetch_model"),
        code=code("fetch_model"),
        source=lambda wildcards: SETTINGS.hub_arguments(wildcards.model),
        folder=lambda wildcards: SETTINGS.model_folder(wildcards.model),
    shell:
        "python {params.script} {params.source} --folder {params.folder:q}"
        " --manifest {output:q} 2>&1 | tee {log:q}"


rule train_tiny_base:
    input:
        SETTINGS.data_files(CONFIG.tiny.dataset, CONFIG.tiny.languages),
    output:
        "results/models/tiny-base.json",
    log:
        "results/logs/train_tiny_base.log",
    benchmark:
        "results/benchmarks/train_tiny_base.tsv"
    priority: 2  # the longest way through the demo begins here
    conda:
        "../envs/torch.yaml"
    threads: CONFIG.tiny.threads
    params:
        script=script("train_tiny_base"),
        code=code("train_tiny_base"),
        languages=CONFIG.tiny.languages,
        recipe=as_json(SETTINGS.tiny_recipe()),
        threads=CONFIG.tiny.threads,
    shell:
        "python {params.script} --languages {params.languages} --files {input:q}"
        " --recipe {params.recipe:q} --threads {params.threads} --folder results/models/tiny-base"
        " --manifest {output:q} 2>&1 | tee {log:q}"


rule train_tiny_chat:
    input:
        files=SETTINGS.data_files(CONFIG.tiny.dataset, CONFIG.tiny.languages),
        templates=in_project(XMRC.prompts),
        base="results/models/tiny-base.json",
    output:
        "results/models/tiny-chat.json",
    log:
        "results/logs/train_tiny_chat.log",
    benchmark:
        "results/benchmarks/train_tiny_chat.tsv"
    priority: 2  # as above
    conda:
        "../envs/torch.yaml"
    threads: CONFIG.tiny.threads
    params:
        script=script("train_tiny_chat"),
        code=code("train_tiny_chat"),
        languages=CONFIG.tiny.languages,
        recipe=as_json(SETTINGS.tiny_recipe()),
        threads=CONFIG.tiny.threads,
    shell:
        "python {params.script} --languages {params.languages}"
        " --files {input.files:q} --templates {input.templates:q} --base results/models/tiny-base"
        " --recipe {params.recipe:q} --threads {params.threads} --folder results/models/tiny-chat"
        " --manifest {output:q} 2>&1 | tee {log:q}"
