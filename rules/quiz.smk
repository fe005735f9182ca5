"""Study barrier: the Harry Potter quiz, from facts that ship, or the published one."""

QUIZ = CONFIG.barrier.quiz

index_item(
    "barrier",
    "quiz",
    "quiz",
    ["results/barrier/quiz/items.parquet"],
    caption="barrier_quiz",
)


rule build_quiz:
    input:
        (
            SETTINGS.published_quiz()
            if QUIZ.take == "published"
            else [in_project(path) for path in SETTINGS.shipped_quiz()]
        ),
    output:
        "results/barrier/quiz/items.parquet",
    log:
        "results/logs/barrier/build_quiz.log",
    benchmark:
        "results/benchmarks/barrier/build_quiz.tsv"
    conda:
        "../envs/light.yaml"
    params:
        script=script("build_quiz"),
        code=code("build_quiz"),
        take=QUIZ.take,
        languages=QUIZ.languages,
        seed=CONFIG.barrier.seed,
    shell:
        "python {params.script} --take {params.take} --files {input:q}"
        " --languages {params.languages} --seed {params.seed} --output {output:q}"
        " 2>&1 | tee {log:q}"
