"""Isogloss: where a language model's knowledge stops at a language border."""

from snakemake.utils import min_version

min_version("9.27")


configfile: f"{workflow.basedir}/config/config.yaml"


include: "rules/common.smk"
include: "rules/sources.smk"
include: "rules/models.smk"
include: "rules/lab.smk"
include: "rules/training.smk"
include: "rules/prompts.smk"
include: "rules/quiz.smk"
include: "rules/responses.smk"
include: "rules/scores.smk"
include: "rules/tables.smk"
include: "rules/figures.smk"
include: "rules/selection.smk"
include: "rules/translation.smk"
include: "rules/corpora.smk"
include: "rules/mmlu.smk"
include: "rules/quality.smk"
include: "rules/samples.smk"
include: "rules/barrier.smk"
include: "rules/embeddings.smk"
include: "rules/barrier_tables.smk"
include: "rules/barrier_figures.smk"
include: "rules/experiments.smk"
include: "rules/index.smk"


report: "workflow/report/workflow.rst"


onstart:
    check_api_keys()
    cancel_left_over_jobs()


onerror:
    show_failed_logs(log)


rule all:
    default_target: True
    input:
        "results/tables/all",
