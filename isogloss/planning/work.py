"""How long each job would take, before anything has been run here: three seconds figures a job.

A model's job is reckoned by the operations of a token, 2 N forward and 6 N in training for N
parameters (J. Kaplan et al., "Scaling laws for neural language models", 2020, section 2.1;
attention left out), a share of the machine's peak, and the time to load weights. Other jobs are
a fixed time and a time per row or byte. Each constant is (low, middle, high) seconds or rate;
records of earlier runs replace them (`isogloss.planning.records`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from isogloss.config.api import is_api
from isogloss.config.finetune import STATE_BYTES
from isogloss.config.models import Model
from isogloss.planning.amounts import Amounts
from isogloss.planning.jobs import Job
from isogloss.planning.rates import (
    AGAIN,
    BYTES,
    CPU,
    CPU_TRAINING,
    FIXED,
    LOADING,
    LOOSE,
    OTHERS,
    PORTABLE,
    READING,
    REQUEST,
    ROWS,
    SAMPLE,
    START,
    TOKEN,
    TRAINING,
    UNITS_PER_SECOND,
    WRITING,
    WRITTEN,
    Span,
)
from isogloss.planning.sizes import BYTES_PER_TOKEN, INSTRUCTION, Asked, Sizes
from isogloss.training.flops import PEAK_TERAFLOPS


@dataclass(frozen=True)
class Server:
    """What a model behind a server is asked: requests, tokens read, tokens written."""

    model: str
    requests: int
    read: float
    written: Span


@dataclass(frozen=True)
class Work:
    """What a job is reckoned to take. `rows`: of its first output, where it is a table of prompts.

    `parameters`: billions of the model that runs in it. `operations`: of all its tokens. `units`
    and `characters`: texts sent to a translation provider. `server`: what servers are asked.
    `unknown`: why it cannot be reckoned.
    """

    seconds: Span
    rows: int | None = None
    parameters: float | None = None
    units: int = 0
    characters: int = 0
    server: Server | None = None
    unknown: str | None = None


class Reckoner:
    """Works out what jobs of one configuration take."""

    def __init__(self, sizes: Sizes):
        self.sizes = sizes
        self.amounts = Amounts(sizes)
        self.settings = sizes.settings
        self.config = sizes.settings.config
        self.peak = PEAK_TERAFLOPS[self.config.plan.gpu] * 1e12
        self._models: dict[str, Callable[[Job], Work]] = {
            "generate_transformers": self._generation,
            "generate_vllm": self._generation,
            "answer_transformers": self._answering,
            "answer_vllm": self._answering,
            "generate_openai": self._generation,
            "answer_openai": self._answering,
            "embed_texts": self._embedding,
            "finetune": self._finetuning,
            "train_tiny_base": self._tiny,
            "train_tiny_chat": self._tiny,
            "train_lab": self._lab,
            "train_reader": self._lab,
            "translate_corpus": self._translation,
            "translate_mmlu": self._translation,
            "translate_tofu": self._translation,
            "translate_words": self._translation,
            "back_translate": self._translation,
        }

    def work(self, job: Job) -> Work:
        """Return what a job would take."""
        if job.rule in self._models:
            return self._models[job.rule](job)
        if job.rule in ("fetch_source", "fetch_folder", "fetch_model", "fetch_wiki"):
            return Work(_loose(0.5))  # and the time of the download, see needs.py
        if job.rule in ROWS:
            rows = self.amounts.rows(job)
            fixed, each = ROWS[job.rule]
            tables = ("build_", "generate_", "answer_", "score")
            return Work(_loose(fixed + rows * each), rows if job.rule.startswith(tables) else None)
        if job.rule in BYTES:
            fixed, each = BYTES[job.rule]
            return Work(_loose(fixed + each * self.amounts.bytes(job)))
        if job.rule in ("aggregate", "aggregate_barrier"):
            models = self.amounts.evaluated(job)
            rows = sum(self.amounts.asked(job, model).prompts for model in models)
            return Work(_loose(1.0 + rows * self.config.bootstrap.samples * SAMPLE))
        kind = max((name for name in FIXED if job.rule.startswith(name)), key=len, default="")
        return Work(_loose(FIXED.get(kind, OTHERS)))

    def _generation(self, job: Job) -> Work:
        return self._model(job, job.wildcards["model"], self.sizes.xmrc(job.wildcards["model"]))

    def _answering(self, job: Job) -> Work:
        return self._model(job, job.wildcards["model"], self.sizes.barrier(job.wildcards["model"]))

    def _embedding(self, job: Job) -> Work:
        setting = self.config.barrier.embeddings
        assert setting is not None  # there is no such rule else
        # Each text whole, and with each share of its words and of its tokens disturbed.
        versions = setting.texts * (1 + 3 * len(setting.p))
        read = versions * min(sum(setting.words) / 2, 100) * 1.5
        work = self._model(job, job.wildcards["model"], Asked(versions, read))
        return Work(work.seconds, None, work.parameters, unknown=work.unknown)

    def _model(self, job: Job, name: str, asked: Asked) -> Work:
        model = self.settings.models[name]
        if is_api(model):
            seconds, server = self._asking(name, asked, self.config.api.requests)
            return Work(seconds, asked.prompts, server=server)
        parameters = self._parameters(model)
        if parameters is None:
            return Work((0, 0, 0), asked.prompts, unknown=f"size of {name}")
        seconds = self._inference(model, parameters, asked.read, asked.written, job)
        return Work(seconds, asked.prompts, model.parameters)

    def _asking(self, name: str, asked: Asked, at_once: int) -> tuple[Span, Server]:
        """Return the seconds of requests to a server, and what it is asked."""
        low, middle, high = (asked.written * share for share in WRITTEN)
        written = low, middle, high
        times = [(asked.prompts * REQUEST[i] + written[i] * TOKEN[i]) / at_once for i in range(3)]
        server = Server(name, asked.prompts, asked.read, written)
        return (1 + times[0], 2 + times[1], 5 + times[2]), server

    def _inference(
        self, model: Model, parameters: float, read: float, written: float, job: Job
    ) -> Span:
        weights = (model.parameters or 0) * 1e9 * bytes_of(model)
        active = 2 * parameters
        gpus = 0 if self.config.generation.device == "cpu" else job.gpus
        rates = [(gpus * self.peak * r, gpus * self.peak * w) for r, w in _pairs()]
        if not gpus:
            rates = [(job.threads * rate, job.threads * rate) for rate in CPU]
        times = [
            START[bool(gpus)][i]
            + weights / LOADING[i]
            + active * (read / rates[i][0] + written * WRITTEN[i] / rates[i][1])
            for i in range(3)
        ]
        return times[0], times[1], times[2]

    def _parameters(self, model: Model) -> float | None:
        """Return the parameters that a token meets."""
        size = model.active_parameters or model.parameters
        return None if size is None else size * 1e9

    def _finetuning(self, job: Job) -> Work:
        name = job.wildcards["model"]
        entry, model = self.config.finetunes[name], self.settings.models[name]
        parameters = self._parameters(model)
        if parameters is None:
            return Work((0, 0, 0), unknown=f"size of {name}")
        length, batch = entry.value("sequence_length"), entry.value("batch_size")
        if entry.steps:
            tokens = float(entry.steps * batch * length)
        else:
            size = (
                self.sizes.mixed_bytes(entry.corpus, str(entry.mix))
                if entry.corpus
                else sum(Path(path).stat().st_size for path in job.inputs if Path(path).is_file())
            )
            tokens = size / BYTES_PER_TOKEN * (entry.epochs or 1)
        operations = 6 * parameters * tokens * (AGAIN if entry.gradient_checkpointing else 1)
        state = (model.parameters or 0) * 1e9 * STATE_BYTES[entry.weights]
        rates = [job.gpus * self.peak * share for share in TRAINING]
        if not job.gpus:
            rates = [job.threads * entry.processes * rate for rate in CPU_TRAINING]
        times = [
            START[bool(job.gpus)][i] + state / LOADING[i] + operations / rates[i] for i in range(3)
        ]
        return Work((times[0], times[1], times[2]), None, model.parameters)

    def _tiny(self, job: Job) -> Work:
        tiny = self.config.tiny
        parameters = tiny.vocabulary * tiny.width + 12 * tiny.layers * tiny.width**2
        steps = tiny.base_steps if job.rule.endswith("base") else tiny.chat_steps
        return _trained_here(job, parameters, steps * tiny.batch_size * tiny.sequence_length)

    def _lab(self, job: Job) -> Work:
        lab = self.config.lab
        if job.rule == "train_reader":
            model, tokens = "lab-reader", lab.reader.steps * lab.reader.step_tokens
            slower = PORTABLE if lab.reader.portable else 1
        else:
            model, tokens = "lab-base", lab.steps * lab.batch_size * lab.sequence_length
            slower = PORTABLE if lab.portable else 1
        parameters = self._parameters(self.settings.models[model])
        if parameters is None:
            return Work((0, 0, 0), unknown=f"size of {model}")
        return _trained_here(job, parameters, tokens, slower)

    def _translation(self, job: Job) -> Work:
        units, characters = self.amounts.translated(job)
        setting = self.config.translation
        if setting.provider in UNITS_PER_SECOND:
            best, usual, worst = UNITS_PER_SECOND[setting.provider]
            seconds = 1 + units / best, 2 + units / usual, 5 + units / worst
            return Work(seconds, None, None, units, characters)
        from isogloss.config.translation import provider_models

        names = provider_models(self.settings)
        if len(names) == 1 and is_api(self.settings.models[names[0]]):
            # Each text is asked with the words of the prompt, and comes back about as long.
            tokens = characters / BYTES_PER_TOKEN
            asked = Asked(units, units * INSTRUCTION + tokens, tokens / WRITTEN[1])
            seconds, server = self._asking(names[0], asked, setting.jobs)
            return Work(seconds, None, None, units, characters, server)
        sizes = [self._parameters(self.settings.models[name]) for name in names]
        tokens = characters / BYTES_PER_TOKEN / max(1, len(names))
        total = [0.0, 0.0, 0.0]
        for name, parameters in zip(names, sizes, strict=True):
            if parameters is None:
                return Work((0, 0, 0), unknown=f"size of {name}", units=units)
            span = self._inference(self.settings.models[name], parameters, tokens, tokens, job)
            total = [a + b for a, b in zip(total, span, strict=True)]
        largest = max((self.settings.models[name].parameters or 0 for name in names), default=None)
        return Work((total[0], total[1], total[2]), None, largest, units, characters)


def bytes_of(model: Model) -> float:
    """Return the bytes of a parameter as loaded: by number format, and as many as GPUs hold.

    The model table gives a model GPUs of which its weights fill at most two thirds: where the
    format would fill more, the weights are smaller than it says (8-bit floats).
    """
    size = {"float64": 8.0, "float32": 4.0}.get(model.dtype or "", 2.0)
    if model.gpus and model.parameters and model.parameters * size > model.gpus * 80 * 2 / 3:
        return 1.0
    return size


def _trained_here(job: Job, parameters: float, tokens: int, slower: float = 1) -> Work:
    operations = slower * 6 * parameters * tokens
    times = [START[False][i] + operations / (job.threads * CPU_TRAINING[i]) for i in range(3)]
    return Work((times[0], times[1], times[2]), None, parameters / 1e9)


def _pairs() -> list[tuple[float, float]]:
    return list(zip(READING, WRITING, strict=True))


def _loose(seconds: float) -> Span:
    return seconds / LOOSE, seconds, seconds * LOOSE
