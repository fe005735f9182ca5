"""The lab: a small closed world, its corpora and quizzes, and the model that lives in it."""

LAB = CONFIG.lab
EXPERIMENTS = SETTINGS.experiments


rule build_lab_corpus:
    input:
        [in_project(path) for path in SETTINGS.lab_files()],
        instructions=in_project("config/prompts/hp_quiz.yaml"),
    output:
        known="results/lab/known.jsonl",
        rehearsal="results/lab/rehearsal.txt",
        words="results/lab/words.txt",
        corpora=SETTINGS.lab_corpora(),
        translations="results/lab/translations.parquet",
        quizzes=["results/lab/known.parquet", "results/lab/new.parquet"],
        mmlu=SETTINGS.lab_mmlu_files(),
        tofu=lab_tofu_files(),
    log:
        "results/logs/build_lab_corpus.log",
    benchmark:
        "results/benchmarks/build_lab_corpus.tsv"
    conda:
        "../envs/light.yaml"
    params:
        script=script("build_lab_corpus"),
        code=code("build_lab_corpus"),
        # Functions, as the linter wants for the folder of an input.
        wording=lambda wildcards: in_project("resources/lab"),
        quiz=lambda wildcards: in_project("resources/quiz"),
        world=as_json(LAB.world()),
        parts=LAB.parts,
        chunk_words=CONFIG.barrier.chunk_words,
    shell:
        "python {params.script} --wording {params.wording:q} --quiz {params.quiz:q}"
        " --instructions {input.instructions:q} --world {params.world:q} --parts {params.parts}"
        " --chunk-words {params.chunk_words} --folder results/lab 2>&1 | tee {log:q}"


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
            made_of=as_json(LAB.base()),
            threads=LAB.threads,
            portable="--portable" if LAB.portable else "",
        shell:
            "python {params.script} --known {input.known:q} --words {input.words:q}"
            " --recipe {params.recipe:q} --made-of {params.made_of:q} --threads {params.threads}"
            " {params.portable} --folder results/models/lab-base --manifest {output:q}"
            " 2>&1 | tee {log:q}"


if LAB.reader.take == "rebuild":

    rule train_reader:
        input:
            [in_project(path) for path in SETTINGS.lab_files()],
            templates=in_project(XMRC.prompts),
        output:
            "results/models/lab-reader.json",
        log:
            "results/logs/train_reader.log",
        benchmark:
            "results/benchmarks/train_reader.tsv"
        conda:
            "../envs/torch.yaml"
        threads: LAB.reader.threads
        params:
            script=script("train_reader"),
            code=code("train_reader"),
            wording=lambda wildcards: in_project("resources/lab"),
            quiz=lambda wildcards: in_project("resources/quiz"),
            languages=LAB.languages,
            recipe=as_json(LAB.reader.training()),
            made_of=as_json(LAB.reader_made_of()),
            portable="--portable" if LAB.reader.portable else "",
        shell:
            "python {params.script} --wording {params.wording:q} --quiz {params.quiz:q}"
            " --languages {params.languages} --templates {input.templates:q}"
            " --recipe {params.recipe:q} --made-of {params.made_of:q} --threads {threads}"
            " {params.portable} --folder results/models/lab-reader --manifest {output:q} 2>&1 | tee {log:q}"


if SETTINGS.lab_models():
    index_item("barrier", "table", "lab")
    LAB_TRAINED = [key for key in SETTINGS.lab_models() if key in CONFIG.finetunes]
    LAB_BASES = EXPERIMENTS.bases(LAB_TRAINED)

    rule make_lab_table:
        input:
            cells="results/barrier/cells.parquet",
            replicates="results/barrier/replicates.parquet",
            trainings=in_project("resources/lab/seeds.csv"),
            settings=in_project("resources/lab/seeds.json"),
            bases=[x for base in LAB_BASES for x in SETTINGS.model_manifest(base)],
            caption=in_project("workflow/report/barrier_lab.rst"),
        output:
            csv=report(
                "results/barrier/tables/lab.csv",
                caption="../workflow/report/barrier_lab.rst",
                category="Study barrier",
                subcategory="Lab",
                labels={"table": "lab", "format": "CSV"},
            ),
            markdown="results/barrier/tables/lab.md",
            latex="results/barrier/tables/lab.tex",
        log:
            "results/logs/barrier/make_table/lab.log",
        benchmark:
            "results/benchmarks/barrier/make_table/lab.tsv"
        conda:
            "../envs/barrier.yaml"
        params:
            script=script("make_lab_table"),
            code=code("make_lab_table"),
            labels=json.dumps(SETTINGS.lab_models()),
            # A function: templates in it have braces, which are no wildcards.
            trained=lambda wildcards: as_json(
                {key: EXPERIMENTS.made_of(key) for key in LAB_TRAINED}
            ),
            bases=" ".join(LAB_BASES),
            control=as_json(LAB.control),
            level=CONFIG.bootstrap.level,
        shell:
            "python {params.script} --cells {input.cells:q} --replicates {input.replicates:q}"
            " --labels {params.labels:q} --trained {params.trained:q}"
            " --bases {params.bases} --manifests {input.bases:q} --control {params.control:q}"
            " --trainings {input.trainings:q} --settings {input.settings:q}"
            " --level {params.level} --caption {input.caption:q}"
            " --csv {output.csv:q} --markdown {output.markdown:q} --latex {output.latex:q}"
            " 2>&1 | tee {log:q}"
