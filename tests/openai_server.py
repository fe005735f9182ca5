"""A server on loopback with OpenAI's interface, which misbehaves as it is told, prompt by prompt.

An answer is the prompt's words turned round, cut off after `max_tokens` words.
"""

import json
import time
from collections import Counter
from typing import Any

from tests.fault_server import FaultHandler, FaultServer

KEY = "sk-test-123456"


def answer(prompt: str) -> list[str]:
    return [word[::-1] for word in prompt.split()]


class OpenAIServer(FaultServer):
    """faults: prompt -> faults to make with it in turn, before good answers.

    bodies: of all requests, in order.
    """

    def __init__(self) -> None:
        self.faults: dict[str, list[str]] = {}
        self.served = "gpt-4-0613"
        self.delay = 0.0
        self.bodies: list[dict[str, Any]] = []
        self.paths: Counter[str] = Counter()
        self.times: list[float] = []
        super().__init__(_Handler)

    @property
    def url(self) -> str:
        return f"{super().url}/v1"


class _Handler(FaultHandler):
    server: OpenAIServer

    def do_POST(self) -> None:
        body = self.read_json()
        chat = self.path.endswith("/chat/completions")
        prompt = body["messages"][0]["content"] if chat else body["prompt"]
        server = self.server
        with server.lock:
            server.seen[prompt] += 1
            server.bodies.append(body)
            server.paths[self.path] += 1
            server.times.append(time.monotonic())
            planned = server.faults.get(prompt, [])
            fault = planned.pop(0) if planned else ""
        with server.open_request():
            time.sleep(server.delay)
            self.respond(fault, prompt, body, chat)

    def respond(self, fault: str, prompt: str, body: dict[str, Any], chat: bool) -> None:
        key = self.headers["Authorization"].removeprefix("Bearer ")
        if key != KEY:
            return self.refuse(401, f"Incorrect API key provided: {key}", "invalid_api_key")
        if fault in REFUSALS:
            return self.refuse(*REFUSALS[fault])
        if fault == "reset":
            return self.reset()
        if fault == "slow":
            time.sleep(1.5)
        words = answer(prompt)
        limit = body["max_tokens"]
        text, finish = " ".join(words[:limit]), "length" if len(words) > limit else "stop"
        if fault == "withheld":
            text, finish = "", "content_filter"
        for stop in body.get("stop", []):
            if fault != "runs on" and stop in text:
                text, finish = text[: text.index(stop)], "stop"
        choice: dict[str, Any] = {"index": 0, "finish_reason": finish}
        if chat:
            content = None if fault in ("withheld", "refusal") else text
            choice["message"] = {"role": "assistant", "content": content}
            if fault == "refusal":
                choice["message"]["refusal"] = "I cannot say."
        else:
            choice["text"] = text
        content = json.dumps(
            {
                "id": "x",
                "object": "chat.completion" if chat else "text_completion",
                "created": 1,
                "model": self.server.served,
                "system_fingerprint": "fp_1",
                "choices": [] if fault == "no choice" else [choice],
                "usage": {
                    "prompt_tokens": len(words),
                    "completion_tokens": len(text.split()),
                    "total_tokens": len(words) + len(text.split()),
                },
            },
            ensure_ascii=False,
        )
        if fault == "page":
            return self.send(200, "text/html", "<html>Busy</html>")
        if fault == "truncated":
            return self.send(200, "application/json", content[:-20])
        if fault == "cut off":
            return self.send(200, "application/json", content[:-20], content)
        return self.send(200, "application/json", content)

    def refuse(self, status: int, message: str, code: str | None = None) -> None:
        error = {"message": message, "type": "error", "param": None, "code": code}
        headers = {"Retry-After": self.server.retry_after} if status in (429, 503) else {}
        self.send(status, "application/json", json.dumps({"error": error}), **headers)


# Status, words and code of each refusal; the words of the second "too long" are vLLM's.
REFUSALS: dict[str, tuple[int, str, str | None]] = {
    "429": (429, "Rate limit reached", "rate_limit_exceeded"),
    "quota": (429, "You exceeded your current quota", "insufficient_quota"),
    "500": (500, "The server had an error", None),
    "503": (503, "Overloaded", None),
    "too long": (400, "Your messages resulted in 9000 tokens.", "context_length_exceeded"),
    "too long for vLLM": (
        400,
        "This model's maximum context length is 256 tokens. However, you requested 300.",
        None,
    ),
    "filtered": (400, "The prompt triggered content management policy", "content_filter"),
    "bad": (400, "Unsupported parameter: 'seed'", "unsupported_parameter"),
    "gone": (404, "The model `gpt-4-0613` has been deprecated", "model_not_found"),
}
