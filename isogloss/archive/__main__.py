"""Write the results of a finished run as one file that another lab can rebuild them from.

The archive is a zip and a Workflow RO-Crate: the workflow, its whole configuration, environments,
manifests with checksums, all inputs and outputs of all jobs (prompts, responses, scores, tables,
figures), and what made each of them. See docs/archive.md.

Options that are not listed are Snakemake's, as in the run (--profile, --configfile, --config);
targets come last, after `--`. Without one it is `results/tables/all`.
"""

import json
import logging
import sys
from pathlib import Path

from isogloss.archive.about import read_about
from isogloss.archive.config import RESOLVED, resolved
from isogloss.archive.crate import METADATA, describe
from isogloss.archive.files import INCOMPLETE, project_files, record_files, result_files
from isogloss.archive.jobs import finished, jobs_of, read_records
from isogloss.archive.pack import measure, write_zip
from isogloss.errors import IsoglossError
from isogloss.planning.command import parser_of
from isogloss.planning.workflow import read_run
from isogloss.script import run

log = logging.getLogger(__name__)

TARGET = "results/tables/all"
OUTPUT = Path("results/archive/isogloss.crate.zip")
CHECKSUMS = "checksums.sha256"


def main() -> None:
    """Parse the arguments and write the archive."""
    end = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    parser = parser_of("archive", __doc__)
    parser.add_argument("--output", type=Path, default=OUTPUT, help=f"default: {OUTPUT}")
    parser.add_argument(
        "--weights", action="store_true", help="with the weights of models in results/models"
    )
    parser.add_argument("--date", help="YYYY-MM-DD; default: of the release, in CITATION.cff")
    own, options = parser.parse_known_args(sys.argv[1:end])
    targets = sys.argv[end + 1 :] or [TARGET]
    options += ["--", *targets]
    read = read_run(options)
    root = read.root
    if root != read.folder:
        raise IsoglossError(f"{read.folder}: call this in the project's folder, {root}")
    records = read_records(root)
    jobs = jobs_of(root, finished(read, options), records)
    files = project_files(root) | result_files(root, jobs, own.weights)
    files[RESOLVED] = resolved(read.settings, root)
    described = measure(files)
    about = read_about(root, targets, RESOLVED, own.date)
    crate = describe(about, described, jobs, read.settings.manifest)
    kept = record_files(jobs, records)
    files |= kept
    files[METADATA] = json.dumps(crate, indent=1, sort_keys=True, ensure_ascii=False).encode()
    checksums = described | measure(kept)
    del checksums[INCOMPLETE]
    files[CHECKSUMS] = "".join(
        f"{content.sha256}  {name}\n" for name, content in sorted(checksums.items())
    ).encode()
    write_zip(files, own.output)
    log.info(
        "%s: %d jobs, %d files, %.1f MB",
        *(own.output, len(jobs), len(files), own.output.stat().st_size / 1e6),
    )


run(main)
