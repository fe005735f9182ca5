"""Translation by a language model: a prompt, greedy decoding, and one line of answer."""

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from isogloss.engines.protocol import Completion, Decoding, Engine, Prompt
from isogloss.errors import IsoglossError, nearest
from isogloss.languages import NAMES
from isogloss.store import content_key
from isogloss.translation.providers.protocol import Failure
from isogloss.xmrc.prompts import chat_renderer, plain

# Part of the name under which answers are kept: raise it when a change here changes answers.
VERSION = "llm-1"

# Texts of a request that is computed here.
BATCH = 64
# Of a unit, for each token of the longest answer: English has about four characters to a token,
# other languages take up to twice as many tokens.
CHARACTERS_PER_TOKEN = 2

_PLACEHOLDER = re.compile(r"\{(source|target|text)\}")


@dataclass(frozen=True)
class Template:
    """A prompt with {source}, {target} and, once, {text}."""

    text: str

    def fill(self, text: str, source: str, target: str) -> str:
        """Return the prompt for `text`; languages are ISO 639-1."""
        values = {"source": NAMES[source], "target": NAMES[target], "text": text}
        return _PLACEHOLDER.sub(lambda match: values[match[1]], self.text)

    def own_lines(self, source: str, target: str) -> list[str]:
        """Return what of the prompt is not the text, by lines."""
        before, after = (
            Template(part).fill("", source, target) for part in self.text.split("{text}")
        )
        return [
            line for part in (before, after) for line in map(str.strip, part.split("\n")) if line
        ]


def load_template(path: Path, name: str) -> Template:
    """Read a template of a file such as config/prompts/translation.yaml, or raise IsoglossError."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise IsoglossError(f"{path}: cannot be read as a file of prompts: {error}") from error
    templates = content if isinstance(content, dict) else {}
    if name not in templates:
        raise IsoglossError(f"{path}: no prompt {name!r}{nearest(name, map(str, templates))}")
    text = templates[name]
    if not isinstance(text, str) or text.count("{text}") != 1 or "{target}" not in text:
        raise IsoglossError(
            f"{path}: {name}: must be a text that holds {{text}} once and {{target}}"
        )
    return Template(text)


class LlmProvider:
    """The model that `load_engine` returns; it is loaded when it is first asked.

    model: its name. identity: all that answers depend on besides prompt and decoding, as in
    isogloss.engines.respond. load_tokenizer: for the lengths of prompts and, if `chat`, for the
    chat template; None where a server has them. context_length: prompt and answer, in tokens.
    chat_date: see isogloss.xmrc.prompts. one_at_a_time: whether one request is computed at a time,
    of many texts; a server gets several, of one text each.
    """

    def __init__(
        self,
        load_engine: Callable[[], Engine],
        load_tokenizer: Callable[[], Any] | None,
        *,
        model: str,
        identity: Mapping[str, Any],
        template: Template,
        max_new_tokens: int,
        context_length: int,
        chat: bool = False,
        chat_date: str = "",
        one_at_a_time: bool = True,
    ):
        self.batch = BATCH if one_at_a_time else 1
        self._load_engine, self._load_tokenizer = load_engine, load_tokenizer
        self._template, self._context_length = template, context_length
        self._chat, self._chat_date = chat, chat_date
        self._decoding = Decoding(max_new_tokens, ("\n",))
        self._lock: AbstractContextManager[Any] = (
            threading.Lock() if one_at_a_time else nullcontext()
        )
        self._loading = threading.Lock()
        answers_depend_on = {
            "code": VERSION,
            "model": identity,
            "template": template.text,
            "max_new_tokens": max_new_tokens,
            "chat": chat_date if chat else None,
        }
        self.name = f"{model}-{content_key(answers_depend_on)[:12]}"
        self.version = f"{model}, engine and files with sha256 {content_key(identity)}"

    def check(self, source: str, target: str) -> None:
        """Raise IsoglossError for a language without a name; models take any."""
        for language in (source, target):
            if language not in NAMES:
                raise IsoglossError(
                    f"provider llm: {language!r} is not in isogloss/languages.py"
                    f"{nearest(language, NAMES)}"
                )

    def fits(self, text: str) -> bool:
        """Whether `text` is one line, as answers are, and short enough for its translation."""
        longest = CHARACTERS_PER_TOKEN * self._decoding.max_new_tokens
        return len(text) <= longest and "\n" not in text.strip()

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[str | Failure]:
        """Translate texts; see Provider.translate.

        Blank and unfinished answers are failures, and so are those that hold the prompt's words.
        """
        filled = [self._template.fill(text, source, target) for text in texts]
        found: dict[int, str | Failure] = {}
        own_lines = self._template.own_lines(source, target)
        with self._lock:
            prompts = self._prompts(filled)
            room = self._context_length - self._decoding.max_new_tokens
            for i, prompt in enumerate(prompts):
                if prompt.tokens > room:
                    found[i] = Failure(f"a prompt of {prompt.tokens} tokens, with room for {room}")
            asked = [i for i in range(len(texts)) if i not in found]
            for answers in self._engine.generate([prompts[i] for i in asked], self._decoding):
                for number, completion in answers:
                    i = asked[number]
                    found[i] = self._answer(texts[i], completion, own_lines)
        return [found[i] for i in range(len(texts))]

    def remarks(self) -> list[str]:
        """Return what a server's answers cost; see `protocol.Remarking`."""
        spending = getattr(vars(self).get("_loaded"), "spending", None)
        return [] if spending is None else [str(spending)]

    @property
    def _engine(self) -> Engine:
        with self._loading:
            return self._loaded

    @cached_property
    def _loaded(self) -> Engine:
        return self._load_engine()

    @cached_property
    def _tokenizer(self) -> Any:
        return self._load_tokenizer() if self._load_tokenizer else None

    def _prompts(self, texts: Sequence[str]) -> list[Prompt]:
        render = chat_renderer(self._tokenizer, self._chat_date) if self._chat else plain
        rendered = [render(text, []) for text in texts]
        lengths = [0] * len(rendered)
        if self._tokenizer is not None and rendered:
            special = rendered[0].add_special_tokens
            encoded = self._tokenizer([r.text for r in rendered], add_special_tokens=special)
            lengths = [len(ids) for ids in encoded["input_ids"]]
        return [
            Prompt(prompt.text, prompt.add_special_tokens, length)
            for prompt, length in zip(rendered, lengths, strict=True)
        ]

    def _answer(self, text: str, completion: Completion, own_lines: Sequence[str]) -> str | Failure:
        answer = completion.text.split("\n")[0].strip()
        if completion.finish == "length":
            return Failure(f"no end within {self._decoding.max_new_tokens} tokens")
        if completion.finish != "stop":
            return Failure(f"no answer: {completion.finish}")
        if not answer:
            return Failure("a blank answer")
        left = next((line for line in own_lines if line in answer and line not in text), None)
        if left:
            return Failure(f"the prompt's words in the answer: {left!r}")
        return answer
