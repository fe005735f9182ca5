"""Write the results of a finished run as one file that another lab can rebuild them from.

The archive is a zip and a Workflow RO-Crate: the workflow, its whole configuration, environments,
manifests with checksums, all inputs and outputs of all jobs (prompts, responses, scores, tables,
figures), and what made each of them. See docs/archive.md.
"""

import argparse
import json
import logging
from pathlib import Path

from isogloss.archive.about import read_about
from isogloss.archive.config import RESOLVED, configuration_files, resolved, settings_of
from isogloss.archive.crate import METADATA, describe
from isogloss.archive.files import INCOMPLETE, project_files, record_files, result_files
from isogloss.archive.jobs import finished, jobs_of, read_records
from isogloss.archive.pack import measure, write_zip
from isogloss.script import run

log = logging.getLogger(__name__)

TARGET = "results/tables/all"
CHECKSUMS = "checksums.sha256"


def main() -> None:
    """Parse the arguments and write the archive."""
    parser = argparse.ArgumentParser(prog="python -m isogloss.archive", description=__doc__)
    parser.add_argument("targets", nargs="*", default=[TARGET], help=f"default: {TARGET}")
    parser.add_argument("--profile", help="Snakemake's profile of the run, such as profiles/demo")
    parser.add_argument(
        "--configfile", nargs="+", default=[], help="what extended config/config.yaml in the run"
    )
    parser.add_argument(
        "--weights", action="store_true", help="with the weights of models in results/models"
    )
    parser.add_argument("--date", help="YYYY-MM-DD; default: of the release, in CITATION.cff")
    parser.add_argument(
        "--output", type=Path, default=Path("results/archive/isogloss.crate.zip"), help="file"
    )
    args = parser.parse_args()
    snakemake = [*(["--profile", args.profile] if args.profile else [])]
    snakemake += ["--configfile", *args.configfile] if args.configfile else []
    root = Path.cwd()
    configs = configuration_files(root, args.profile, args.configfile)
    settings = settings_of(root, configs)
    records = read_records(root)
    jobs = jobs_of(root, finished(root, snakemake, args.targets), records)
    files = project_files(root, configs) | result_files(root, jobs, args.weights)
    files[RESOLVED] = resolved(settings, root)
    described = measure(files)
    about = read_about(root, args.targets, RESOLVED, args.date)
    crate = describe(about, described, jobs, settings.manifest)
    records_kept = record_files(jobs, records)
    files |= records_kept
    files[METADATA] = json.dumps(crate, indent=1, sort_keys=True, ensure_ascii=False).encode()
    checksums = described | measure(records_kept)
    del checksums[INCOMPLETE]
    files[CHECKSUMS] = "".join(
        f"{content.sha256}  {name}\n" for name, content in sorted(checksums.items())
    ).encode()
    write_zip(files, args.output)
    log.info(
        "%s: %d jobs, %d files, %.1f MB",
        *(args.output, len(jobs), len(files), args.output.stat().st_size / 1e6),
    )


run(main)
