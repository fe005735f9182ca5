"""Data sets: fetched from a mirror, the web or this repository, checked by checksum."""


# What is named as a folder's record is one, where a data set has both folders and single files.
ruleorder: fetch_folder > fetch_source


rule fetch_source:
    input:
        lambda wildcards: [
            in_project(path)
            for path in SOURCES.shipped(wildcards.source, wildcards.file)
        ],
    output:
        "results/sources/{source}/{file}",
    log:
        "results/logs/fetch_source/{source}/{file}.log",
    benchmark:
        "results/benchmarks/fetch_source/{source}/{file}.tsv"
    wildcard_constraints:
        source=one_of(SOURCES.having("files")),
    localrule: True
    conda:
        "../envs/light.yaml"
    params:
        script=script("fetch_source"),
        code=code("fetch_source"),
        root=in_project("."),
        manifest=in_project(CONFIG.sources.manifest),
        entry=lambda wildcards: as_json(
            SOURCES.file_entry(wildcards.source, wildcards.file)
        ),
        unpinned=lambda wildcards: SOURCES.unpinned_option(
            wildcards.source, wildcards.file
        ),
    shell:
        "python {params.script} --manifest {params.manifest:q} --root {params.root:q}"
        " --source {wildcards.source} --file {wildcards.file} --output {output:q}"
        " {params.unpinned} 2>&1 | tee {log:q}"


rule fetch_folder:
    input:
        lambda wildcards: [
            in_project(path)
            for path in SOURCES.lists(wildcards.source, wildcards.folder)
        ],
    output:
        "results/sources/{source}/{folder}.json",
    log:
        "results/logs/fetch_folder/{source}/{folder}.log",
    benchmark:
        "results/benchmarks/fetch_folder/{source}/{folder}.tsv"
    wildcard_constraints:
        source=one_of(SOURCES.having("folders")),
    localrule: True
    conda:
        "../envs/light.yaml"
    params:
        script=script("fetch_folder"),
        code=code("fetch_folder"),
        root=in_project("."),
        manifest=in_project(CONFIG.sources.manifest),
        entry=lambda wildcards: as_json(
            SOURCES.folder_entry(wildcards.source, wildcards.folder)
        ),
        unpinned=lambda wildcards: SOURCES.unpinned_option(wildcards.source),
    shell:
        "python {params.script} --manifest {params.manifest:q} --root {params.root:q}"
        " --source {wildcards.source} --folder {wildcards.folder} --output {output:q}"
        " {params.unpinned} 2>&1 | tee {log:q}"


rule fetch_wiki:
    input:
        lambda wildcards: in_project(SOURCES.pages(wildcards.source)),
    output:
        "results/sources/{source}/pages.parquet",
    log:
        "results/logs/fetch_wiki/{source}.log",
    benchmark:
        "results/benchmarks/fetch_wiki/{source}.tsv"
    wildcard_constraints:
        source=one_of(SOURCES.having("wiki")),
    localrule: True
    conda:
        "../envs/light.yaml"
    params:
        script=script("fetch_wiki"),
        code=code("fetch_wiki"),
        root=in_project("."),
        manifest=in_project(CONFIG.sources.manifest),
        api=lambda wildcards: SOURCES.manifest.data_set(wildcards.source).wiki.api,
        unpinned=lambda wildcards: SOURCES.unpinned_option(wildcards.source),
    shell:
        "python {params.script} --manifest {params.manifest:q} --root {params.root:q}"
        " --source {wildcards.source} --output {output:q} {params.unpinned}"
        " 2>&1 | tee {log:q}"


rule write_passages:
    input:
        "results/sources/{source}/pages.parquet",
    output:
        "results/sources/{source}/passages.txt",
    log:
        "results/logs/write_passages/{source}.log",
    benchmark:
        "results/benchmarks/write_passages/{source}.tsv"
    wildcard_constraints:
        source=one_of(SOURCES.having("wiki")),
    conda:
        "../envs/light.yaml"
    params:
        script=script("write_passages"),
        code=code("write_passages"),
    shell:
        "python {params.script} --pages {input:q} --output {output:q} 2>&1 | tee {log:q}"
