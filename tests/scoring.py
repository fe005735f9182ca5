"""What tests of option scoring share: questions, a model with a fitting vocabulary, a reference."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from isogloss.engines.protocol import ScoredPrompt, Scorer, TextScore
from isogloss.engines.transformers_engine import TransformersEngine
from isogloss.training.tiny import train_tokenizer
from tests.demo import FEW, RECIPE, demo_items

LETTERS = ("A", "B", "C", "D")


def letter_texts(texts: Sequence[str]) -> list[str]:
    """Return texts in which letters occur as answers, so that " A" becomes a token of its own."""
    return [*texts, *(f"Answer: {letter}\n\n{letter}. x" for letter in LETTERS for _ in range(50))]


def demo_questions() -> tuple[list[ScoredPrompt], list[list[str]]]:
    """Return multiple-choice prompts made from the demo data, and the options after each.

    The context is the prefix. Options: answers to other questions, and one of those questions, for
    texts of different lengths; in two scripts.
    """
    rows = (
        demo_items(FEW).filter(language="en").to_dicts()
        + demo_items(FEW).filter(language="zh").to_dicts()
    )
    prompts, options = [], []
    for place, row in enumerate(rows):
        others = [rows[(place + step) % len(rows)] for step in range(4)]
        texts = [*(other["answer"] for other in others[:3]), others[3]["question"]]
        block = "".join(f"\n{n}. {t}" for n, t in zip(LETTERS, texts, strict=True))
        prompts.append(
            ScoredPrompt(f"{row['context']}\n\n", f"{row['question']}{block}\nAnswer:", True)
        )
        options.append([f" {text}" for text in texts])
    return prompts, options


def random_model(folder: Path, texts: Sequence[str], **sizes: Any) -> Path:
    """Save a random Llama with a tokenizer of its own; its distributions are far from uniform."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    recipe = replace(RECIPE, vocabulary=2048, context_length=8192)
    tokenizer = train_tokenizer(letter_texts(texts), recipe)
    torch.manual_seed(7)
    settings: dict[str, Any] = {
        "vocab_size": len(tokenizer),
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "max_position_embeddings": recipe.context_length,
        "initializer_range": 0.1,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    model = LlamaForCausalLM(LlamaConfig(**settings | sizes))
    model.eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def load(folder: Path, **changes: Any) -> TransformersEngine:
    """Load the transformers engine."""
    options = {"dtype": "float32", "batch_size": 16, "batch_tokens": 32768, "threads": 1}
    return TransformersEngine(folder, **options | changes)


def letters(
    engine: Scorer, prompts: Sequence[ScoredPrompt], sets: Sequence[Sequence[int]], **only: Any
) -> dict[int, list[float]]:
    """Return all values of `next_token_logprobs`, by prompt."""
    batches = engine.next_token_logprobs(prompts, sets, **only)
    return {index: values for batch in batches for index, values in batch}


def texts(
    engine: Scorer, prompts: Sequence[ScoredPrompt], options: Sequence[Sequence[str]], **only: Any
) -> dict[int, list[TextScore]]:
    """Return all scores of `text_logprobs`, by prompt."""
    batches = engine.text_logprobs(prompts, options, **only)
    return {index: scores for batch in batches for index, scores in batch}


def reference(engine: TransformersEngine, text: str) -> Any:
    """Return log-probabilities (positions, vocabulary) of a whole text in one plain pass."""
    import torch

    ids = torch.tensor([engine.tokenizer.encode(text)])
    with torch.inference_mode():
        return engine.model(input_ids=ids, use_cache=False).logits[0].log_softmax(-1)


def furthest(ours: Any, theirs: Any) -> float:
    """Return the largest difference of two nested lists of numbers."""
    if isinstance(ours, (int, float)):
        return abs(ours - theirs)
    return max(furthest(a, b) for a, b in zip(ours, theirs, strict=True))
