"""transformers' Trainer as fine-tuning uses it: on a CPU, one GPU, or several with FSDP.

Several GPUs share weights, gradients and optimizer state (fully sharded data parallelism, PyTorch's
FSDP2 through accelerate), one unit per layer of the model. Several processes on a CPU each hold a
whole model (DDP): accelerate has no FSDP there.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from transformers import PrinterCallback, Trainer, TrainingArguments

from isogloss.errors import IsoglossError
from isogloss.training.callbacks import Clock, Marks, Progress
from isogloss.training.checkpoints import KEPT
from isogloss.training.recipe import Job
from isogloss.training.rows import Rows, collate


def sharded(job: Job) -> bool:
    """Return whether the model is spread over several GPUs."""
    return job.gpus > 1


def training_arguments(job: Job, steps: int) -> TrainingArguments:
    """Return the Trainer's settings; starts the process group where there are several processes."""
    recipe, fsdp = job.recipe, sharded(job)
    if fsdp:
        # Read while the model is loaded, before Trainer sets it: only the first process reads the
        # weights and sends the others their part.
        os.environ["ACCELERATE_USE_FSDP"] = "true"
    return TrainingArguments(
        output_dir=str(job.scratch),
        max_steps=steps,
        per_device_train_batch_size=job.rows_at_once,
        gradient_accumulation_steps=job.accumulation,
        learning_rate=recipe.learning_rate,
        lr_scheduler_type=(
            "constant_with_warmup" if recipe.schedule == "constant" else recipe.schedule
        ),
        warmup_steps=round(recipe.warm_up * steps),
        weight_decay=recipe.weight_decay,
        max_grad_norm=recipe.max_grad_norm,
        optim="adamw_torch_fused" if job.gpus else "adamw_torch",
        seed=recipe.seed,
        # Weights in float32 are used in bfloat16; on a CPU all is float32.
        bf16=job.gpus > 0 and recipe.weights == "float32",
        gradient_checkpointing=job.gradient_checkpointing and not fsdp,
        gradient_checkpointing_kwargs={"use_reentrant": False},
        use_cpu=job.gpus == 0,
        ddp_backend="gloo" if job.gpus == 0 and job.processes > 1 else None,
        ddp_find_unused_parameters=False,
        fsdp=True if fsdp else None,
        fsdp_config=fsdp_settings(job) if fsdp else None,
        # Adding up gradients of whole layers between a step's parts would take as much memory as
        # sharding has saved: each part's gradients are shared out at once.
        accelerator_config={"gradient_accumulation_kwargs": {"sync_each_batch": fsdp}},
        train_sampling_strategy="sequential",  # `Rows` are in a shuffled order already
        dataloader_pin_memory=job.gpus > 0,
        remove_unused_columns=False,
        logging_steps=1,
        logging_nan_inf_filter=False,
        disable_tqdm=True,
        report_to="none",
        save_strategy="steps",
        save_steps=job.save_steps,
        save_total_limit=KEPT,
    )


def fsdp_settings(job: Job) -> dict[str, Any]:
    """Return how the model is sharded.

    The units are the layers that transformers' model class names. Checkpoints are sharded as well,
    each process writing its part; the model that is saved in the end is whole.
    """
    return {
        "version": 2,
        "auto_wrap_policy": "TRANSFORMER_BASED_WRAP",
        "reshard_after_forward": True,
        "state_dict_type": "SHARDED_STATE_DICT",
        "cpu_ram_efficient_loading": True,
        "activation_checkpointing": job.gradient_checkpointing,
    }


class FinetuneTrainer(Trainer):
    """Counts the tokens of each step, and puts them into the log."""

    def get_batch_samples(
        self, epoch_iterator: Iterator[Any], num_batches: int, device: Any
    ) -> tuple[list[Any], Any]:
        """Return a step's parts without their counts of tokens, which are added up."""
        import torch

        parts, learned = super().get_batch_samples(epoch_iterator, num_batches, device)
        read = torch.stack([part.pop("tokens").sum() for part in parts]).sum()
        self.read = int(self.accelerator.gather(read.to(device).reshape(1)).sum())
        self.learned = int(learned)
        return parts, learned

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Log a step with the tokens that it read, and those that its loss is the mean of."""
        if "loss" in logs:
            logs = {**logs, "tokens": self.read, "learned_tokens": self.learned}
        super().log(logs, start_time)


def make_trainer(
    job: Job, model: Any, rows: Rows, arguments: TrainingArguments
) -> tuple[FinetuneTrainer, Clock]:
    """Return a trainer, and the clock that times its steps."""
    import torch
    from torch.distributed.fsdp import MixedPrecisionPolicy

    clock = Clock()
    trainer = FinetuneTrainer(
        model=model,
        args=arguments,
        train_dataset=rows,
        data_collator=collate,
        callbacks=[Progress(job.name), clock, Marks()],
    )
    trainer.remove_callback(PrinterCallback)
    if arguments.bf16 and sharded(job):
        # accelerate's own policy adds gradients up, and returns the loss, in bfloat16.
        trainer.accelerator.state.fsdp_plugin.mixed_precision_policy = MixedPrecisionPolicy(
            param_dtype=torch.bfloat16, reduce_dtype=torch.float32
        )
    if not trainer.model_accepts_loss_kwargs:
        # Its loss would be a mean over each part of a step, whatever the parts' numbers of tokens.
        raise IsoglossError(
            f"{job.base}: transformers' class {type(model).__name__} does not take the number of "
            "tokens of a whole step, so its loss depends on how a step is divided; it cannot be "
            "fine-tuned here"
        )
    return trainer, clock


def whole_state(trainer: FinetuneTrainer, fsdp: bool) -> dict[str, Any] | None:
    """Return the whole model's tensors on the CPU; None in all processes but the first.

    Every process must call it: where the model is sharded, all give their part.
    """
    if fsdp:
        state = trainer.accelerator.get_state_dict(trainer.model)
    else:
        state = trainer.accelerator.unwrap_model(trainer.model).state_dict()
    return state if trainer.is_world_process_zero() else None


def save_model(
    model: Any, state: dict[str, Any], base: Path, tokenizer: Any, dtype: str, folder: Path
) -> None:
    """Write a model of transformers: safetensors in `dtype`, its config, and the tokenizer.

    The base's generation config is copied: some published ones do not pass the check that
    transformers makes of what it writes itself.
    """
    import copy
    import shutil

    import torch

    number_format = getattr(torch, dtype)
    state = {
        name: tensor.to(number_format) if tensor.is_floating_point() else tensor
        for name, tensor in state.items()
        if name not in model.all_tied_weights_keys  # a second name of a tensor that is there
    }
    model.save_pretrained(folder, state_dict=state, max_shard_size="5GB")
    config = copy.deepcopy(model.config)
    config.dtype = number_format
    config.use_cache = True
    config.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    generation = base / "generation_config.json"
    (folder / generation.name).unlink(missing_ok=True)
    if generation.is_file():
        shutil.copyfile(generation, folder / generation.name)
