"""Generation and scoring with transformers, on CPU or one GPU (or several, layer-wise)."""

import logging
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from isogloss.devices import take_gpus
from isogloss.engines.batches import make_batches
from isogloss.engines.protocol import Completion, Decoding, Prompt, ScoredPrompt
from isogloss.engines.row_scorer import RowScorer
from isogloss.engines.text import completion, end_token_ids
from isogloss.engines.tokens import Row, Values, prefix_groups

log = logging.getLogger(__name__)

# Part of every answer's key: raise it when a change here changes answers.
VERSION = "transformers-1"
# The same for scores of given answers.
SCORING_VERSION = "transformers-scoring-1"


class TransformersEngine(RowScorer):
    """A causal language model of transformers, loaded from a local folder."""

    def __init__(
        self,
        folder: Path,
        *,
        dtype: str,
        batch_size: int,
        batch_tokens: int,
        threads: int,
        trust_remote_code: bool = False,
    ):
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig

        torch.set_num_threads(threads)
        self.batch_size = batch_size
        self.batch_tokens = batch_tokens
        self.tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=trust_remote_code)
        # Padding on the left keeps the last position of every row the one to continue from.
        self.tokenizer.padding_side = "left"
        if self.tokenizer.pad_token_id is None:
            self.tokenizer.pad_token = self.tokenizer.eos_token
        self.model = AutoModelForCausalLM.from_pretrained(
            folder,
            dtype=getattr(torch, dtype),
            device_map="auto" if torch.cuda.is_available() else None,
            trust_remote_code=trust_remote_code,
            use_safetensors=True,
        ).eval()
        self.ends = end_token_ids(self.model.generation_config, self.tokenizer)
        # Repositories ship sampling and penalties in their generation config, and `generate` fills
        # what a call leaves open from there: only a config of our own in its place is greedy.
        self.model.generation_config = GenerationConfig(
            do_sample=False,
            eos_token_id=self.ends,
            pad_token_id=self.tokenizer.pad_token_id,
        )

    def generate(
        self, prompts: Sequence[Prompt], decoding: Decoding, only: Sequence[bool] | None = None
    ) -> Iterator[list[tuple[int, Completion]]]:
        """Yield completions batch by batch, longest prompts first. See `Engine.generate`."""
        lengths = [prompt.tokens + decoding.max_new_tokens for prompt in prompts]
        for whole in make_batches(lengths, self.batch_size, self.batch_tokens):
            batch = [i for i in whole if only is None or only[i]]
            if batch:
                answers = self._answer([prompts[i] for i in batch], decoding)
                yield list(zip(batch, answers, strict=True))

    def _answer(self, prompts: Sequence[Prompt], decoding: Decoding) -> list[Completion]:
        import torch

        (special,) = {prompt.add_special_tokens for prompt in prompts}
        encoded = self.tokenizer(
            [prompt.text for prompt in prompts],
            add_special_tokens=special,
            padding=True,
            return_tensors="pt",
            return_token_type_ids=False,
        ).to(self.model.device)
        with torch.inference_mode():
            output = self.model.generate(
                **encoded,
                max_new_tokens=decoding.max_new_tokens,
                stop_strings=writable(decoding.stop, self.tokenizer) or None,
                tokenizer=self.tokenizer,
            )
        width = encoded["input_ids"].shape[1]
        return [
            completion(row[width:].tolist(), self.ends, decoding, self.tokenizer) for row in output
        ]

    def score_rows(
        self,
        prompts: Sequence[ScoredPrompt],
        rows: Callable[[Sequence[int]], list[list[Row]]],
        only: Sequence[bool] | None,
    ) -> Iterator[list[tuple[int, Values]]]:
        """Yield values batch by batch. See `RowScorer.score_rows`."""
        from isogloss.engines.prefix_cache import can_lend
        from isogloss.engines.transformers_scoring import score_group

        share = can_lend(self.model)
        if not share:
            log.info(
                "%s has recurrent states: prompts are read whole, none shares its prefix",
                type(self.model).__name__,
            )
        for group in prefix_groups(prompts):
            wanted = [only is None or only[i] for i in group]
            if not any(wanted):
                continue
            batches = score_group(
                self.model,
                rows(group),
                wanted,
                share=share and bool(prompts[group[0]].prefix),
                batch_size=self.batch_size,
                batch_tokens=self.batch_tokens,
            )
            for batch in batches:
                yield [(group[place], values) for place, values in batch]


def add_options(parser: ArgumentParser) -> None:
    """Add the options of a job that answers with transformers."""
    parser.add_argument("--batch-size", type=int, required=True, help="most prompts of a batch")
    parser.add_argument("--batch-tokens", type=int, required=True, help="most tokens of a batch")
    parser.add_argument("--threads", type=int, required=True, help="CPU threads")


def from_options(args: Namespace) -> TransformersEngine:
    """Take the job's GPUs and load its model; args: of a `job_parser` with `add_options`."""
    take_gpus(args.gpus)
    return TransformersEngine(
        args.folder,
        dtype=args.options["dtype"],
        batch_size=args.batch_size,
        batch_tokens=args.batch_tokens,
        threads=args.threads,
        trust_remote_code=args.options["trust_remote_code"],
    )


def writable(stop: Sequence[str], tokenizer: Any) -> list[str]:
    """Return those of the stop texts that the tokenizer's tokens can make.

    A vocabulary of words has no line breaks, so a model with it never writes one; transformers'
    search for stop texts raises an error on such a vocabulary.
    """

    def again(text: str) -> str:
        return str(tokenizer.decode(tokenizer(text, add_special_tokens=False)["input_ids"]))

    return [text for text in stop if text in again(text)]
