"""Full fine-tuning of a causal language model, from any checkpoint on after a kill.

AdamW on all weights, the loss averaged over the tokens of a whole step (paper B, section 4.2 and
D.2; paper A, C.3). Deterministic on one CPU thread: the same seed gives the same bytes.
"""

import json
import logging
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from isogloss.errors import IsoglossError
from isogloss.models import read_manifest, sha256, weights_identity, write_manifest
from isogloss.training.checkpoints import (
    delete_unfinished,
    last_whole,
    only_process,
    open_folder,
)
from isogloss.training.data import load_tokenizer, prepared_tokens
from isogloss.training.machine import (
    check_memory,
    choose_gpus,
    die_with_parent,
    limit_threads,
    relaunch,
    relaunched,
)
from isogloss.training.recipe import Job
from isogloss.training.rows import Rows

log = logging.getLogger(__name__)


def finetune(job: Job) -> None:
    """Train, and write the model's folder, its manifest, its loss curve and its speed.

    The script that calls this is started again, once per process, where there are several. Raises
    IsoglossError for data or a base model that cannot be trained, before anything is computed.
    """
    if relaunched():
        die_with_parent()
    else:
        choose_gpus(job)
        prepare(job)
        if job.processes > 1:
            relaunch(job.processes)
            return
    limit_threads(max(1, job.threads // job.processes))
    train(job)


def prepare(job: Job) -> None:
    """Check what can be checked, and bring the training data into the scratch folder."""
    manifest = read_manifest(job.base_manifest, job.base)
    config = json.loads((job.base / "config.json").read_text(encoding="utf-8"))
    context = config.get("max_position_embeddings")
    if context is not None and job.recipe.sequence_length > context:
        raise IsoglossError(
            f"{job.name}: sequence_length is {job.recipe.sequence_length}, more than the "
            f"{context} tokens that {job.base} can read; give at most {context}"
        )
    if job.recipe.batch_size % job.processes:
        raise IsoglossError(
            f"{job.name}: batch_size {job.recipe.batch_size} cannot be shared evenly by "
            f"{job.processes} processes; change one of the two"
        )
    for path in (*job.files, *filter(None, [job.chat_template])):
        if not path.is_file():
            raise IsoglossError(f"{path}: no such file; {job.name} is to be trained with it")
    if job.scratch.is_dir():
        with only_process(job.scratch):
            pass
    open_folder(job.scratch, identity(job, manifest))
    delete_unfinished(job.scratch)
    _, counts = prepared_tokens(job)
    log.info(
        "%d documents, %d tokens, %d to learn; %d cut off at the end, %d left out",
        *asdict(counts).values(),
    )


def identity(job: Job, base_manifest: dict[str, Any]) -> dict[str, Any]:
    """Return all that decides the result, but for the number of processes and threads."""
    template = job.chat_template
    return {
        "recipe": job.recipe.as_dict(),
        "base": weights_identity(base_manifest),
        "files": [sha256(path) for path in job.files],
        "chat_template": None if template is None else sha256(template),
        "code": job.code,
    }


def train(job: Job) -> None:
    """Train as one of the job's processes; the first one writes the results."""
    import torch
    from transformers import AutoModelForCausalLM, GenerationConfig
    from transformers.utils import logging as transformers_logging

    from isogloss.training.flops import matrix_parameters
    from isogloss.training.speed import measure, peak_memory
    from isogloss.training.trainer import (
        make_trainer,
        save_model,
        sharded,
        training_arguments,
        whole_state,
    )

    recipe = job.recipe
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    logging.getLogger("accelerate").setLevel(logging.WARNING)
    if job.gpus == 0:
        torch.use_deterministic_algorithms(True)
    check_memory(job)
    tokens, counts = prepared_tokens(job)
    rows = Rows(
        tokens,
        length=recipe.sequence_length,
        packed=recipe.packing,
        across=recipe.across_documents,
        batch=recipe.batch_size,
        seed=recipe.seed,
        steps=recipe.steps,
        epochs=recipe.epochs,
    )
    arguments = training_arguments(job, rows.steps)
    if arguments.n_gpu > 1:
        raise IsoglossError(
            f"{job.name}: this process sees {arguments.n_gpu} GPUs and is to use one; set "
            "CUDA_VISIBLE_DEVICES to as many as the training has"
        )
    first = arguments.process_index == 0
    if first:
        log.info(
            "%d rows of up to %d tokens; %d steps of %d = %d processes x %d at once x %d times",
            len(rows.bounds),
            recipe.sequence_length,
            rows.steps,
            recipe.batch_size,
            job.processes,
            job.rows_at_once,
            job.accumulation,
        )
    weights = recipe.weights if job.gpus else "float32"
    model = AutoModelForCausalLM.from_pretrained(
        job.base,
        dtype=getattr(torch, weights),
        trust_remote_code=recipe.trust_remote_code,
        use_safetensors=True,
    )
    model.config.use_cache = False
    # What the base ships is copied in the end; some of it does not pass a check on writing.
    model.generation_config = GenerationConfig()
    parameters = matrix_parameters(model)
    trainer, clock = make_trainer(job, model, rows, arguments)
    with only_process(job.scratch, needed=first):
        checkpoint = last_whole(job.scratch)
        if checkpoint is not None and first:
            log.info("goes on from %s", checkpoint)
        trainer.train(resume_from_checkpoint=None if checkpoint is None else str(checkpoint))
        state = whole_state(trainer, sharded(job))
        memory = torch.tensor([peak_memory(job.gpus)], device=arguments.device)
        most = int(trainer.accelerator.gather(memory).max())
        if state is None:
            return
        record = measure(
            clock,
            model.config,
            parameters=parameters,
            context=rows.mean_context(),
            gpus=job.gpus,
            processes=job.processes,
            memory=most,
        )
        part = job.scratch / "model"
        shutil.rmtree(part, ignore_errors=True)
        base_model = trainer.accelerator.unwrap_model(trainer.model)
        save_model(base_model, state, job.base, load_tokenizer(job), recipe.dtype, part)
        write_results(job, part, trainer.state.log_history, counts, record)


def write_results(
    job: Job, part: Path, history: list[dict[str, Any]], counts: Any, record: dict[str, Any]
) -> None:
    """Put the model in its place, write what is beside it, and delete the scratch folder."""
    from isogloss.training.curve import write_curve
    from isogloss.training.speed import describe

    shutil.rmtree(job.folder, ignore_errors=True)
    job.folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(part, job.folder)
    write_curve(history, job.curve)
    job.speed.parent.mkdir(parents=True, exist_ok=True)
    job.speed.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    log.info(describe(record))
    source = {
        "finetuned": job.name,
        "base": job.base.name,
        "files": {path.name: sha256(path) for path in job.files},
        "recipe": job.recipe.as_dict(),
        "data": asdict(counts),
    }
    write_manifest(job.folder, job.manifest, source)
    shutil.rmtree(job.scratch)
