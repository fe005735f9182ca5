"""What rules share: the checked configuration and a few functions of it."""

import json
import os
import re
import shlex
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.settings.types import DeploymentMethod

ROOT = Path(workflow.basedir)
sys.path.insert(0, str(ROOT))

from isogloss.code_hash import code_hash
from isogloss.config.api_keys import missing_keys
from isogloss.config.load import load
from isogloss.config.resources import (
    answer_mem_mb,
    answer_runtime,
    scaled,
    train_mem_mb,
    train_runtime,
)
from isogloss.config.sources import SourceSettings
from isogloss.config.tofu import lab_tofu_files
from isogloss.config.translation import provider_places
from isogloss.devices import DEVICE_VARIABLE
from isogloss.errors import IsoglossError
from isogloss.slurm import cancel_left_over, comment

try:
    SETTINGS = load(config, ROOT)
except IsoglossError as error:
    raise WorkflowError(str(error)) from None

CONFIG = SETTINGS.config
XMRC = CONFIG.xmrc
SOURCES = SourceSettings(SETTINGS.manifest, ROOT, CONFIG.sources.unpinned)


def absolute(folder):
    """Return a folder of the configuration as jobs must see it, or an empty text for none."""
    return str(Path(folder).absolute()) if folder else ""


# What must not count as a parameter of a result reaches jobs through their environment: where
# bytes come from, where answers are kept, and which interpreter runs.
ENVIRONMENT = {
    "PYTHONPATH": str(ROOT),
    "PYTHONHASHSEED": "0",
    "TOKENIZERS_PARALLELISM": "true",
    "ISOGLOSS_STORE": absolute(CONFIG.store),
    "ISOGLOSS_MEMORY": absolute(CONFIG.translation.memory),
    "ISOGLOSS_PROVIDER": json.dumps(provider_places(SETTINGS)),
    "ISOGLOSS_API": json.dumps(SETTINGS.api_places()),
    DEVICE_VARIABLE: CONFIG.generation.device,
    "ISOGLOSS_VLLM_PYTHON": CONFIG.environments.vllm or "python",
    "ISOGLOSS_MIRROR": absolute(
        os.environ.get("ISOGLOSS_MIRROR") or CONFIG.sources.mirror
    ),
    "ISOGLOSS_MODEL_MIRROR": absolute(
        os.environ.get("ISOGLOSS_MODEL_MIRROR") or CONFIG.sources.model_mirror
    ),
    # A scheduler gives its jobs GPUs of their own; here they lease them, under a limit for them.
    "ISOGLOSS_GPU_LEASES": (
        "1" if "gpu" in workflow.global_resources and not workflow.remote_exec else ""
    ),
}
# Strict mode is Snakemake's own prefix, which setting one replaces: without it a failed script whose
# output goes through `tee` would count as done.
PREFIX = "set -euo pipefail; "
for name, value in ENVIRONMENT.items():
    PREFIX += f"export {name}={shlex.quote(value)}; "
# `python` in a rule is the one that runs Snakemake, also on a cluster node and when Snakemake was
# called by its path; with conda it is the rule's own environment's.
if DeploymentMethod.CONDA not in workflow.deployment_settings.deployment_method:
    PREFIX += f'export PATH={shlex.quote(str(Path(sys.executable).parent))}:"$PATH"; '
# Snakemake takes braces in it for fields to fill.
shell.prefix(PREFIX.replace("{", "{{").replace("}", "}}"))

# Goes before the command of each rule whose jobs can use GPUs; see isogloss/gpu_lease.py.
LEASE = "python -m isogloss.gpu_lease {resources.gpu} -- "


def model_threads(wildcards):
    """Return how many CPU threads a job of a model gets."""
    return SETTINGS.models[wildcards.model].threads or CONFIG.generation.threads


# What a job of a model asks for, from the model table; a resource that is None is not asked for.
# On one machine only the resources count of which a limit is given. One node: Slurm would spread
# GPUs over several, and engines and trainings here use those of one.
MODEL_JOB = {
    "nodes": 1,
    "gpu": lambda wildcards: SETTINGS.models[wildcards.model].gpus,
    "gpu_model": lambda wildcards: SETTINGS.models[wildcards.model].gpu_model,
    "mem_mb": lambda wildcards, attempt: answer_mem_mb(
        SETTINGS.models[wildcards.model], attempt
    ),
    "runtime": lambda wildcards, attempt: answer_runtime(
        SETTINGS.models[wildcards.model], attempt
    ),
}
TRAINING_JOB = {
    "nodes": 1,
    "gpu": lambda wildcards: SETTINGS.finetune_gpus(wildcards.model),
    "gpu_model": lambda wildcards: SETTINGS.models[wildcards.model].gpu_model,
    "mem_mb": lambda wildcards, attempt: train_mem_mb(
        *SETTINGS.finetune(wildcards.model), attempt
    ),
    "runtime": lambda wildcards, attempt: train_runtime(
        *SETTINGS.finetune(wildcards.model), attempt
    ),
}


