"""Benchmarks for a GPU say so where there is none; their tiny form measures everything."""

import logging
import re
import sys

import pytest

from benchmarks import finetune, llama_8b


@pytest.mark.parametrize("command", [finetune, llama_8b])
def test_without_a_gpu_the_command_says_so_and_ends_well(monkeypatch, capsys, command):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(sys, "argv", ["benchmark"])
    assert command.main() is None  # and not an exit with an error
    written = capsys.readouterr().out
    assert written.startswith("No GPU can be seen here, so nothing is measured")
    assert len(written.splitlines()) == 1


def test_the_tiny_form_measures_hidden_states_scoring_and_training(monkeypatch, capsys):
    monkeypatch.setattr(logging, "disable", lambda level: None)  # for the whole process
    monkeypatch.setattr(
        sys, "argv", ["benchmark", "--tiny", "--texts", "2", "--questions", "3", "--steps", "2"]
    )
    llama_8b.main()
    written = capsys.readouterr().out
    for pattern in (
        r"hidden states, texts of 64 tokens: (\S+) texts/s",
        r"option scoring, 483 shared tokens and 89 of each question: (\S+) questions/s",
        r"tokens_per_second +(\S+)",
    ):
        (rate,) = re.findall(pattern, written)
        assert float(rate) > 0
    assert "peak_memory_bytes" in written
