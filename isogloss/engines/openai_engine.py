"""Answers of a server with OpenAI's interface: OpenAI's own, another vendor's, or vLLM's.

The model behind it is not pinned: a vendor may change it under the same name. What a reply says of
itself (the model's name, the fingerprint of the system) is kept with each answer. Only answers in
writing can be had; the log-probability of a given answer cannot, see `config.api`.
"""

import logging
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from isogloss.calls import Calls
from isogloss.engines.protocol import Completion, Decoding, Prompt
from isogloss.engines.spending import Spending
from isogloss.engines.text import cut_at_stop
from isogloss.errors import IsoglossError
from isogloss.retry import Interrupted, Retry, reason_of, retry_after

if TYPE_CHECKING:
    import openai

log = logging.getLogger(__name__)

# Part of every answer's key: raise it when a change here changes answers.
VERSION = "openai-1"

# OpenAI takes no more; an answer is cut at the others here.
STOPS = 4
# How servers call a prompt that is longer than the model's context, in code or words.
_TOO_LONG = re.compile(
    r"context_length_exceeded|(maximum|max) (model |context )*len|input token count.*exceed",
    re.IGNORECASE,
)
_FILTERED = ("content_filter", "content_policy_violation")


@dataclass(frozen=True)
class Server:
    """Where a model is asked, and how it is called there.

    model: its name there. chat: whether the prompt is one message of a user (chat completions) or
    the text to be continued (completions). url: of the interface, as "http://localhost:8000/v1";
    None: the variable OPENAI_BASE_URL, or OpenAI. key: the environment variable with the key, None
    where the server asks for none. seed: sent with each request; None: none is.
    """

    model: str
    chat: bool
    url: str | None = None
    key: str | None = "OPENAI_API_KEY"
    seed: int | None = None