def in_project(path):
    """Return the path of a project's file as jobs see it: the same in every clone."""
    return os.path.relpath(ROOT / path)


def source_file(entry):
    """Return where a file of the source manifest is fetched to; `entry` names source and file."""
    return f"results/sources/{entry.source}/{entry.file}"


def script(name):
    """Return the path of a rule's script."""
    return in_project(f"workflow/scripts/{name}.py")


def code(name):
    """Return the hash of a rule's script and of all library code that it imports."""
    return code_hash(ROOT / f"workflow/scripts/{name}.py", ROOT)


def as_json(value):
    """Return settings as sorted JSON, for a parameter that changes only when they do."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def one_of(names):
    """Return a regular expression for a wildcard with these values; it may match nothing."""
    return "|".join(re.escape(name) for name in names) or "a^"


def chat_template(model):
    """Return the file of the chat template that a fine-tuned model gets, if it gets one."""
    path = CONFIG.finetunes[model].chat_template
    return [in_project(path)] if path else []


def back_translations(wildcards):
    """Return the table of back-translations, if there are to be any."""
    name = f"results/barrier/quality/{wildcards.translated}/back.parquet"
    return [name] if CONFIG.translation.quality.back_translations else []


def barrier_tables(model):
    """Return the options that name the tables of a model's questions."""
    return " ".join(
        f"--{name} {path}" for name, path in SETTINGS.evaluations.inputs(model).items()
    )


def check_api_keys():
    """Stop before any job runs if one of them would need a key that is not there."""
    jobs = [
        (job.rule.name, dict(job.wildcards_dict)) for job in workflow.dag.needrun_jobs()
    ]
    missing = missing_keys(SETTINGS, jobs, os.environ)
    if missing:
        raise WorkflowError("\n".join(missing))


def cancel_left_over_jobs():
    """Cancel jobs in Slurm's queue that make what this run is to make; see isogloss/slurm.py."""
    jobs = workflow.dag.needrun_jobs()
    comments = [comment(job.rule.name, list(job.wildcards)) for job in jobs]
    cancelled = cancel_left_over(Path.cwd(), comments)
    if cancelled:
        print(
            "Cancelled jobs of a run that has ended, which are made anew and go on where they were:",
            *cancelled,
            file=sys.stderr,
        )


def show_failed_logs(snakemake_logs, lines=15):
    """Print the path and the last lines of each failed job's log."""
    text = "".join(Path(log).read_text(encoding="utf-8") for log in snakemake_logs)
    # A cluster's own log follows after a comma.
    logs = r"^ +log: (\S+?)(?:, .*)? \(check log file"
    failed = re.findall(logs, text, flags=re.MULTILINE)
    for path in dict.fromkeys(failed):
        last = ["(no log was written)"]
        if Path(path).is_file():
            # Progress bars rewrite their line; only what stood there last is of interest.
            written = (
                Path(path).read_bytes().decode("utf-8", "replace").rstrip().split("\n")
            )
            last = [line.rstrip("\r").rsplit("\r", 1)[-1] for line in written][-lines:]
        print(
            f"\nThe last lines of {path}:",
            *(f"  {x}" for x in last),
            sep="\n",
            file=sys.stderr,
        )


# What the index page shows, in order within each kind: every stage adds its own.
INDEX_ITEMS = []


def index_item(study, kind, name, files=None, caption=None):
    """Add to the index page; `files` are the study's table or figure `name` if not given."""
    folder, endings = (
        ("figures", "svg pdf") if kind == "figure" else ("tables", "csv md tex")
    )
    usual = [f"results/{study}/{folder}/{name}.{ending}" for ending in endings.split()]
    INDEX_ITEMS.append(
        {
            "study": study,
            "kind": kind,
            "name": name,
            "files": usual if files is None else files,
            "caption": (
                in_project(f"workflow/report/{caption}.rst") if caption else None
            ),
        }
    )
