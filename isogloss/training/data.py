"""Training data of every kind, as tokens: `text`, `tofu` and `sft` have a module each."""

import json
import logging
import time
from dataclasses import asdict
from typing import Any

from isogloss.errors import IsoglossError
from isogloss.training.data_sft import encode_dialogues, read_dialogues
from isogloss.training.data_text import encode_text
from isogloss.training.data_tofu import encode_pairs, encode_pairs_as_chat
from isogloss.training.packing import Counts, Tokens, join
from isogloss.training.recipe import Job

log = logging.getLogger(__name__)


def load_tokenizer(job: Job) -> Any:
    """Return the base model's tokenizer, with the job's chat template where it has one."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(
        job.base, trust_remote_code=job.recipe.trust_remote_code
    )
    if not tokenizer.is_fast:
        raise IsoglossError(
            f"{job.base}: its tokenizer has no fast version (tokenizer.json), which tells what "
            "token stands for what part of a text; give a base model that has one"
        )
    if job.chat_template is not None:
        tokenizer.chat_template = job.chat_template.read_text(encoding="utf-8")
    return tokenizer


def encode(job: Job, tokenizer: Any) -> tuple[Tokens, Counts]:
    """Return the tokens of all files, and what became of their documents.

    A text is never cut off: what does not fit into a row goes on in the next. Questions and
    dialogues are one row each, and lose their end where that is too long.
    """
    recipe = job.recipe
    if recipe.data == "text":
        return join(encode_text(job.files, tokenizer))
    if recipe.data == "sft":
        documents = encode_dialogues(read_dialogues(job.files), tokenizer, recipe.chat_date)
    elif recipe.chat:
        documents = encode_pairs_as_chat(job.files, tokenizer, recipe.chat_date)
    else:
        documents = encode_pairs(job.files, tokenizer, recipe.question_template)
    return join(documents, limit=recipe.sequence_length)


def prepared_tokens(job: Job) -> tuple[Tokens, Counts]:
    """Return the tokens from the job's scratch folder, where they are put once.

    All processes of a training and a job that goes on after a kill read the same file.
    """
    folder = job.scratch / "tokens"
    counts_file = folder / "counts.json"
    if not counts_file.is_file():
        begin = time.perf_counter()
        tokens, counts = encode(job, load_tokenizer(job))
        tokens.save(folder)
        # Written last: it says that the arrays are whole.
        part = counts_file.with_name(counts_file.name + ".part")
        part.write_text(json.dumps(asdict(counts)), encoding="utf-8")
        part.replace(counts_file)
        log.info("encoded in %.1f s", time.perf_counter() - begin)
    counts = Counts(**json.loads(counts_file.read_text(encoding="utf-8")))
    return Tokens.load(folder), counts
