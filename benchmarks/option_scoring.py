"""Options of five-shot questions: the shared prefix once, against lm-evaluation-harness.

Ours: `isogloss.engines.transformers_engine`, next-token log-probabilities of the option letters or
log-probabilities of the options' texts. Peer: `HFLM.loglikelihood` of lm-evaluation-harness on the
same strings, with its cache of logits for one-token continuations, in batches of the same size. The
model is a random Llama; both sides load it from the same folder. Questions are MMLU's if
ISOGLOSS_MIRROR names a folder that holds it as `mmlu/`, else made from the demo data.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.interleave import interleave, report, say  # noqa: E402
from isogloss.barrier.mmlu_prompts import heading, question_block  # noqa: E402
from isogloss.corpora.mmlu import LETTERS, TEXTS, english, read_part  # noqa: E402
from isogloss.engines.protocol import ScoredPrompt  # noqa: E402
from isogloss.engines.tokens import option_tokens  # noqa: E402
from isogloss.engines.transformers_engine import TransformersEngine  # noqa: E402
from isogloss.training.tiny import TinyRecipe, train_tokenizer  # noqa: E402
from isogloss.xmrc.items import build_items  # noqa: E402

SHOTS = 5
CONTEXT_LENGTH = 8192
SEED = 42
CLOSE = 1e-4  # of a token's log-probability; a difference beyond it is an error


def main() -> None:
    """Make a model, draw questions, and compare both sides."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scoring", choices=["letter", "text"], default="letter")
    parser.add_argument("--questions", type=int, default=64, help="default: 64")
    parser.add_argument("--subject", default="anatomy", help="of MMLU (default: anatomy)")
    parser.add_argument("--batch-size", type=int, default=16, help="default: 16")
    parser.add_argument("--layers", type=int, default=4, help="default: 4")
    parser.add_argument("--width", type=int, default=256, help="default: 256")
    parser.add_argument("--vocabulary", type=int, default=32000, help="default: 32000")
    parser.add_argument("--threads", type=int, default=1, help="of torch (default: 1)")
    parser.add_argument("--repetitions", type=int, default=3, help="of each side (default: 3)")
    args = parser.parse_args()
    dev, test = real_questions(args) if os.environ.get("ISOGLOSS_MIRROR") else demo_questions(args)
    prompts, options = ask(dev, test, args)
    with tempfile.TemporaryDirectory() as folder:
        make_model(Path(folder), [prompt.text for prompt in prompts], args)
        compare(Path(folder), prompts, options, args)


Row = dict[str, Any]


def real_questions(args: argparse.Namespace) -> tuple[list[Row], list[Row]]:
    """Return dev and test questions of one subject of MMLU."""
    root = Path(os.environ["ISOGLOSS_MIRROR"]) / "mmlu"
    dev, test = (read_part(root, english(split)) for split in ("dev", "test"))
    say(f"MMLU, {args.subject}")
    one = pl.col("subject") == args.subject
    return dev.filter(one).to_dicts()[:SHOTS], test.filter(one).to_dicts()[: args.questions]


def demo_questions(args: argparse.Namespace) -> tuple[list[Row], list[Row]]:
    """Return questions made from the demo data: the options are answers to other questions."""
    files = {code: ROOT / f"resources/demo/xquad/xquad.{code}.json" for code in ("en", "de")}
    items = build_items(files).to_dicts()
    rows = []
    for place, item in enumerate(items):
        others = [items[(place + step) % len(items)]["answer"] for step in range(4)]
        question = f"{item['context']} {item['question']}"
        rows.append(dict(zip(TEXTS, [question, *others], strict=True)) | {"answer": "A"})
    say("demo data")
    return rows[-SHOTS:], rows[: args.questions]


def ask(
    dev: Sequence[Row], test: Sequence[Row], args: argparse.Namespace
) -> tuple[list[ScoredPrompt], list[list[str]]]:
    """Return prompts in Hendrycks' format and, for each, what is scored after it."""
    blocks = [question_block([row[name] for name in TEXTS], LETTERS) for row in [*dev, *test]]
    shown = zip(blocks[: len(dev)], dev, strict=True)
    prefix = heading(args.subject) + "".join(
        f"{block}\nAnswer: {row['answer']}\n\n" for block, row in shown
    )
    prompts = [ScoredPrompt(prefix, f"{block}\nAnswer:", True) for block in blocks[len(dev) :]]
    letters = [f" {letter}" for letter in LETTERS]
    texts = [[f" {row[letter]}" for letter in LETTERS] for row in test]
    return prompts, [letters] * len(prompts) if args.scoring == "letter" else texts


