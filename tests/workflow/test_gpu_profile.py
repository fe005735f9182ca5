"""One machine with two GPUs: jobs of GPU models run side by side, each with one of its own.

There is no GPU: CUDA_VISIBLE_DEVICES offers two, and the models compute on the CPU all the same
(`generation.device`). The leases are the real ones.
"""

import re
import subprocess

import yaml

from tests.workflow.project import SMALL, changed

MODELS = ["tiny-left", "tiny-right"]


def test_jobs_of_gpu_models_hold_different_gpus_at_the_same_time(project, tmp_path):
    table = yaml.safe_load((project.folder / "config/models.yaml").read_text())
    entry = {**table["models"]["tiny-base"], "gpus": 1}
    models = {name: {**entry, "label": name} for name in MODELS}
    (project.folder / "more.yaml").write_text(yaml.safe_dump({"models": models}))
    config = changed(SMALL, ["xmrc", "models"], MODELS)
    config = changed(config, ["model_tables"], ["config/models.yaml", "more.yaml"])
    config = changed(config, ["generation"], {"batch_size": 4, "threads": 1, "device": "cpu"})
    # Another answer length, so that the store has none.
    project.configure(changed(config, ["xmrc", "decoding", "max_new_tokens"], 9))
    # Both are ready at once, then.
    project.run(target=" ".join(f"results/xmrc/prompts/{name}.parquet" for name in MODELS))

    targets = [f"results/xmrc/responses/{name}.parquet" for name in MODELS]
    command = project.command("--profile", "profiles/gpu", "--cores", "4", target=" ".join(targets))
    locks = {"CUDA_VISIBLE_DEVICES": "0,1", "ISOGLOSS_GPU_LOCKS": str(tmp_path / "locks")}
    done = subprocess.run(
        command,
        cwd=project.folder,
        env=project.environment() | locks,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    logs = [project.log(f"xmrc/generate_transformers/{name}.log") for name in MODELS]
    held = [re.findall(r"^GPU lease: CUDA_VISIBLE_DEVICES (\S*)$", log, re.M) for log in logs]
    assert sorted(held) == [["0"], ["1"]]
    assert {path.name for path in (tmp_path / "locks").iterdir()} == {"0", "1", "turn"}


def test_without_a_limit_nothing_is_leased(project, tmp_path):
    project.configure(changed(SMALL, ["xmrc", "decoding", "max_new_tokens"], 9))
    target = "results/xmrc/responses/tiny-base.parquet"
    locks = {"ISOGLOSS_GPU_LOCKS": str(tmp_path / "locks")}
    subprocess.run(
        project.command(target=target),
        cwd=project.folder,
        env=project.environment() | locks,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    assert not (tmp_path / "locks").exists()
