"""Fine-tuning: tokens per second, model FLOPs utilisation and memory on a GPU, overhead on a CPU.

On a GPU: a model of Llama 3 8B's shape with random weights, in bfloat16, trained for a few steps as
rule `finetune` trains. Without a GPU the command says so and ends. With --cpu, for any machine: a
tiny model, trained as the rule does and by a plain PyTorch loop on the same rows; losses that
differ end the comparison with an error. With one thread, its processor time is measured; with more,
the time that passes.
"""

import argparse
import logging
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.interleave import report, say  # noqa: E402
from isogloss.training.packing import Encoded, Tokens, join  # noqa: E402
from isogloss.training.recipe import Job, Recipe  # noqa: E402
from isogloss.training.rows import Rows, collate  # noqa: E402

LLAMA_3_8B = {
    "vocab_size": 128256,
    "hidden_size": 4096,
    "intermediate_size": 14336,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "rope_theta": 500000.0,
}
TINY = {
    "vocab_size": 1024,
    "hidden_size": 128,
    "intermediate_size": 336,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
}
SAME = 1e-4  # nats


def main() -> None:
    """Measure on the GPU at hand, or compare on the CPU."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cpu", action="store_true", help="compare with a plain loop on the CPU")
    parser.add_argument("--steps", type=int, help="default: 6 on a GPU, 20 on the CPU")
    parser.add_argument("--sequence-length", type=int, help="default: 2048, 128 on the CPU")
    parser.add_argument("--batch-size", type=int, help="rows of a step (default: 16, 8 on the CPU)")
    parser.add_argument("--device-batch-size", type=int, default=2, help="at once (default: 2)")
    parser.add_argument(
        "--document-tokens", type=int, help="length of documents (default: one fills a row)"
    )
    parser.add_argument("--keep-activations", action="store_true", help="no checkpointing of them")
    parser.add_argument("--threads", type=int, default=1, help="of torch (default: 1)")
    parser.add_argument("--repetitions", type=int, default=5, help="on the CPU (default: 5)")
    args = parser.parse_args()
    import torch

    if not args.cpu and not torch.cuda.is_available():
        say("No GPU can be seen here, so nothing is measured (--cpu compares on the CPU).")
        return
    logging.disable(logging.WARNING)
    torch.set_num_threads(args.threads)
    with tempfile.TemporaryDirectory() as folder:
        if args.cpu:
            compare(args, Path(folder))
        else:
            measure_gpu(args, Path(folder))


def job_of(args: argparse.Namespace, folder: Path, gpus: int) -> Job:
    """Return the job that both modes train, of which no file is read."""
    length = args.sequence_length or (2048 if gpus else 128)
    recipe = Recipe(
        data="text",
        learning_rate=2e-5 if gpus else 1e-3,
        weight_decay=0.01,
        schedule="linear",
        warm_up=0.0,
        max_grad_norm=1.0,
        epochs=None,
        steps=args.steps or (6 if gpus else 20),
        batch_size=args.batch_size or (16 if gpus else 8),
        sequence_length=length,
        packing=True,
        across_documents=False,
        seed=42,
        weights="bfloat16",
        dtype="bfloat16",
        chat=False,
        question_template="",
        chat_date="",
        trust_remote_code=False,
    )
    files: dict[str, Any] = dict.fromkeys(
        ("base", "base_manifest", "folder", "manifest", "curve", "speed"), folder
    )
    return Job(
        name="benchmark",
        recipe=recipe,
        files=(),
        chat_template=None,
        scratch=folder,
        code="",
        gpus=gpus,
        cpu_processes=1,
        threads=args.threads,
        device_batch_size=args.device_batch_size,
        save_steps=10**9,
        gradient_checkpointing=gpus > 0 and not args.keep_activations,
        **files,
    )


def random_rows(args: argparse.Namespace, job: Job, vocabulary: int) -> Rows:
    """Return rows of random tokens, as many as the steps read, in documents of the given length."""
    recipe = job.recipe
    length = recipe.sequence_length
    document = args.document_tokens or length
    draw = random.Random(recipe.seed)
    total = (recipe.steps or 0) * recipe.batch_size * length
    tokens, _ = join(
        Encoded(draw.choices(range(vocabulary), k=min(document, total - start)))
        for start in range(0, total, document)
    )
    return rows_of(job, tokens)


def rows_of(job: Job, tokens: Tokens) -> Rows:
    """Return the rows as the job reads them."""
    recipe = job.recipe
    return Rows(
        tokens,
        length=recipe.sequence_length,
        packed=True,
        across=False,
        batch=recipe.batch_size,
        seed=recipe.seed,
        steps=recipe.steps,
    )


def trainer_of(job: Job, model: Any, rows: Rows) -> Any:
    """Return the rule's trainer and clock, writing no checkpoints."""
    from isogloss.training.trainer import make_trainer, training_arguments

    return make_trainer(job, model, rows, training_arguments(job, rows.steps))


