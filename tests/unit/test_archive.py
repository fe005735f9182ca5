"""Parts of the archive by themselves: records, jobs, configuration, zip."""

import base64
import json
import zipfile
from pathlib import Path

import pytest
import yaml
from snakemake.persistence import MetadataRecord
from snakemake.persistence.file import FilePersistence
from snakemake.utils import update_config

from isogloss.archive.about import read_about
from isogloss.archive.config import resolved
from isogloss.archive.files import project_files, record_files, result_files
from isogloss.archive.jobs import jobs_of, read_records
from isogloss.archive.pack import measure, write_zip
from isogloss.config.load import load
from isogloss.errors import IsoglossError

ROOT = Path(__file__).parents[2]
ENVIRONMENT = b"dependencies: []\n"


def record(output, inputs=(), rule="score", options="", **changed):
    return {
        "rule": rule,
        "input": list(inputs),
        "shellcmd": f"python workflow/scripts/{rule}.py --output {output} {options}"
        f" 2>&1 | tee results/logs/{rule}.log",
        "params": ["'0123'"],
        "conda_env": base64.b64encode(ENVIRONMENT).decode(),
        "starttime": 1.5,
        "endtime": 2.5,
        "job_hash": 17,
        "software_stack_hash": "d41d",
        "external_jobid": "slurm 7",
        **changed,
    }


@pytest.fixture
def project(tmp_path):
    """A folder with two scripts and, by Snakemake's own hand, records of what they made."""
    (tmp_path / "workflow/scripts").mkdir(parents=True)
    for rule in ("score", "plot"):
        (tmp_path / f"workflow/scripts/{rule}.py").write_text(f"print('{rule}')\n")
    (tmp_path / "envs").mkdir()
    (tmp_path / "envs/light.yaml").write_bytes(ENVIRONMENT)
    return tmp_path


def remember(project, records):
    persistence = FilePersistence(nolock=True, path=project / ".snakemake")
    for name, content in records.items():
        persistence._write_record(name, MetadataRecord.model_validate(content))
    return read_records(project)


def test_records_are_found_by_the_names_that_snakemake_gave_them(project):
    # 300 characters are cut into several parts of a path.
    long = "results/" + "x" * 150 + "/" + "y" * 141
    short = "results/scores/ä.parquet"
    records = remember(project, {long: record(long), short: record(short)})
    assert set(records) == {long, short}
    assert records[long].content["rule"] == "score"
    assert len(records[long].path.parts) > len(records[short].path.parts)
    assert (project / records[long].path).is_file()


def test_jobs_come_after_what_they_need_with_their_options(project):
    records = remember(
        project,
        {
            "a.svg": record("a.svg", ["b.parquet"], rule="plot"),
            "b.parquet": record(
                "b.parquet",
                ["resources/c.csv"],
                options="""--file resources/c.csv --store "$ISOGLOSS_STORE" --languages en de"""
                """ --bootstrap '{"samples": 5}' --fast""",
            ),
        },
    )
    score, plot = jobs_of(project, ["a.svg", "b.parquet"], records)
    assert (score.rule, plot.rule) == ("score", "plot")
    assert score.options == {"languages": "en de", "bootstrap": '{"samples": 5}', "fast": ""}
    assert score.script == "workflow/scripts/score.py"
    assert score.environment == "envs/light.yaml"
    assert score.command.endswith("--fast")
    assert score.code != plot.code


def test_outputs_of_one_job_are_one_job(project):
    both = record("x.csv")
    records = remember(project, {"x.csv": both, "x.md": both})
    assert [job.outputs for job in jobs_of(project, ["x.md", "x.csv"], records)] == [
        ("x.csv", "x.md")
    ]


@pytest.mark.parametrize("name", ["/models/llama/model.safetensors", "../data/xquad.en.json"])
def test_an_input_from_elsewhere_is_an_error_that_names_it(project, name):
    records = remember(project, {"a": record("a", [name])})
    with pytest.raises(IsoglossError, match=f"{name}: an input of rule score outside"):
        jobs_of(project, ["a"], records)


def test_an_output_without_a_record_is_an_error(project):
    with pytest.raises(IsoglossError, match=r"a\.csv: Snakemake has no record"):
        jobs_of(project, ["a.csv"], {})


def test_records_are_packed_without_what_differs_between_equal_runs(project):
    first = remember(project, {"a": record("a")})
    jobs = jobs_of(project, ["a"], first)
    before = record_files(jobs, first)
    later = record("a", starttime=9.0, endtime=11.0, job_hash=3, software_stack_hash="0e1f")
    assert record_files(jobs, remember(project, {"a": later | {"external_jobid": None}})) == before
    changed = record_files(jobs, remember(project, {"a": record("a", params=["'4567'"])}))
    assert changed != before
    # Snakemake can read them.
    (content,) = (value for name, value in before.items() if not name.endswith("/"))
    assert MetadataRecord.model_validate(json.loads(content)).params == ["'0123'"]


