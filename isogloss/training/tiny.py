"""Tokenizer and Llama-architecture model of about a million parameters, made on a laptop.

`base` is a language model of the demo text; `chat` is `base` trained further on answers in chat
format. On one thread both are deterministic for one machine type. On two they nearly are: of some
hundred processes that started on a busy machine, one rounded its first step otherwise (torch 2.13).
"""

import itertools
import json
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from isogloss.progress import progress
from isogloss.training.tiny_text import ROLE_TOKENS, SPECIAL_TOKENS, Exercise, chat_template, order

log = logging.getLogger(__name__)

IGNORED = -100  # label of positions that carry no loss, by torch's convention
Example = tuple[list[int], list[int]]  # token ids, and as many labels


class Schedule(Protocol):
    """What training needs to know; meanings and units as in the configuration."""

    @property
    def sequence_length(self) -> int:
        """Tokens of a training sequence."""

    @property
    def batch_size(self) -> int:
        """Sequences of a step."""

    @property
    def learning_rate(self) -> float:
        """Peak of the schedule."""

    @property
    def seed(self) -> int:
        """Of weights and order."""


class Sizes(Protocol):
    """What a small Llama is made of."""

    @property
    def layers(self) -> int:
        """Layers."""

    @property
    def width(self) -> int:
        """Hidden size."""

    @property
    def heads(self) -> int:
        """Attention heads."""

    @property
    def context_length(self) -> int:
        """Tokens that it can read."""


@dataclass(frozen=True)
class TinyRecipe:
    """Sizes and schedule; meanings and units as in the configuration's section `tiny`."""

    vocabulary: int
    layers: int
    width: int
    heads: int
    context_length: int
    sequence_length: int
    batch_size: int
    base_steps: int
    chat_steps: int
    learning_rate: float
    seed: int


def train_tokenizer(texts: Sequence[str], recipe: TinyRecipe) -> Any:
    """Return a byte-level BPE tokenizer: any text in any script is a sequence of its tokens."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=recipe.vocabulary,
        special_tokens=[*SPECIAL_TOKENS.values(), *ROLE_TOKENS],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    begin = SPECIAL_TOKENS["bos_token"]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A", special_tokens=[(begin, tokenizer.token_to_id(begin))]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=recipe.context_length,
        clean_up_tokenization_spaces=False,
        extra_special_tokens=list(ROLE_TOKENS),
        **SPECIAL_TOKENS,
    )


def new_llama(tokenizer: Any, sizes: Sizes) -> Any:
    """Return an untrained Llama for the tokenizer's vocabulary, its embeddings tied."""
    from transformers import LlamaConfig, LlamaForCausalLM

    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=sizes.width,
            intermediate_size=sizes.width * 8 // 3 // 8 * 8,
            num_hidden_layers=sizes.layers,
            num_attention_heads=sizes.heads,
            num_key_value_heads=sizes.heads,
            max_position_embeddings=sizes.context_length,
            tie_word_embeddings=True,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )


def train_base(texts: Sequence[str], recipe: TinyRecipe, threads: int, folder: Path) -> list[float]:
    """Train tokenizer and model on `texts`, save both in `folder`, return the loss per step."""
    make_deterministic(recipe.seed, threads)
    tokenizer = train_tokenizer(texts, recipe)
    model = new_llama(tokenizer, recipe)
    log.info("%.2f million parameters", sum(p.numel() for p in model.parameters()) / 1e6)
    end = [tokenizer.eos_token_id]
    rows = [ids + end for ids in tokenizer(list(texts))["input_ids"]]
    examples = [(ids, ids) for ids in rows]
    losses = train(model, examples, recipe, recipe.base_steps, "train base")
    save(model, tokenizer, folder, losses)
    return losses