class OpenAIEngine:
    """A model behind a server. Answers are greedy (temperature 0) as far as the server is.

    requests: at a time. too_long: whether a prompt that the server refuses as too long is an error
    or an answer with the finish "excluded". Raises IsoglossError where the key is missing.
    """

    def __init__(
        self,
        server: Server,
        *,
        requests: int = 8,
        retry: Retry | None = None,
        too_long: str = "error",
        spending: Spending | None = None,
    ):
        from openai import OpenAI, Timeout

        key = os.environ.get(server.key) if server.key else "none"
        if not key:
            raise IsoglossError(
                f"{server.model}: the environment variable {server.key} is not set; put the "
                "server's key into it"
            )
        self.server, self.requests, self.too_long = server, requests, too_long
        self.retry = retry or Retry()
        self.spending = spending or Spending()
        self._key = key
        self._client = OpenAI(
            api_key=key,
            base_url=server.url,
            # Tries are counted and pauses kept here, for all requests together.
            max_retries=0,
            timeout=Timeout(self.retry.read_timeout, connect=self.retry.connect_timeout),
        )
        self.url = str(self._client.base_url)

    def generate(
        self, prompts: Sequence[Prompt], decoding: Decoding, only: Sequence[bool] | None = None
    ) -> Iterator[list[tuple[int, Completion]]]:
        """Yield completions as they come. See `Engine.generate`.

        A request that fails for good is lost; the others are made and yielded, and then
        IsoglossError is raised.
        """
        calls = Calls(f"{self.server.model} at {self.url}", self.retry, "what was answered is kept")
        lost: list[str] = []

        def ask(index: int) -> tuple[int, Completion] | None:
            try:
                return index, calls.make(lambda: self.complete(prompts[index], decoding))
            except Interrupted as interruption:
                lost.append(str(interruption))
                return None

        wanted = [i for i in range(len(prompts)) if only is None or only[i]]
        for done in calls.run(wanted, ask, self.requests):
            answers = [answer for answer in done if answer is not None]
            if answers:
                yield answers
        log.info("%d requests, %d of them retries", calls.made, calls.repeated)
        if lost:
            raise IsoglossError(
                f"{calls.name}: {len(lost)} of {len(wanted)} requests failed for good, the last "
                f"with: {lost[-1]}; run again: what was answered is kept"
            )

    def complete(self, prompt: Prompt, decoding: Decoding) -> Completion:
        """Make one request, from any thread; raise Interrupted where another try may help."""
        import openai

        self.spending.check()
        try:
            reply = self._reply(prompt, decoding)
        except (openai.APIConnectionError, openai.APIResponseValidationError) as error:
            raise Interrupted(_reason(error)) from error
        except openai.APIStatusError as error:
            return self._refused(error, prompt)
        except ValueError as error:  # a body that is not JSON
            raise Interrupted(f"an answer that is not JSON: {str(error)[:80]}") from error
        choices = getattr(reply, "choices", None)
        if not choices or getattr(choices[0], "finish_reason", None) is None:
            raise Interrupted("an answer without a completed choice")
        text = self._text(choices[0])
        text, stopped = cut_at_stop(text, decoding.stop)
        usage = getattr(reply, "usage", None)
        about = {
            "served": reply.model,
            "fingerprint": getattr(reply, "system_fingerprint", None),
            "read": getattr(usage, "prompt_tokens", None),
            "written": getattr(usage, "completion_tokens", None),
        }
        self.spending.add(about["read"] or 0, about["written"] or 0)
        return Completion(text, "stop" if stopped else choices[0].finish_reason, [], about)

    def _reply(self, prompt: Prompt, decoding: Decoding) -> Any:
        fields: dict[str, Any] = {
            "model": self.server.model,
            "temperature": 0,
            "max_tokens": decoding.max_new_tokens,
        }
        if decoding.stop:
            fields["stop"] = list(decoding.stop[:STOPS])
        if self.server.seed is not None:
            fields["seed"] = self.server.seed
        if self.server.chat:
            messages: Any = [{"role": "user", "content": prompt.text}]
            return self._client.chat.completions.create(messages=messages, **fields)
        return self._client.completions.create(prompt=prompt.text, **fields)

    def _text(self, choice: Any) -> str:
        if not self.server.chat:
            return str(choice.text or "")
        message = choice.message
        return str(message.content or getattr(message, "refusal", None) or "")

    def _refused(self, error: "openai.APIStatusError", prompt: Prompt) -> Completion:
        """Return what stands for an answer that the server refuses, or raise what fits."""
        status, code, said = error.status_code, str(error.code or ""), self._said(error)
        if status in (401, 403):
            variable = self.server.key or "none, by the model table"
            raise IsoglossError(
                f"{self.url} refuses with HTTP status {status} ({said}); put a valid key into the "
                f"environment variable of {self.server.model!r}: {variable}"
            ) from error
        if code == "insufficient_quota":
            raise IsoglossError(f"{self.url}: the account has no credit left ({said})") from error
        if status in (408, 409, 429) or status >= 500:
            headers = error.response.headers
            pause = retry_after(headers.get("Retry-After", ""))
            raise Interrupted(f"HTTP status {status} ({said})", pause) from error
        if status == 404:
            raise IsoglossError(
                f"{self.url}: no model {self.server.model!r} or no such interface there ({said}); "
                "vendors withdraw old models: correct `source.api` or `source.url`"
            ) from error
        if status == 400 and (code in _FILTERED or any(word in said for word in _FILTERED)):
            return Completion("", "content_filter", [], {"said": said})
        if status == 400 and _TOO_LONG.search(f"{code} {said}"):
            if self.too_long == "error":
                raise IsoglossError(
                    f"a prompt is too long for {self.server.model} ({said}): "
                    f"{prompt.text[-80:]!r}; set too_long to `exclude` to leave such questions out "
                    "and count them"
                ) from error
            return Completion("", "excluded", [], {"said": said})
        raise IsoglossError(
            f"{self.url}: refuses the request with HTTP status {status}: {said}"
        ) from error

    def _said(self, error: "openai.APIStatusError") -> str:
        """Return the server's own words, shortened and without the key."""
        body = error.body if isinstance(error.body, dict) else {}
        words = body.get("message") or error.message or "no reason given"
        text = " ".join(str(words).split()).replace(self._key, "***")
        return text if len(text) <= 300 else text[:297] + "..."


class OneTry:
    """The same model for a caller that tries again by itself: Interrupted is passed on."""

    def __init__(self, engine: OpenAIEngine):
        self.engine = engine
        self.spending = engine.spending

    def generate(
        self, prompts: Sequence[Prompt], decoding: Decoding, only: Sequence[bool] | None = None
    ) -> Iterator[list[tuple[int, Completion]]]:
        """Yield completions one by one. See `Engine.generate`."""
        for index, prompt in enumerate(prompts):
            if only is None or only[index]:
                yield [(index, self.engine.complete(prompt, decoding))]


def _reason(error: "openai.APIError") -> str:
    """Return why there is no answer; the client's own words say no more than that."""
    return reason_of(error.__cause__ if isinstance(error.__cause__, Exception) else error)