def test_a_folder_goes_with_the_file_that_stands_for_it_but_weights_do_not(project):
    for name in ("results/models/m/model.safetensors", "results/p/m/en.json", "results/t/i.html"):
        (project / name).parent.mkdir(parents=True)
        (project / name).write_text("x")
    made = ["results/models/m.json", "results/p/m.json"]
    for name in made:
        (project / name).write_text("{}")
    made.append("results/t")
    jobs = jobs_of(project, made, remember(project, {name: record(name) for name in made}))
    without = set(result_files(project, jobs))
    assert without == {*made[:2], "results/p/m/en.json", "results/t/i.html"}
    weights = {"results/models/m/model.safetensors"}
    assert set(result_files(project, jobs, weights=True)) == without | weights


def test_the_project_is_packed_without_caches_and_results(tmp_path):
    files = project_files(ROOT)
    assert {"Snakefile", "rules/common.smk", "isogloss/errors.py", "config/demo.yaml"} <= set(files)
    assert not [name for name in files if "__pycache__" in name or name.startswith("results")]
    # A link to a folder, as the profile at the root is, is packed as what it leads to.
    (tmp_path / "profiles/slurm").mkdir(parents=True)
    (tmp_path / "profiles/slurm/config.yaml").write_text("")
    (tmp_path / "slurm").symlink_to("profiles/slurm")
    assert set(project_files(tmp_path)) == {"profiles/slurm/config.yaml", "slurm/config.yaml"}


def demo_settings(**changed):
    """The demo's configuration, merged by Snakemake itself, with other values in some sections."""
    merged = yaml.safe_load((ROOT / "config/config.yaml").read_text())
    update_config(merged, yaml.safe_load((ROOT / "config/demo.yaml").read_text()))
    update_config(merged, changed)
    return load(merged, ROOT)


def test_the_configuration_is_whole_and_names_no_place():
    settings = demo_settings(
        store="/scratch/store",
        environments={"vllm": "/opt/vllm/bin/python"},
        sources={"mirror": "/data/mirror", "model_mirror": "models"},
    )
    assert settings.config.store == "/scratch/store"
    text = resolved(settings, ROOT)
    content = yaml.safe_load(text)
    assert content["store"] == "results/store"
    assert content["environments"]["vllm"] is None
    assert content["sources"]["mirror"] is None
    # Not a place on the machine: a folder of the project.
    assert content["sources"]["model_mirror"] == "models"
    assert b"/scratch" not in text
    # A default that no file of the configuration sets.
    assert content["xmrc"]["decoding"]["stop"] == settings.config.xmrc.decoding.stop
    # Where it extends config/config.yaml, as in the unpacked folder, it means the same.
    unpacked = yaml.safe_load((ROOT / "config/config.yaml").read_text())
    update_config(unpacked, content)
    assert load(unpacked, ROOT).config == demo_settings(sources={"model_mirror": "models"}).config


def test_a_zip_depends_on_content_alone(tmp_path):
    (tmp_path / "a.txt").write_text("text " * 100)
    (tmp_path / "b.parquet").write_bytes(bytes(range(256)))
    files = {"d/": b"", "b.parquet": tmp_path / "b.parquet", "a.txt": tmp_path / "a.txt"}
    write_zip(files, tmp_path / "one.zip")
    (tmp_path / "a.txt").touch()
    (tmp_path / "a.txt").chmod(0o600)
    write_zip(dict(reversed(files.items())), tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert archive.namelist() == ["a.txt", "b.parquet", "d/"]
        assert archive.read("b.parquet") == bytes(range(256))
        assert archive.testzip() is None
        archive.extractall(tmp_path / "out")
    assert (tmp_path / "out/d").is_dir()
    measured = measure({"x": b"abc"})["x"]
    # FIPS 180-4's example.
    assert measured.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_zip_that_cannot_be_written_leaves_nothing(tmp_path):
    with pytest.raises(IsoglossError, match=r"a\.zip: cannot be written"):
        write_zip({"a": tmp_path / "missing"}, tmp_path / "a.zip")
    assert not list(tmp_path.iterdir())


def test_who_and_when_come_from_the_citation_file(tmp_path):
    about = read_about(ROOT, ["results/tables/all"], "config/archived.yaml", "2027-03-01")
    assert about.date == "2027-03-01"
    assert about.licence == "Apache-2.0"
    citation = {
        "title": "T",
        "authors": [{"given-names": "Ada", "family-names": "Lovelace"}],
        "license": "MIT",
        "version": "1",
        "date-released": "2026-01-02",
    }
    path = tmp_path / "CITATION.cff"
    path.write_text(yaml.safe_dump(citation))
    assert read_about(tmp_path, [], "", None).authors == ["Ada Lovelace"]
    assert read_about(tmp_path, [], "", None).date == "2026-01-02"
    with pytest.raises(IsoglossError, match="tomorrow"):
        read_about(tmp_path, [], "", "tomorrow")
    del citation["license"]
    path.write_text(yaml.safe_dump(citation))
    with pytest.raises(IsoglossError, match="license"):
        read_about(tmp_path, [], "", None)
