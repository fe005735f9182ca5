"""The paper's size on a GPU: training, option scoring and hidden states of Llama 3 8B's shape.

The model has random weights, in bfloat16, which is what rates and memory depend on. It embeds texts
of 2048 tokens as rule `embed_texts` does (every layer runs, the head does not), scores five-shot
questions as rule `answer_transformers` does, and is trained as rule `finetune` trains it. Without a
GPU the command says so and ends with exit status 0: nothing failed. `--tiny` measures a tiny model
on the CPU instead, to see that the command works; its figures say nothing of a GPU.
"""

import argparse
import logging
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import finetune  # noqa: E402
from benchmarks.interleave import say  # noqa: E402
from isogloss.engines.tokens import Row  # noqa: E402
from isogloss.representations.embed import Tokens  # noqa: E402

NO_GPU = "No GPU can be seen here, so nothing is measured (--tiny tries the command on the CPU)."
LENGTH = 2048  # of texts whose hidden states are read, and of the rows of the training
# A five-shot question of MMLU: median tokens of the demonstrations and of what follows them.
PREFIX, SUFFIX, OPTIONS = 483, 89, 4
SEED = 42


def main() -> None:
    """Measure all three on the GPU at hand, or say that there is none."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tiny", action="store_true", help="a tiny model on the CPU instead")
    parser.add_argument("--texts", type=int, help="texts to embed (default: 64, --tiny 4)")
    parser.add_argument("--questions", type=int, help="to score (default: 512, --tiny 16)")
    parser.add_argument("--batch-size", type=int, default=16, help="rows at once (default: 16)")
    parser.add_argument("--steps", type=int, help="of training (default: 6, --tiny 2)")
    args = parser.parse_args()
    import torch

    if not args.tiny and not torch.cuda.is_available():
        say(NO_GPU)
        return
    logging.disable(logging.WARNING)
    model = make_model(tiny=args.tiny)
    say(f"{sum(p.numel() for p in model.parameters()) / 1e9:.3g}e9 parameters")
    length = 64 if args.tiny else LENGTH
    embed_texts(model, args.texts or (4 if args.tiny else 64), length, args.batch_size)
    score_questions(model, args.questions or (16 if args.tiny else 512), args.batch_size)
    train(model, args)


def make_model(tiny: bool) -> Any:
    """Return a Llama with random weights on the device that is measured."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(**(finetune.TINY if tiny else finetune.LLAMA_3_8B), use_cache=False)
    torch.manual_seed(SEED)
    if tiny:
        return LlamaForCausalLM(config).eval()
    torch.set_default_dtype(torch.bfloat16)
    with torch.device("cuda"):
        model = LlamaForCausalLM(config).eval()
    torch.set_default_dtype(torch.float32)
    return model


def measured(name: str, amount: int, unit: str, work: Callable[[], object]) -> None:
    """Run the work, once to warm up and once by the clock, and print its rate and peak memory."""
    import torch

    cuda = torch.cuda.is_available()
    work()
    if cuda:
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
    start = time.perf_counter()
    work()
    if cuda:
        torch.cuda.synchronize()
    seconds = time.perf_counter() - start
    memory = f", {torch.cuda.max_memory_allocated() / 1e9:.1f} GB at most" if cuda else ""
    say(f"{name}: {amount / seconds:.1f} {unit}/s{memory}")


def embed_texts(model: Any, count: int, length: int, batch_size: int) -> None:
    """Measure texts per second whose hidden states are computed and averaged over their tokens."""
    from isogloss.representations.embed import embed

    draw = random.Random(SEED)
    texts = [
        Tokens(draw.choices(range(model.config.vocab_size), k=length), [True] * length)
        for _ in range(count)
    ]
    measured(
        f"hidden states, texts of {length} tokens",
        count,
        "texts",
        lambda: embed(model, texts, batch_size=batch_size, batch_tokens=batch_size * length),
    )


def questions(vocabulary: int, count: int) -> Sequence[Sequence[Row]]:
    """Return five-shot questions of random tokens that share their demonstrations."""
    draw = random.Random(SEED)
    shots = draw.choices(range(vocabulary), k=PREFIX)
    options = draw.sample(range(vocabulary), OPTIONS)
    return [
        [Row([*shots, *draw.choices(range(vocabulary), k=SUFFIX)], [options])] for _ in range(count)
    ]


def score_questions(model: Any, count: int, batch_size: int) -> None:
    """Measure five-shot questions per second of which the four options are scored."""
    from isogloss.engines.transformers_scoring import score_group

    items = questions(model.config.vocab_size, count)
    tokens = batch_size * (PREFIX + SUFFIX)

    def work() -> None:
        batches = score_group(
            model,
            items,
            [True] * count,
            share=True,
            batch_size=batch_size,
            batch_tokens=tokens,
        )
        for _ in batches:
            pass

    name = f"option scoring, {PREFIX} shared tokens and {SUFFIX} of each question"
    measured(name, count, "questions", work)


def train(model: Any, args: argparse.Namespace) -> None:
    """Train the model and print the record that the rule writes."""
    asked = argparse.Namespace(
        steps=args.steps or (2 if args.tiny else None),
        sequence_length=64 if args.tiny else LENGTH,
        batch_size=None,
        device_batch_size=2,
        document_tokens=None,
        keep_activations=False,
        threads=1,
    )
    with tempfile.TemporaryDirectory() as folder:
        finetune.train_and_say(asked, model, Path(folder), gpus=0 if args.tiny else 1)


if __name__ == "__main__":
    main()