def measure_gpu(args: argparse.Namespace, folder: Path) -> None:
    """Train a model of Llama 3 8B's shape on one GPU and print the record that the rule writes."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(**LLAMA_3_8B, use_cache=False)
    torch.set_default_dtype(torch.bfloat16)
    with torch.device("cuda"):
        model = LlamaForCausalLM(config)
    torch.set_default_dtype(torch.float32)
    train_and_say(args, model, folder, gpus=1)


def train_and_say(args: argparse.Namespace, model: Any, folder: Path, gpus: int) -> None:
    """Train a model as the rule does, and print the record that the rule writes."""
    from isogloss.training.flops import matrix_parameters
    from isogloss.training.speed import describe, measure, peak_memory

    job = job_of(args, folder, gpus)
    rows = random_rows(args, job, model.config.vocab_size)
    say(
        f"{sum(p.numel() for p in model.parameters()) / 1e9:.2f}e9 parameters, rows of "
        f"{job.recipe.sequence_length} tokens with a mean context of {rows.mean_context():.0f}, "
        f"{job.rows_at_once} at once, {job.accumulation} times a step"
    )
    trainer, clock = trainer_of(job, model, rows)
    trainer.train()
    record = measure(
        clock,
        model.config,
        parameters=matrix_parameters(model),
        context=rows.mean_context(),
        gpus=gpus,
        processes=1,
        memory=peak_memory(gpus),
    )
    say(describe(record))
    for key, value in record.items():
        say(f"  {key:26} {value}")


def compare(args: argparse.Namespace, folder: Path) -> None:
    """Train the tiny model both ways in turns, and print their rates and their ratio."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    job = job_of(args, folder, gpus=0)
    torch.manual_seed(0)
    model = LlamaForCausalLM(LlamaConfig(**TINY, use_cache=False))
    start = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    rows = random_rows(args, job, TINY["vocab_size"])
    clock = time.process_time if args.threads == 1 else time.perf_counter
    ours, loop = "trainer (isogloss)", "plain loop"
    seconds: dict[str, list[float]] = {ours: [], loop: []}
    say(
        f"\n{sum(p.numel() for p in model.parameters()) / 1e6:.2f}e6 parameters, {rows.steps} "
        f"steps of {job.recipe.batch_size} rows of {job.recipe.sequence_length} tokens, "
        f"{job.rows_at_once} at once, {args.threads} thread(s)"
    )
    differences = []
    for repetition in range(args.repetitions + 1):
        model.load_state_dict(start)
        trainer, _ = trainer_of(job, model, rows)
        begin = clock()
        trainer.train()
        taken = clock() - begin
        losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
        model.load_state_dict(start)
        begin = clock()
        plain = plain_loop(job, model, rows)
        if repetition:  # the first turn warms up
            seconds[ours].append(taken)
            seconds[loop].append(clock() - begin)
        differences += [abs(a - b) for a, b in zip(losses, plain, strict=True)]
    report(seconds, ours, rows.steps * job.recipe.batch_size * job.recipe.sequence_length, "tokens")
    say(f"  losses differ by at most {max(differences):.1e}, {losses[0]:.3f} to {losses[-1]:.3f}")
    share = statistics.median(
        own / other for own, other in zip(seconds[ours], seconds[loop], strict=True)
    )
    say(f"  the trainer takes {share:.3f} of the loop's time")
    if max(differences) > SAME:
        sys.exit(f"error: losses differ by more than {SAME}")


def plain_loop(job: Job, model: Any, rows: Rows) -> list[float]:
    """Train as a short script would, on the same rows; return the loss of each step."""
    import torch
    from torch.nn.functional import cross_entropy

    recipe, size = job.recipe, job.rows_at_once
    matrices = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim <= 1]
    optimizer = torch.optim.AdamW(
        [
            {"params": matrices, "weight_decay": recipe.weight_decay},
            {"params": others, "weight_decay": 0.0},
        ],
        lr=recipe.learning_rate,
    )
    losses = []
    model.train()
    for step in range(rows.steps):
        for group in optimizer.param_groups:
            group["lr"] = recipe.learning_rate * (1 - step / rows.steps)
        first = step * recipe.batch_size
        places = range(first, first + recipe.batch_size)
        parts = [
            collate([rows[p] for p in places[n : n + size]]) for n in range(0, len(places), size)
        ]
        count = sum(int((part["labels"][:, 1:] != -100).sum()) for part in parts)
        total = 0.0
        for part in parts:
            logits = model(
                input_ids=part["input_ids"], position_ids=part["position_ids"], use_cache=False
            ).logits
            loss = cross_entropy(
                logits[:, :-1].flatten(0, 1), part["labels"][:, 1:].flatten(), reduction="sum"
            )
            (loss / count).backward()
            total += loss.item()
        torch.nn.utils.clip_grad_norm_(model.parameters(), recipe.max_grad_norm)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(total / count)
    return losses


if __name__ == "__main__":
    main()
