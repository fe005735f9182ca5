"""The rule of the vLLM engine, run for real with vLLM's CPU build."""

import os

import yaml

from tests.workflow.project import ROOT, SMALL, changed

VLLM_PYTHON = os.environ.get("ISOGLOSS_TEST_VLLM_PYTHON", str(ROOT / ".venv-vllm/bin/python"))


def test_a_vllm_model_runs_in_its_own_environment(project):
    table = yaml.safe_load((project.folder / "config/models.yaml").read_text())
    entry = {**table["models"]["tiny-base"], "engine": "vllm", "label": "Tiny-vLLM"}
    (project.folder / "more.yaml").write_text(yaml.safe_dump({"models": {"tiny-vllm": entry}}))
    config = changed(SMALL, ["xmrc", "models"], ["tiny-base", "tiny-vllm"])
    config = changed(config, ["model_tables"], ["config/models.yaml", "more.yaml"])
    project.configure(changed(config, ["environments"], {"vllm": VLLM_PYTHON}))
    planned = project.planned()
    assert planned["generate_vllm"] == 1
    assert not set(planned) & {"generate_transformers", "train_tiny_base", "fetch_model"}
    project.run()
    assert "Tiny-vLLM" in (project.folder / "results/tables/all/xmrc/table01.md").read_text()