def train_chat(
    tasks: Sequence[Exercise], base: Path, recipe: TinyRecipe, threads: int, folder: Path
) -> list[float]:
    """Train the model in `base` further on the answers of `tasks`, in chat format; save it."""
    make_deterministic(recipe.seed, threads)
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(base)
    tokenizer.chat_template = chat_template()
    model = AutoModelForCausalLM.from_pretrained(base)
    prompts = [
        tokenizer.apply_chat_template(
            [{"role": "user", "content": task.prompt}], tokenize=False, add_generation_prompt=True
        )
        for task in tasks
    ]
    answers = [f"Answer: {task.answer}{tokenizer.eos_token}" for task in tasks]
    examples = [
        (prompt + answer, [IGNORED] * len(prompt) + answer)
        for prompt, answer in zip(
            tokenizer(prompts, add_special_tokens=False)["input_ids"],
            tokenizer(answers, add_special_tokens=False)["input_ids"],
            strict=True,
        )
    ]
    losses = train(model, examples, recipe, recipe.chat_steps, "train chat")
    save(model, tokenizer, folder, losses)
    return losses


def make_deterministic(seed: int, threads: int) -> None:
    """Seed torch, and have it compute the same each time on one thread, nearly so on several."""
    import torch

    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)


def train(
    model: Any,
    examples: Sequence[Example],
    recipe: Schedule,
    steps: int,
    name: str,
) -> list[float]:
    """Train on (ids, labels), packed, in an order drawn anew each epoch; return `fit`'s losses."""

    def drawn() -> Iterator[Example]:
        for epoch in itertools.count():
            yield from (examples[i] for i in order(recipe.seed, epoch, len(examples)))

    batches = packed_batches(drawn(), recipe.batch_size, recipe.sequence_length)
    return fit(model, batches, recipe.learning_rate, steps, name)


def fit(
    model: Any, batches: Iterator[Any], learning_rate: float, steps: int, name: str
) -> list[float]:
    """Train on as many of `packed_batches`, with warm-up and cosine decay; return their losses."""
    import torch

    # The fused step takes its roots itself. Others have MKL take them, whose vector functions round
    # by the CPU, whatever kernels are chosen.
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=learning_rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, _warm_up_then_cosine(steps))
    losses = []
    model.train()
    with progress(steps, name, "step") as bar:
        for _ in range(steps):
            ids, labels, positions = next(batches)
            loss = model(input_ids=ids, labels=labels, position_ids=positions, use_cache=False).loss
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
            bar.set_postfix_str(f"loss {losses[-1]:.3f}", refresh=False)
            bar.update()
    return losses


def _warm_up_then_cosine(steps: int) -> Callable[[int], float]:
    import math

    warm_up = max(1, steps // 20)

    def scale(step: int) -> float:
        if step < warm_up:
            return (step + 1) / warm_up
        return 0.5 * (1 + math.cos(math.pi * (step - warm_up) / max(1, steps - warm_up)))

    return scale


def packed_batches(
    examples: Iterator[Example], batch_size: int, sequence_length: int
) -> Iterator[Any]:
    """Yield (ids, labels, positions), each (batch_size, sequence_length), while examples last.

    Examples are laid one after another; positions start anew with each (transformers then keeps
    attention inside an example), and the label of an example's first token is ignored, so that
    none is predicted from its neighbour's end. Of a long example the end is kept: the answer.
    """
    import torch

    size = batch_size * sequence_length
    buffer: list[tuple[int, int, int]] = []
    for ids, labels in examples:
        ids, labels = ids[-sequence_length:], labels[-sequence_length:]
        labels = [IGNORED, *labels[1:]]
        buffer += zip(ids, labels, range(len(ids)), strict=True)
        while len(buffer) >= size:
            block = torch.tensor(buffer[:size]).view(batch_size, -1, 3)
            buffer = buffer[size:]
            yield block[..., 0], block[..., 1], block[..., 2]


def save(model: Any, tokenizer: Any, folder: Path, losses: Sequence[float]) -> None:
    """Write model, tokenizer and the losses into the folder."""
    model.eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    (folder / "losses.json").write_text(json.dumps([round(x, 6) for x in losses]) + "\n")
