"""A real Slurm of one node with two GPUs, in a folder of its own.

Debian's slurm-wlm and munge, and for accounting slurmdbd with MariaDB, started without the system's
configuration or services: several can run side by side, and nothing is left behind. The GPUs are
device files without a driver, as slurmd refuses GPUs that are a mere count; Slurm gives them out as
any others, and sets CUDA_VISIBLE_DEVICES.
"""

import os
import secrets
import shutil
import socket
import stat
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

GPUS = 2
# More than the machine may have: jobs are small, and two must run at the same time.
CPUS = 8
MEMORY_MB = 16_000

SLURM_CONF = """
ClusterName=isogloss
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
# Containers have no cgroups of their own: processes are found, and memory is measured, in /proc.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
KillWait=2
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerParameters=bf_interval=1,sched_interval=1,batch_sched_delay=1
ReturnToService=2
PropagateResourceLimits=NONE
GresTypes=gpu
SlurmdParameters=config_overrides
NodeName=node NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[1]} CPUs={cpus} \
RealMemory={memory} Gres=gpu:{gpus}
PartitionName=small Nodes=node Default=YES MaxTime=2:00:00
PartitionName=gpus Nodes=node MaxTime=7-00:00:00
"""
ACCOUNTING = """
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort={ports[2]}
AccountingStoragePass={folder}/munge.socket
AccountingStoreFlags=job_comment
AccountingStorageTRES=gres/gpu
"""
SLURMDBD_CONF = """
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
DbdHost=localhost
DbdAddr=127.0.0.1
DbdPort={ports[2]}
SlurmUser=root
PidFile={folder}/slurmdbd.pid
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort={ports[3]}
StorageUser=slurm
StoragePass=slurm
StorageLoc=slurm
"""
# As `generate-slurm-partition-config` writes it, plus what Slurm does not tell: max_gpu.
PARTITIONS = """
partitions:
  small: {max_runtime: 120, max_mem_mb: 16000, max_threads: 8}
  gpus: {max_runtime: 10080, max_mem_mb: 16000, max_threads: 8, max_gpu: 2}
"""


