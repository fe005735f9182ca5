"""Translation models of transformers (NLLB, M2M100, OPUS-MT), from a local folder.

These models are trained on sentences: longer texts are translated sentence by sentence, each
checked for what such models do wrong now and then: they repeat themselves without end, or leave
out what they should translate.
"""

import threading
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from isogloss.devices import take_gpus
from isogloss.engines.batches import make_batches
from isogloss.errors import IsoglossError
from isogloss.store import content_key
from isogloss.translation.providers.protocol import Failure
from isogloss.translation.providers.seq2seq_checks import Output, wrong
from isogloss.translation.providers.seq2seq_families import Family, family_of
from isogloss.translation.sentences import sentences
from isogloss.translation.units import core, joined, pieces, sendable

# Part of the name under which answers are kept: raise it when a change here changes answers.
VERSION = "seq2seq-1"

LONGEST = 20_000
# The second try: no three tokens twice, and more beams than one.
SECOND = {"no_repeat_ngram_size": 3}
SECOND_BEAMS = 4


class Seq2SeqProvider:
    """The model in `folder`, loaded when it is first asked.

    model: its name. identity: hashes of its files (see isogloss.models). beams: 1 is greedy.
    max_new_tokens: longest translation of a sentence; sentences of more than half of it are cut.
    batch_size, batch_tokens: most sentences, and most source tokens, padding counted, of a batch;
    in float32 translations do not depend on them. gpus: 0 is the CPU. One request is computed at
    a time.
    """

    batch = 256

    def __init__(
        self,
        folder: Path,
        *,
        model: str,
        identity: Mapping[str, str],
        dtype: str,
        beams: int,
        max_new_tokens: int,
        batch_size: int,
        batch_tokens: int,
        threads: int,
        gpus: int,
    ):
        self._folder = folder
        self._dtype, self._beams, self._max_new_tokens = dtype, beams, max_new_tokens
        self._batch_size, self._batch_tokens = batch_size, batch_tokens
        self._threads, self._gpus = threads, gpus
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        weights = content_key(identity)
        settings = {"dtype": dtype, "beams": beams, "max_new_tokens": max_new_tokens}
        answers_depend_on = {"code": VERSION, "weights": weights, **settings}
        self.name = f"{model}-{content_key(answers_depend_on)[:12]}"
        self.version = f"{model}, files with sha256 {weights}, {dtype}, {beams} beams"

    def check(self, source: str, target: str) -> None:
        """Raise IsoglossError unless the model has this pair."""
        with self._lock:
            self._family.check(source, target)

    def fits(self, text: str) -> bool:
        """Whether `text` is not too long for one request; sentences are found here."""
        return len(text) <= LONGEST

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[str | Failure]:
        """Translate texts, those of several sentences sentence by sentence; see Provider."""
        with self._lock:
            split = [self._parts(text, source, target) for text in texts]
            sent = [core(part)[1] for parts in split for part in parts if sendable(part)]
            unique = list(dict.fromkeys(sent))
            answers = dict(zip(unique, self._checked(unique, source, target), strict=True))
        return [_whole(parts, answers) for parts in split]

    def remarks(self) -> list[str]:
        """Return how many sentences had to be decoded a second time, and failed, so far."""
        counts = self._counts
        return [
            f"{self.name}: {counts['sentences']} sentences, {counts['second']} of them decoded a "
            f"second time, {counts['failed']} failed"
        ]

    @cached_property
    def _tokenizer(self) -> Any:
        from transformers import AutoTokenizer

        with warnings.catch_warnings():
            # Of OPUS-MT's: it recommends a package that it does not use.
            warnings.filterwarnings("ignore", message=".*sacremoses")
            return AutoTokenizer.from_pretrained(self._folder)

    @cached_property
    def _family(self) -> Family:
        return family_of(self._tokenizer, self._folder)

    @cached_property
    def _model(self) -> Any:
        used = take_gpus(self._gpus)
        import torch
        from transformers import AutoModelForSeq2SeqLM, GenerationConfig

        torch.set_num_threads(self._threads)
        model = AutoModelForSeq2SeqLM.from_pretrained(
            self._folder,
            dtype=getattr(torch, self._dtype),
            use_safetensors=True,
        ).eval()
        # On one GPU: OPUS-MT's classes do not say how they could be spread.
        model.to("cuda" if used else "cpu")
        positions = getattr(model.config, "max_position_embeddings", None)
        if positions and self._max_new_tokens + 2 > positions:
            raise IsoglossError(
                f"translation.seq2seq.max_new_tokens: {self._max_new_tokens} is more than the "
                f"{positions} positions of the model in {self._folder} allow; give at most "
                f"{positions - 2}"
            )
        # Repositories bring lengths, penalties and beams of their own; see TransformersEngine.
        own, config = model.generation_config, model.config
        start = own.decoder_start_token_id
        model.generation_config = GenerationConfig(
            do_sample=False,
            decoder_start_token_id=config.decoder_start_token_id if start is None else start,
            eos_token_id=self._tokenizer.eos_token_id,
            pad_token_id=self._tokenizer.pad_token_id,
            # OPUS-MT's models give it probability, though it means nothing.
            suppress_tokens=[self._tokenizer.pad_token_id],
        )
        return model

    def _parts(self, text: str, source: str, target: str) -> list[str]:
        """Split a text into sentences, and sentences that are too long for the model further."""
        longest = self._max_new_tokens // 2

        def short(part: str) -> bool:
            return len(self._family.encode([part], source, target)[0]) <= longest

        return [part for sentence in sentences(text) for part in pieces(sentence, short)]

    def _checked(self, texts: Sequence[str], source: str, target: str) -> list[str | Failure]:
        inputs = self._family.encode(texts, source, target)
        outputs = self._generate(inputs, target, num_beams=self._beams)
        first = [wrong(x, y) for x, y in zip(inputs, outputs, strict=True)]
        bad = [i for i, reason in enumerate(first) if reason]
        beams = max(self._beams, SECOND_BEAMS)
        again = self._generate([inputs[i] for i in bad], target, num_beams=beams, **SECOND)
        found: list[str | Failure] = [output.text for output in outputs]
        for i, output in zip(bad, again, strict=True):
            reason = wrong(inputs[i], output)
            found[i] = Failure(f"{first[i]}; decoded again: {reason}") if reason else output.text
        failed = sum(isinstance(answer, Failure) for answer in found)
        self._counts.update(sentences=len(texts), second=len(bad), failed=failed)
        return found

    def _generate(self, inputs: Sequence[list[int]], target: str, **decoding: Any) -> list[Output]:
        import torch

        model, tokenizer = self._model, self._tokenizer
        forced = self._family.first_token(target)
        outputs: dict[int, Output] = {}
        lengths = [len(ids) for ids in inputs]
        for batch in make_batches(lengths, self._batch_size, self._batch_tokens):
            padded = tokenizer.pad({"input_ids": [inputs[i] for i in batch]}, return_tensors="pt")
            with torch.inference_mode():
                rows = model.generate(
                    **padded.to(model.device),
                    forced_bos_token_id=forced,
                    max_new_tokens=self._max_new_tokens,
                    **decoding,
                )
            for i, row in zip(batch, rows.tolist(), strict=True):
                # The first token starts the decoder, the second is the forced one.
                outputs[i] = self._output(row[1 if forced is None else 2 :])
        return [outputs[i] for i in range(len(inputs))]

    def _output(self, row: list[int]) -> Output:
        end = self._tokenizer.eos_token_id
        ended = end in row
        tokens = row[: row.index(end)] if ended else row
        text = self._tokenizer.decode(
            tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return Output(text.strip(), tokens, ended)


def _whole(parts: Sequence[str], answers: Mapping[str, str | Failure]) -> str | Failure:
    found = [answers[core(part)[1]] for part in parts if sendable(part)]
    for number, answer in enumerate(found, start=1):
        if isinstance(answer, Failure):
            place = f"sentence {number} of {len(found)}: " if len(found) > 1 else ""
            return Failure(place + answer.reason)
    return joined(parts, iter(map(str, found)))
