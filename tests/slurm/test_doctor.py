"""The doctor beside a real Slurm: what its commands say is understood, and its faults are seen."""

from isogloss.planning.machine_checks import slurm
from isogloss.planning.workflow import Run
from tests.demo import ROOT
from tests.slurm.cluster import until
from tests.unit.planning import job_of, settings_of


def test_slurm_its_gpus_its_nodes_and_its_accounting(
    cluster_without_accounting, tmp_path, monkeypatch
):
    cluster = cluster_without_accounting
    for name, value in cluster.environment().items():
        monkeypatch.setenv(name, value)
    job = job_of("generate_vllm", wildcards={"model": "llama-2-7b"}, resources={"gpu": 1})
    run = Run([job], ["responses"], settings_of(), ROOT, tmp_path, None, executor="slurm")

    def found() -> dict[str, tuple[str, str]]:
        return {one.what: (one.level, one.said) for one in slurm(run)}

    healthy = found()
    assert healthy["Slurm"] == ("ok", "partitions small*, gpus")
    assert healthy["Slurm GPUs"][0] == "ok"
    assert healthy["Slurm GPUs"][1].startswith("gpu:2")
    # This cluster has no accounting.
    assert healthy["Slurm accounting"][0] == "warning"

    node = cluster.command("sinfo", "-h", "-o", "%n").split()[0]
    cluster.command("scontrol", "update", f"nodename={node}", "state=drain", "reason=test")
    assert found()["Slurm"] == ("failure", "no node takes jobs (small*, gpus)")
    cluster.command("scontrol", "update", f"nodename={node}", "state=resume")
    until("the node is idle", lambda: found()["Slurm"][0] == "ok")
