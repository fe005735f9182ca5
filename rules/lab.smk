"""The lab: a small closed world, its corpora and quizzes, and the model that lives in it."""

LAB = CONFIG.lab


rule build_lab_corpus:
    input:
        [in_project(path) for path in SETTINGS.lab_files()],
        instructions=in_project("config/prompts/hp_quiz.yaml"),
    output:
        known="results/lab/known.jsonl",
        rehearsal="results/lab/rehearsal.txt",
        words="results/lab/words.txt",
        taught="results/lab/taught.txt",
        translations="results/lab/translations.parquet",
        quizzes=["results/lab/known.parquet", "results/lab/new.parquet"],
    log:
        "results/logs/build_lab_corpus.log",
    benchmark:
        "results/benchmarks/build_lab_corpus.tsv"
    conda:
        "../envs/corpora.yaml"
    params:
        script=script("build_lab_corpus"),
        code=code("build_lab_corpus"),
        wording=in_project("resources/lab"),
        quiz=in_project("resources/quiz"),
        world=as_json(LAB.world()),
        parts=LAB.parts,
    shell:
        "python {params.script} --wording {params.wording:q} --quiz {params.quiz:q}"
        " --instructions {input.instructions:q} --world {params.world:q} --parts {params.parts}"
        " --folder results/lab 2>&1 | tee {log:q}"


if LAB.take == "rebuild":

    rule train_lab:
        input:
            known="results/lab/known.jsonl",
            words="results/lab/words.txt",
        output:
            "results/models/lab-base.json",
        log:
            "results/logs/train_lab.log",
        benchmark:
            "results/benchmarks/train_lab.tsv"
        conda:
            "../envs/torch.yaml"
        threads: LAB.threads
        params:
            script=script("train_lab"),
            code=code("train_lab"),
            recipe=as_json(LAB.training()),
            threads=LAB.threads,
        shell:
            "python {params.script} --known {input.known:q} --words {input.words:q}"
            " --recipe {params.recipe:q} --threads {params.threads}"
            " --folder results/models/lab-base --manifest {output:q} 2>&1 | tee {log:q}"
