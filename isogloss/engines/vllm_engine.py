"""Generation and scoring with vLLM: offline batches over the GPUs of one job, or its CPU build."""

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from isogloss.devices import take_gpus
from isogloss.engines.protocol import Completion, Decoding, Prompt, ScoredPrompt
from isogloss.engines.row_scorer import RowScorer
from isogloss.engines.text import completion, end_token_ids
from isogloss.engines.tokens import Row, Values, prefix_groups
from isogloss.errors import IsoglossError

# Part of every answer's key: raise it when a change here changes answers.
VERSION = "vllm-1"
# The same for scores of given answers.
SCORING_VERSION = "vllm-scoring-1"

# vLLM schedules by itself; a chunk is how much a crash can cost.
CHUNK = 2048

# Without a GPU the cache's size must be said: vLLM would take nearly all memory.
CPU_CACHE_BYTES = 1 << 30

QUIET = {
    "VLLM_NO_USAGE_STATS": "1",
    "VLLM_LOGGING_LEVEL": "WARNING",
    "VLLM_LOGGING_STREAM": "ext://sys.stderr",
}
# On the CPU one process does all; jobs beside this one must not be bound to the same cores; and
# vLLM warns at length of what it would have on a GPU.
ON_CPU = {
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
    "VLLM_CPU_OMP_THREADS_BIND": "nobind",
    "VLLM_LOGGING_LEVEL": "ERROR",
}


class VllmEngine(RowScorer):
    """A causal language model of vLLM, loaded from a local folder."""

    def __init__(
        self,
        folder: Path,
        *,
        dtype: str,
        context_length: int,
        gpus: int,
        trust_remote_code: bool = False,
    ):
        for name, value in (QUIET | ({} if gpus else ON_CPU)).items():
            os.environ.setdefault(name, value)
        from transformers import GenerationConfig
        from vllm import LLM

        self.context_length = context_length
        memory: dict[str, Any] = {} if gpus else {"kv_cache_memory_bytes": CPU_CACHE_BYTES}
        self.llm = LLM(
            model=str(folder),
            dtype=dtype,
            max_model_len=context_length,
            tensor_parallel_size=max(1, gpus),
            enable_prefix_caching=True,
            # Compiling for the CPU needs a C++ compiler and takes longer than a small job.
            enforce_eager=not gpus,
            # The repository's generation config may bring sampling and penalties; ours is greedy.
            generation_config="vllm",
            # Scores are of the model's own distribution, before temperature and the like.
            logprobs_mode="raw_logprobs",
            trust_remote_code=trust_remote_code,
            seed=0,
            use_tqdm_on_load=False,
            **memory,
        )
        self.tokenizer = self.llm.get_tokenizer()
        has_config = (folder / "generation_config.json").exists()
        config = GenerationConfig.from_pretrained(folder) if has_config else GenerationConfig()
        self.ends = end_token_ids(config, self.tokenizer)

    def generate(
        self, prompts: Sequence[Prompt], decoding: Decoding, only: Sequence[bool] | None = None
    ) -> Iterator[list[tuple[int, Completion]]]:
        """Yield completions chunk by chunk, longest prompts first. See `Engine.generate`."""
        wanted = [i for i in range(len(prompts)) if only is None or only[i]]
        wanted.sort(key=lambda i: (-prompts[i].tokens, i))
        for start in range(0, len(wanted), CHUNK):
            chunk = wanted[start : start + CHUNK]
            answers = self._answer([prompts[i] for i in chunk], decoding)
            yield list(zip(chunk, answers, strict=True))

    def _answer(self, prompts: Sequence[Prompt], decoding: Decoding) -> list[Completion]:
        from vllm import SamplingParams

        sampling = SamplingParams(
            temperature=0.0,
            max_tokens=decoding.max_new_tokens,
            stop=list(decoding.stop),
            stop_token_ids=self.ends,
        )
        ids = [
            self.tokenizer.encode(prompt.text, add_special_tokens=prompt.add_special_tokens)
            for prompt in prompts
        ]
        # vLLM would cut the answer short in silence.
        self._check_length(max(map(len, ids)) + decoding.max_new_tokens)
        outputs = self.llm.generate(
            [{"prompt_token_ids": prompt} for prompt in ids], sampling, use_tqdm=False
        )
        return [self._completion(output.outputs[0], decoding) for output in outputs]

    def _check_length(self, longest: int) -> None:
        if longest > self.context_length:
            raise IsoglossError(
                f"a prompt with its answer takes {longest} tokens, the model's context has "
                f"{self.context_length}; make the prompts anew with this context_length"
            )

    def _completion(self, output: Any, decoding: Decoding) -> Completion:
        answer = completion(output.token_ids, self.ends, decoding, self.tokenizer)
        if output.finish_reason != answer.finish:
            raise IsoglossError(
                f"vLLM ended an answer by {output.finish_reason!r} ({output.stop_reason!r}) where "
                f"its text {answer.text!r} ends by {answer.finish!r}; please report this"
            )
        return answer

    def score_rows(
        self,
        prompts: Sequence[ScoredPrompt],
        rows: Callable[[Sequence[int]], list[list[Row]]],
        only: Sequence[bool] | None,
    ) -> Iterator[list[tuple[int, Values]]]:
        """Yield values batch by batch. See `RowScorer.score_rows`."""
        from isogloss.engines.vllm_scoring import score_rows

        # Prompts with the same prefix follow each other, so that it is still in vLLM's cache.
        for group in prefix_groups(prompts):
            wanted = [i for i in group if only is None or only[i]]
            for start in range(0, len(wanted), CHUNK):
                chunk = wanted[start : start + CHUNK]
                items = rows(chunk)
                flat = [row for item in items for row in item]
                self._check_length(max(len(row.ids) for row in flat) + 1)
                values = iter(score_rows(self.llm, flat))
                yield [
                    (index, [next(values) for _ in item])
                    for index, item in zip(chunk, items, strict=True)
                ]


def add_options(parser: ArgumentParser) -> None:
    """Add the option of a job that answers with vLLM."""
    parser.add_argument("--context-length", type=int, required=True, help="in tokens")


def from_options(args: Namespace) -> VllmEngine:
    """Take the job's GPUs and load its model; args: of a `job_parser` with `add_options`."""
    return VllmEngine(
        args.folder,
        dtype=args.options["dtype"],
        context_length=args.context_length,
        gpus=take_gpus(args.gpus),
        trust_remote_code=args.options["trust_remote_code"],
    )
