"""`python -m isogloss.gpu_lease N -- COMMAND`: run a command that holds N GPUs of this machine.

One lock file per GPU, locked with flock(2): the kernel frees it when the last process that holds
it ends, however it ends, so no lease outlives its job. The command takes this process's place and
inherits the locks, and CUDA_VISIBLE_DEVICES names the GPUs it got. A job that asks for none sees
none.

One job at a time collects: it waits its turn at another lock, then takes GPUs as they come free
until it has all. The others that hold some already run and will end, so nobody waits in a circle,
and a job of many GPUs is not overtaken for ever by those of one.

Only where ISOGLOSS_GPU_LEASES is set, which rules/common.smk does for local jobs under a limit
`--resources gpu=N`; elsewhere a scheduler gives out GPUs, and the command just runs. Imports the
standard library alone: every environment of every rule has it.
"""

import argparse
import fcntl
import logging
import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from isogloss.errors import IsoglossError
from isogloss.script import run

log = logging.getLogger(__name__)

# Half a second more is nothing beside loading a model.
POLL_SECONDS = 0.5


@dataclass(frozen=True)
class Gpu:
    """A GPU: what CUDA_VISIBLE_DEVICES calls it, and what its lock is called on this machine."""

    name: str
    lock: str


def installed() -> list[Gpu]:
    """Return the GPUs that nvidia-smi lists, by index; none where there is no nvidia-smi."""
    command = ["nvidia-smi", "--query-gpu=index,uuid", "--format=csv,noheader"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return []
    rows = [line.split(",") for line in done.stdout.splitlines() if line.strip()]
    return [Gpu(row[0].strip(), row[1].strip()) for row in rows]


def visible() -> list[Gpu]:
    """Return the GPUs that jobs may have: those of CUDA_VISIBLE_DEVICES, else all of the machine.

    An index and a UUID of the same GPU share a lock where nvidia-smi can tell.
    """
    known = installed()
    listed = os.environ.get("CUDA_VISIBLE_DEVICES")
    if listed is None:
        return known
    locks = {gpu.name: gpu.lock for gpu in known} | {gpu.lock: gpu.lock for gpu in known}
    names = [name.strip() for name in listed.split(",") if name.strip()]
    return [Gpu(name, locks.get(name, name)) for name in dict.fromkeys(names)]


def lock_folder() -> Path:
    """Return the folder of locks, which all users of the machine share: ISOGLOSS_GPU_LOCKS."""
    named = os.environ.get("ISOGLOSS_GPU_LOCKS")
    return Path(named) if named else Path(tempfile.gettempdir()) / "isogloss-gpu-leases"


def acquire(count: int, gpus: Sequence[Gpu], folder: Path) -> list[Gpu]:
    """Hold `count` of `gpus` until this process and what inherits from it end; return them.

    Blocks while others hold them. Raises IsoglossError where there are not so many, or where the
    folder of locks cannot be used.
    """
    if count > len(gpus):
        raise IsoglossError(
            f"the job asks for {count} GPU(s), and this machine offers {len(gpus)} "
            f"({', '.join(gpu.name for gpu in gpus) or 'none'}): give the model fewer in the model "
            "table, make more visible (CUDA_VISIBLE_DEVICES), or run it elsewhere"
        )
    try:
        _share(folder)
        turn = _open(folder / "turn")
        fcntl.flock(turn, fcntl.LOCK_EX)
        held: list[Gpu] = []
        said = False
        while True:
            for gpu in gpus:
                if len(held) < count and gpu not in held and _take(folder / gpu.lock):
                    held.append(gpu)
            if len(held) == count:
                break
            if not said:
                log.info("GPU lease: waiting for %d GPU(s)", count - len(held))
                said = True
            time.sleep(POLL_SECONDS)
        os.close(turn)
    except OSError as error:
        raise IsoglossError(
            f"{folder}: GPU locks cannot be kept here ({error}); name another folder of this "
            "machine in ISOGLOSS_GPU_LOCKS"
        ) from error
    return held


def holders(gpus: Sequence[Gpu], folder: Path) -> dict[str, int]:
    """Return the process that took each GPU that is held now, by the GPU's name."""
    found = {}
    for gpu in gpus:
        path = folder / gpu.lock
        if path.is_file() and not _free(path):
            found[gpu.name] = int(path.read_text(encoding="ascii") or 0)
    return found


def _share(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if folder.stat().st_uid == os.getuid():
        folder.chmod(0o1777)


def _open(path: Path) -> int:
    # Not followed: in a folder for all users a link could name anything. Made only where it is
    # missing: Linux forbids O_CREAT on another user's file in such a folder.
    flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        return os.open(path, flags)
    except FileNotFoundError:
        file = os.open(path, flags | os.O_CREAT, 0o666)
        os.fchmod(file, 0o666)
        return file


def _take(path: Path) -> bool:
    file = _open(path)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return False
    os.truncate(file, 0)
    os.write(file, str(os.getpid()).encode("ascii"))
    os.set_inheritable(file, True)
    return True


def _free(path: Path) -> bool:
    file = _open(path)
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False
    finally:
        os.close(file)


def main() -> None:
    """Take the GPUs, then become the command."""
    parser = argparse.ArgumentParser(prog="python -m isogloss.gpu_lease", description=__doc__)
    parser.add_argument("gpus", type=int, help="how many GPUs the command needs")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="after --: what to run")
    arguments = parser.parse_args()
    command = arguments.command[arguments.command[:1] == ["--"] :]
    if not command:
        parser.error("there is no command to run")
    if os.environ.get("ISOGLOSS_GPU_LEASES"):
        got = acquire(arguments.gpus, visible(), lock_folder()) if arguments.gpus else []
        # Indexes count as nvidia-smi counts them.
        os.environ["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID"
        os.environ["CUDA_VISIBLE_DEVICES"] = ",".join(gpu.name for gpu in got)
    if arguments.gpus:
        shown = os.environ.get("CUDA_VISIBLE_DEVICES", "not set")
        log.info("GPU lease: CUDA_VISIBLE_DEVICES %s", shown)
    try:
        os.execvp(command[0], command)
    except OSError as error:
        raise IsoglossError(f"{command[0]}: cannot be run: {error}") from error


if __name__ == "__main__":
    run(main)