class Cluster:
    """The daemons, as processes of this one, which end with it."""

    def __init__(self, folder: Path, accounting: bool):
        self.folder = folder
        self.accounting = accounting
        self.daemons: dict[str, subprocess.Popen[bytes]] = {}
        missing = [name for name in self._programs() if not shutil.which(name, path=SBIN)]
        assert not missing, f"{missing} not installed; .ci/run names the packages"
        assert os.geteuid() == 0, "slurmd must be root to run jobs, and so must these tests"
        self._configure()

    def _programs(self) -> list[str]:
        database = ["slurmdbd", "mariadbd", "mariadb-install-db"] if self.accounting else []
        return ["munged", "slurmctld", "slurmd", "sbatch", *database]

    def _configure(self) -> None:
        values = {
            "folder": self.folder,
            "host": socket.gethostname().split(".")[0],
            "ports": free_ports(4),
            "cpus": CPUS,
            "memory": MEMORY_MB,
            "gpus": GPUS,
        }
        for name in ("state", "spool", "bin", "database"):
            (self.folder / name).mkdir(parents=True)
        self.port = values["ports"][3]
        slurm = SLURM_CONF + (ACCOUNTING if self.accounting else "")
        (self.folder / "slurm.conf").write_text(slurm.format(**values))
        self._private("slurmdbd.conf", SLURMDBD_CONF.format(**values).encode())
        self._private("munge.key", secrets.token_bytes(128))
        for number in range(GPUS):
            # Major 240: for local use, so that no driver answers.
            mode = stat.S_IFCHR | 0o666
            os.mknod(self.folder / f"gpu{number}", mode, os.makedev(240, number))
        gres = f"NodeName=node Name=gpu File={self.folder}/gpu[0-{GPUS - 1}]\n"
        (self.folder / "gres.conf").write_text(gres)
        (self.folder / "partitions.yaml").write_text(PARTITIONS)
        # The plugin clears SLURM_CONF for the srun inside a job: clusters have one configuration.
        srun = self.folder / "bin/srun"
        conf = self.folder / "slurm.conf"
        srun.write_text(f'#!/bin/sh\nSLURM_CONF={conf} exec /usr/bin/srun "$@"\n')
        srun.chmod(0o755)

    def _private(self, name: str, content: bytes) -> None:
        path = self.folder / name
        path.touch(0o600)
        path.write_bytes(content)

    def environment(self) -> dict[str, str]:
        """Return what makes Slurm's commands, and Snakemake, use this cluster."""
        return {
            "SLURM_CONF": str(self.folder / "slurm.conf"),
            "PATH": f"{self.folder}/bin:/usr/bin:/bin",
        }

    def command(self, *arguments: str) -> str:
        """Return what a command of Slurm says; it must succeed."""
        done = self.tried(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def tried(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        environment = os.environ | self.environment()
        return subprocess.run(arguments, env=environment, capture_output=True, text=True)

    def start(self) -> None:
        keys = ("key-file", "socket", "pid-file", "log-file", "seed-file")
        names = ("munge.key", "munge.socket", "munge.pid", "munge.log", "munge.seed")
        options = [f"--{x}={self.folder / y}" for x, y in zip(keys, names, strict=True)]
        self._daemon("munged", "--foreground", "--force", *options)
        until("munged listens", (self.folder / "munge.socket").exists)
        if self.accounting:
            self._start_accounting()
        self._daemon("slurmctld", "-D")
        self._daemon("slurmd", "-D")
        until("the node is idle", lambda: "idle" in self.tried("sinfo", "-h", "-o", "%T").stdout)

    def _start_accounting(self) -> None:
        (self.folder / "tmp").mkdir()
        common = ["--no-defaults", f"--datadir={self.folder}/database", "--user=root"]
        common.append(f"--tmpdir={self.folder}/tmp")  # several would share names in /tmp
        install = ["mariadb-install-db", *common, "--skip-test-db"]
        subprocess.run(install, check=True, stdout=subprocess.DEVNULL)
        sock = f"--socket={self.folder}/db.socket"
        address = [f"--port={self.port}", "--bind-address=127.0.0.1"]
        pid = f"--pid-file={self.folder}/db.pid"
        self._daemon("mariadbd", *common, sock, pid, *address)
        client = ["mariadb", "--no-defaults", sock]
        until("MariaDB answers", lambda: self.tried(*client, "-e", "select 1").returncode == 0)
        user = "grant all on *.* to slurm@'127.0.0.1' identified by 'slurm'"
        self.command(*client, "-e", user)
        self._daemon("slurmdbd", "-D")
        until("slurmdbd answers", lambda: self.tried("sacctmgr", "list", "tres").returncode == 0)

    def stop(self) -> None:
        self.tried("scancel", "--user=root", "--state=running")
        self.tried("scancel", "--user=root")
        until("no job is left", lambda: not self.tried("squeue", "-h").stdout.strip())
        for name in reversed(self.daemons):
            self._end(name)

    def restart_controller(self, pause: float) -> None:
        """End the controller, and start it again after `pause` seconds."""
        self._end("slurmctld")
        time.sleep(pause)
        self._daemon("slurmctld", "-D")

    def _daemon(self, name: str, *options: str) -> None:
        # Linux ends it with this process, however that ends.
        command = ["setpriv", "--pdeathsig", "KILL", name, *options]
        with (self.folder / f"{name}.out").open("ab") as log:
            self.daemons[name] = subprocess.Popen(
                command,
                env=os.environ | self.environment() | {"PATH": SBIN},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def _end(self, name: str) -> None:
        self.daemons[name].terminate()
        try:
            self.daemons[name].wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.daemons[name].kill()
            self.daemons[name].wait()


SBIN = "/usr/sbin:/usr/bin:/sbin:/bin"


def free_ports(count: int) -> list[int]:
    """Return ports of this machine that nobody listens at."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [listener.getsockname()[1] for listener in sockets]
    for listener in sockets:
        listener.close()
    return ports


def until(what: str, check: Callable[[], object], seconds: float = 900) -> None:
    """Wait until `check` holds: long, if need be, on a busy machine."""
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, f"in {seconds:.0f} s it did not come to this: {what}"
        time.sleep(0.1)
