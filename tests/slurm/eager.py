"""Snakemake that looks at its cluster's jobs every second.

The Slurm plugin looks once as soon as it is told to, and then waits ten seconds more each time that
nothing has ended, which no option changes: right for jobs that take hours, and most of the time of
tests whose jobs take ten seconds. All else is the `snakemake` command.
"""

import asyncio
import sys

from snakemake.cli import main
from snakemake_interface_executor_plugins.executors.remote import RemoteExecutor

SECONDS = 1


async def wait_a_second(_executor: RemoteExecutor) -> None:
    await asyncio.sleep(SECONDS)


if __name__ == "__main__":
    RemoteExecutor.sleep = wait_a_second
    sys.exit(main())
