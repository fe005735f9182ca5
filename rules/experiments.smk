"""Experiments that the papers do not have: trainings repeated with seeds, and dose-responses."""

if EXPERIMENTS.arms():
    index_item("barrier", "table", "seeds")
    ARMS = {arm["arm"]: arm["models"][0] for arm in EXPERIMENTS.arms()}
    ARMS_BASES = EXPERIMENTS.bases(ARMS.values())

    rule make_seeds_table:
        input:
            cells="results/barrier/cells.parquet",
            replicates="results/barrier/replicates.parquet",
            bases=[x for base in ARMS_BASES for x in SETTINGS.model_manifest(base)],
            caption=in_project("workflow/report/barrier_seeds.rst"),
        output:
            csv=report(
                "results/barrier/tables/seeds.csv",
                caption="../workflow/report/barrier_seeds.rst",
                category="Study barrier",
                subcategory="Experiments",
                labels={"table": "seeds", "format": "CSV"},
            ),
            markdown="results/barrier/tables/seeds.md",
            latex="results/barrier/tables/seeds.tex",
            settings="results/barrier/tables/seeds.json",
        log:
            "results/logs/barrier/make_table/seeds.log",
        benchmark:
            "results/benchmarks/barrier/make_table/seeds.tsv"
        conda:
            "../envs/barrier.yaml"
        params:
            script=script("make_seeds_table"),
            code=code("make_seeds_table"),
            arms=as_json(EXPERIMENTS.arms()),
            # A function: templates in it have braces, which are no wildcards.
            made_of=lambda wildcards: as_json(
                {arm: EXPERIMENTS.made_of(model) for arm, model in ARMS.items()}
            ),
            bases=" ".join(ARMS_BASES),
            level=CONFIG.bootstrap.level,
        shell:
            "python {params.script} --cells {input.cells:q} --replicates {input.replicates:q}"
            " --arms {params.arms:q} --made-of {params.made_of:q} --settings {output.settings:q}"
            " --bases {params.bases} --manifests {input.bases:q}"
            " --level {params.level} --caption {input.caption:q}"
            " --csv {output.csv:q} --markdown {output.markdown:q} --latex {output.latex:q}"
            " 2>&1 | tee {log:q}"


if EXPERIMENTS.doses():
    index_item("barrier", "table", "dose")
    index_item("barrier", "figure", "figure_dose", caption="barrier_dose")

    rule make_dose_table:
        input:
            scores=expand(
                "results/barrier/scores/{model}.parquet",
                model=EXPERIMENTS.dose_models(),
            ),
            questions=list(EXPERIMENTS.dose_questions().values()),
            caption=in_project("workflow/report/barrier_dose.rst"),
        output:
            csv=report(
                "results/barrier/tables/dose.csv",
                caption="../workflow/report/barrier_dose.rst",
                category="Study barrier",
                subcategory="Experiments",
                labels={"table": "dose", "format": "CSV"},
            ),
            markdown="results/barrier/tables/dose.md",
            latex="results/barrier/tables/dose.tex",
        log:
            "results/logs/barrier/make_table/dose.log",
        benchmark:
            "results/benchmarks/barrier/make_table/dose.tsv"
        conda:
            "../envs/barrier.yaml"
        params:
            script=script("make_dose_table"),
            code=code("make_dose_table"),
            doses=as_json(EXPERIMENTS.doses()),
            models=EXPERIMENTS.dose_models(),
            tasks=list(EXPERIMENTS.dose_questions()),
            bootstrap=as_json(CONFIG.bootstrap.model_dump()),
        shell:
            "python {params.script} --doses {params.doses:q} --models {params.models}"
            " --scores {input.scores:q} --tasks {params.tasks} --questions {input.questions:q}"
            " --bootstrap {params.bootstrap:q} --caption {input.caption:q}"
            " --csv {output.csv:q} --markdown {output.markdown:q} --latex {output.latex:q}"
            " 2>&1 | tee {log:q}"

    rule make_dose_figure:
        input:
            "results/barrier/tables/dose.csv",
        output:
            svg=report(
                "results/barrier/figures/figure_dose.svg",
                caption="../workflow/report/barrier_dose.rst",
                category="Study barrier",
                subcategory="Figures",
                labels={"figure": "figure_dose", "format": "SVG"},
            ),
            pdf="results/barrier/figures/figure_dose.pdf",
        log:
            "results/logs/barrier/make_figure/figure_dose.log",
        benchmark:
            "results/benchmarks/barrier/make_figure/figure_dose.tsv"
        conda:
            "../envs/reports.yaml"
        params:
            script=script("make_dose_figure"),
            code=code("make_dose_figure"),
            doses=as_json(EXPERIMENTS.doses()),
            level=CONFIG.bootstrap.level,
        shell:
            "python {params.script} --table {input:q} --doses {params.doses:q}"
            " --level {params.level} --svg {output.svg:q} --pdf {output.pdf:q}"
            " 2>&1 | tee {log:q}"
