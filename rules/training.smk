"""Models fine-tuned here, and the loss of their training."""


rule finetune:
    input:
        base=lambda wildcards: SETTINGS.model_manifest(
            CONFIG.finetunes[wildcards.model].base
        ),
        files=lambda wildcards: CONFIG.finetunes[wildcards.model].data_files(),
        chat_template=lambda wildcards: chat_template(wildcards.model),
    output:
        manifest="results/models/{model}.json",
        curve="results/models/{model}.train.csv",
    log:
        "results/logs/finetune/{model}.log",
    benchmark:
        "results/benchmarks/finetune/{model}.tsv"
    wildcard_constraints:
        model=one_of(CONFIG.finetunes),
    conda:
        "../envs/torch.yaml"
    threads: lambda wildcards: CONFIG.finetunes[wildcards.model].threads
    # What is computed at once is no parameter: but for rounding, the result does not depend on it.
    resources:
        **TRAINING_JOB,
        processes=lambda wildcards: CONFIG.finetunes[wildcards.model].processes,
        device_batch_size=lambda wildcards: CONFIG.finetunes[wildcards.model].value(
            "device_batch_size"
        ),
        save_steps=lambda wildcards: CONFIG.finetunes[wildcards.model].save_steps,
        keep_activations=lambda wildcards: int(
            not CONFIG.finetunes[wildcards.model].gradient_checkpointing
        ),
    params:
        script=script("finetune"),
        code=code("finetune"),
        recipe=lambda wildcards: as_json(SETTINGS.finetune_recipe(wildcards.model)),
        base=lambda wildcards: SETTINGS.model_folder(
            CONFIG.finetunes[wildcards.model].base
        ),
        chat_template=lambda wildcards: " ".join(
            f"--chat-template {shlex.quote(path)}"
            for path in chat_template(wildcards.model)
        ),
    # Checkpoints are no outputs: they outlive a killed job, which goes on from them.
    shell:
        LEASE
        + "python {params.script} --name {wildcards.model} --recipe {params.recipe:q}"
        " --base {params.base:q} --base-manifest {input.base:q} --files {input.files:q}"
        " {params.chat_template} --scratch results/checkpoints/{wildcards.model}"
        " --folder results/models/{wildcards.model} --manifest {output.manifest:q}"
        " --curve {output.curve:q} --speed results/benchmarks/finetune/{wildcards.model}.json"
        " --code {params.code} --gpus {resources.gpu} --processes {resources.processes}"
        " --threads {threads} --device-batch-size {resources.device_batch_size}"
        " --save-steps {resources.save_steps} --keep-activations {resources.keep_activations}"
        " 2>&1 | tee {log:q}"


if SETTINGS.used_finetunes():

    rule make_figure_loss:
        input:
            expand("results/models/{model}.train.csv", model=SETTINGS.used_finetunes()),
        output:
            svg=report(
                "results/training/figure_loss.svg",
                caption="../workflow/report/figure_loss.rst",
                category="Figures",
                labels={"figure": "figure_loss", "format": "SVG"},
            ),
            pdf="results/training/figure_loss.pdf",
        log:
            "results/logs/make_figure_loss.log",
        benchmark:
            "results/benchmarks/make_figure_loss.tsv"
        conda:
            "../envs/reports.yaml"
        params:
            script=script("make_figure_loss"),
            code=code("make_figure_loss"),
            curves=as_json(SETTINGS.loss_curves()),
        shell:
            "python {params.script} --curves {input:q} --labels {params.curves:q}"
            " --svg {output.svg:q} --pdf {output.pdf:q} 2>&1 | tee {log:q}"