def make_model(folder: Path, texts: Sequence[str], args: argparse.Namespace) -> None:
    """Save a random Llama, and a tokenizer that has the letters with a space as tokens."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    recipe = TinyRecipe(1024, 0, 0, 0, CONTEXT_LENGTH, 0, 0, 0, 0, 0.0, SEED)
    letters = [f"Answer: {letter}" for letter in LETTERS for _ in range(100)]
    tokenizer = train_tokenizer([*texts, *letters], recipe)
    torch.manual_seed(SEED)
    config = LlamaConfig(
        vocab_size=max(args.vocabulary, len(tokenizer)),
        hidden_size=args.width,
        intermediate_size=args.width * 3,
        num_hidden_layers=args.layers,
        num_attention_heads=args.width // 32,
        max_position_embeddings=CONTEXT_LENGTH,
        initializer_range=0.1,
    )
    LlamaForCausalLM(config).eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def compare(
    folder: Path,
    prompts: Sequence[ScoredPrompt],
    options: Sequence[Sequence[str]],
    args: argparse.Namespace,
) -> None:
    """Time both sides in turns, and check that they say the same."""
    from lm_eval.models.huggingface import HFLM

    engine = TransformersEngine(
        folder,
        dtype="float32",
        batch_size=args.batch_size,
        batch_tokens=10**9,  # batches of one size on both sides
        threads=args.threads,
    )
    peer = HFLM(
        pretrained=str(folder),
        dtype="float32",
        # Its rows are single options; letters of a question share one by its cache of logits.
        batch_size=args.batch_size,
        max_length=CONTEXT_LENGTH,
        add_bos_token=True,
        device="cpu",
    )
    tokens = option_tokens(engine.tokenizer, LETTERS, spaced=True)
    requests = [
        SimpleNamespace(args=(prompt.text, option))
        for prompt, texts in zip(prompts, options, strict=True)
        for option in texts
    ]
    found: dict[str, list[list[float]]] = {}

    def ours() -> None:
        if args.scoring == "letter":
            batches = engine.next_token_logprobs(prompts, [list(tokens.values())] * len(prompts))
            values = {i: each for batch in batches for i, each in batch}
        else:
            scored = engine.text_logprobs(prompts, options)
            values = {i: [score.logprob for score in each] for batch in scored for i, each in batch}
        found["ours"] = [values[i] for i in range(len(prompts))]

    def theirs() -> None:
        values = [value for value, _ in peer.loglikelihood(requests, disable_tqdm=True)]
        found["theirs"] = [values[i : i + 4] for i in range(0, len(values), 4)]

    lengths = [len(engine.tokenizer.encode(prompt.text)) for prompt in prompts]
    shared = len(engine.tokenizer.encode(prompts[0].prefix))
    say(
        f"{len(prompts)} questions of {sum(lengths) / len(lengths):.0f} tokens, {shared} of them "
        f"shared; {args.scoring}s scored; {args.layers} layers of {args.width}, vocabulary "
        f"{args.vocabulary}, batches of {args.batch_size}, {args.threads} thread(s)"
    )
    ours()  # the first call is slower
    name = "isogloss"
    clock = time.process_time if args.threads == 1 else time.perf_counter
    seconds = interleave({name: ours, "lm-evaluation-harness": theirs}, args.repetitions, clock)
    report(seconds, name, len(prompts), "questions")
    pairs = [
        (a, b, len(engine.tokenizer.encode(option, add_special_tokens=False)))
        for mine, other, texts in zip(found["ours"], found["theirs"], options, strict=True)
        for a, b, option in zip(mine, other, texts, strict=True)
    ]
    furthest = max(abs(a - b) / count for a, b, count in pairs)
    say(f"  largest difference of a value, per token: {furthest:.1e}")
    choices = zip(found["ours"], found["theirs"], strict=True)
    if furthest > CLOSE or any(a.index(max(a)) != b.index(max(b)) for a, b in choices):
        sys.exit("error: the two sides differ")


main()
