"""The run in the archive's description: the workflow, its steps, and an action for each job.

As Provenance Run Crate 0.5 has it: the engine's action holds one control action for each job, which
ties the step of the workflow to the action of its script; that names the files and parameters that
were used and the files that were made.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from isogloss.archive.about import About
from isogloss.archive.entities import add, reference
from isogloss.archive.jobs import MadeBy

if TYPE_CHECKING:
    from rocrate.rocrate import ROCrate

MAIN = "Snakefile"
RUN, ENGINE_RUN, ENGINE = "#run", "#engine-run", "https://snakemake.github.io"
CONFIG_PARAMETER, RESULT_PARAMETER = "#parameter-configuration", "#parameter-results"
# What the workflow and the scripts are, besides files.
MAIN_TYPES = ("SoftwareSourceCode", "ComputationalWorkflow", "HowTo")
SCRIPT_TYPES = ("SoftwareSourceCode",)
COMPLETED = "http://schema.org/CompletedActionStatus"
BIOSCHEMAS = "https://bioschemas.org/profiles"


def add_run(
    crate: "ROCrate", jobs: Sequence[MadeBy], files: Mapping[str, str], about: About
) -> None:
    """Add the workflow, its engine, steps, and all jobs.

    `files` are the identifiers of the described files by path. What a job used or made that is not
    among them (a folder) is named by the files in it.
    """
    run = _Run(crate, jobs, files)
    run.add_workflow(about)
    run.add_scripts()
    for number, job in enumerate(jobs):
        run.add_job(number, job)
    run.add_actions(about)


class _Run:
    def __init__(self, crate: "ROCrate", jobs: Sequence[MadeBy], files: Mapping[str, str]):
        self.crate, self.jobs, self.files = crate, jobs, files
        # In the order in which they first can run.
        self.rules = {job.rule: job.script for job in jobs}
        self.parameters: set[str] = set()

    def add_workflow(self, about: About) -> None:
        """Make the Snakefile the main workflow, with its language, steps, input and output."""
        language = "#snakemake"
        self._add(
            language,
            "ComputerLanguage",
            name="Snakemake",
            identifier="https://doi.org/10.12688/f1000research.29032.2",
            url="https://snakemake.github.io",
            version=about.snakemake,
        )
        workflow = self.crate.dereference(MAIN)
        workflow["name"] = about.title
        workflow["version"] = about.version
        workflow["conformsTo"] = reference(f"{BIOSCHEMAS}/ComputationalWorkflow/1.0-RELEASE")
        workflow["programmingLanguage"] = reference(language)
        workflow["hasPart"] = self._of(sorted(set(self.rules.values())))
        workflow["step"] = [reference(_step(rule)) for rule in self.rules]
        workflow["input"], workflow["output"] = (
            reference(CONFIG_PARAMETER),
            reference(RESULT_PARAMETER),
        )
        for identifier, name, used in (
            (CONFIG_PARAMETER, "configuration", [about.config]),
            (RESULT_PARAMETER, "results", about.targets),
        ):
            self._add(
                identifier,
                "FormalParameter",
                name=name,
                additionalType="File",
                workExample=_single(self._of(used)),
                conformsTo=reference(f"{BIOSCHEMAS}/FormalParameter/1.0-RELEASE"),
            )
            for example in self._of(used):
                self.crate.dereference(example["@id"])["exampleOfWork"] = reference(identifier)

    def add_scripts(self) -> None:
        """Make each rule a step that runs its script, in its environment."""
        for position, (rule, script) in enumerate(self.rules.items(), start=1):
            self._add(
                _step(rule),
                "HowToStep",
                name=rule,
                position=str(position),
                workExample=reference(self.files[script]),
            )
        for script in set(self.rules.values()):
            entity = self.crate.dereference(self.files[script])
            entity["programmingLanguage"] = "Python"
            # Also of all library code that it imports.
            entity["version"] = next(job.code for job in self.jobs if job.script == script)
            named = {job.environment for job in self.jobs if job.script == script}
            if files := sorted(name for name in named if name):
                entity["softwareRequirements"] = _single(self._of(files))

    def add_job(self, number: int, job: MadeBy) -> None:
        """Add the action of one job and the one that controls it."""
        values = {"code": job.code, **job.options}
        self._add(
            f"#job-{number}",
            "CreateAction",
            name=f"{job.rule}: {job.outputs[0]}",
            description=job.command,
            instrument=reference(self.files[job.script]),
            object=_single(
                [*self._of(job.inputs), *(self._parameter(*pair) for pair in values.items())]
            ),
            result=_single(self._of(job.outputs)),
            actionStatus=COMPLETED,
        )
        self._add(
            f"#control-{number}",
            "ControlAction",
            name=f"{job.rule}: {job.outputs[0]}",
            instrument=reference(_step(job.rule)),
            object=reference(f"#job-{number}"),
        )

    def add_actions(self, about: About) -> None:
        """Add the run of the workflow, and its engine's."""
        self._add(
            RUN,
            "CreateAction",
            name=f"Run of {about.title}",
            description=f"snakemake --configfile {about.config} -- {' '.join(about.targets)}",
            instrument=reference(MAIN),
            object=_single(self._of([about.config])),
            result=_single(self._of(about.targets)),
            actionStatus=COMPLETED,
        )
        self._add(
            ENGINE,
            "SoftwareApplication",
            name="Snakemake",
            url="https://snakemake.github.io",
            version=about.snakemake,
        )
        self._add(
            ENGINE_RUN,
            "OrganizeAction",
            name=f"Run of Snakemake {about.snakemake}",
            description="Snakemake ran each job whose result was missing or out of date.",
            instrument=reference(ENGINE),
            object=[reference(f"#control-{number}") for number in range(len(self.jobs))],
            result=reference(RUN),
        )
        numbers = range(len(self.jobs))
        self.crate.root_dataset["mentions"] = [
            reference(RUN),
            reference(ENGINE_RUN),
            *(reference(f"#{kind}-{number}") for kind in ("job", "control") for number in numbers),
        ]

    def _parameter(self, name: str, value: str) -> dict[str, str]:
        """Return a reference to a parameter with this value, added when it is new."""
        digest = hashlib.sha256(f"{name}={value}".encode()).hexdigest()[:16]
        identifier = f"#value-{digest}"
        if identifier not in self.parameters:
            self.parameters.add(identifier)
            self._add(identifier, "PropertyValue", name=name, value=value)
        return reference(identifier)

    def _of(self, names: Sequence[str]) -> list[dict[str, str]]:
        found = []
        for name in names:
            below = [name] if name in self.files else self._inside(name)
            found += [reference(self.files[file]) for file in below]
        return found

    def _inside(self, folder: str) -> list[str]:
        return [name for name in self.files if name.startswith(f"{folder}/")]

    def _add(self, id_: str, kind: str, **properties: Any) -> None:
        add(self.crate, id_, kind, **properties)


def _single(references: list[dict[str, str]]) -> list[dict[str, str]] | dict[str, str]:
    """Return one reference by itself, as the specification recommends."""
    return references[0] if len(references) == 1 else references


def _step(rule: str) -> str:
    return f"#step-{rule}"
