"""How records of earlier runs replace assumptions, and how long a whole run takes."""

import polars as pl
import pytest

from isogloss.planning.estimate import BETWEEN, Cost, makespan
from isogloss.planning.needs import Need
from isogloss.planning.records import Records, read_seconds, weight
from isogloss.planning.work import Work
from tests.unit.planning import job_of, write_record


def work_of(seconds: float, rows: int | None = None, parameters: float | None = None) -> Work:
    return Work((seconds / 4, seconds, seconds * 4), rows, parameters)


def jobs_of(*seconds: float, parameters: float | None = None):
    """Return jobs of one rule, each with what is reckoned for it."""
    return [
        (
            job_of("score", number, benchmark=f"results/benchmarks/{number}.tsv"),
            work_of(one, None, parameters),
        )
        for number, one in enumerate(seconds)
    ]


def test_a_record_is_the_mean_of_its_repetitions(tmp_path):
    write_record(tmp_path, "a.tsv", 1.0, 2.0, 6.0)
    assert read_seconds(tmp_path / "results/benchmarks/a.tsv") == 3.0
    assert read_seconds(tmp_path / "results/benchmarks/b.tsv") is None
    (tmp_path / "results/benchmarks/c.tsv").write_text("nothing\nof\nuse\n")
    assert read_seconds(tmp_path / "results/benchmarks/c.tsv") is None


def test_the_factor_of_a_rule_is_its_seconds_over_those_reckoned(tmp_path):
    """10 s and 30 s were reckoned, 5 s and 15 s taken: half. So the 20 s of the third are 10."""
    jobs = jobs_of(10, 30, 20)
    write_record(tmp_path, "0.tsv", 5.0)
    write_record(tmp_path, "1.tsv", 15.0)
    records = Records(jobs, tmp_path)
    assert len(records) == 2
    seconds, calibrated = records.seconds(*jobs[2])
    assert calibrated
    assert seconds == pytest.approx((10 / 1.75, 10, 10 * 1.75))


def test_three_records_narrow_the_range(tmp_path):
    jobs = jobs_of(10, 10, 10, 10)
    for number in range(3):
        write_record(tmp_path, f"{number}.tsv", 20.0)
    assert Records(jobs, tmp_path).seconds(*jobs[3])[0] == pytest.approx((20 / 1.35, 20, 27))


def test_a_rule_without_a_record_keeps_its_assumptions(tmp_path):
    jobs = jobs_of(10)
    assert Records(jobs, tmp_path).seconds(*jobs[0]) == ((2.5, 10, 40), False)


def test_a_job_far_larger_than_any_that_was_run_is_a_guess_still(tmp_path):
    jobs = jobs_of(1, 100)
    write_record(tmp_path, "0.tsv", 3.0)
    assert Records(jobs, tmp_path).seconds(*jobs[1]) == (pytest.approx((75, 300, 1200)), False)


def test_a_tiny_model_says_nothing_of_a_large_one_nor_a_cpu_of_a_gpu(tmp_path):
    tiny, large = jobs_of(10, parameters=0.001), jobs_of(10, parameters=7.0)
    write_record(tmp_path, "0.tsv", 99.0)
    records = Records(tiny, tmp_path)
    assert records.seconds(*tiny[0])[1]
    assert not records.seconds(*large[0])[1]
    on_gpu = job_of("score", resources={"gpu": 1})
    assert not records.seconds(on_gpu, work_of(10, None, 0.001))[1]


def test_a_record_of_other_parameters_does_not_count(tmp_path):
    job, work = job_of("aggregate", same_work=False), work_of(10)
    write_record(tmp_path, "aggregate.tsv", 1.0)
    assert weight(job, work, tmp_path) == 0
    assert not Records([(job, work)], tmp_path).seconds(job, work)[1]


def test_but_it_does_for_the_rows_that_it_made(tmp_path):
    """60 of 80 rows were made in 30 s: 40 s for all."""
    job, work = job_of("generate_vllm", same_work=False), work_of(10, rows=80)
    path = tmp_path / "results/generate_vllm.parquet"
    path.parent.mkdir(parents=True)
    pl.DataFrame({"prompt": ["x"] * 60}).write_parquet(path)
    write_record(tmp_path, "generate_vllm.tsv", 30.0)
    assert Records([(job, work)], tmp_path).seconds(job, work)[0][1] == pytest.approx(40)


@pytest.mark.parametrize(
    ("line", "share"),
    [
        ("80 distinct prompts: 0 answers in the store, 80 to generate", 1.0),
        ("80 distinct prompts: 20 answers in the store, 60 to generate", 0.75),
        ("80 distinct prompts: 79 answers in the store, 1 to generate", 0.0),
        ("google, en to fr: 64 units, 16 in the memory, 48 to translate", 0.75),
        ("nothing of the kind", 1.0),
    ],
)
def test_answers_from_the_store_are_no_work(tmp_path, line, share):
    job = job_of("generate_vllm")
    log = tmp_path / job.log[0]
    log.parent.mkdir(parents=True)
    log.write_text(f"starts\n{line}\nends\n", encoding="utf-8")
    assert weight(job, work_of(10, rows=80), tmp_path) == pytest.approx(share)


def test_records_of_a_run_elsewhere_stand_in(tmp_path):
    jobs = jobs_of(10)
    write_record(tmp_path / "cluster", "0.tsv", 25.0)
    records = Records(jobs, tmp_path, [tmp_path / "cluster/results/benchmarks"])
    assert records.seconds(*jobs[0])[0][1] == 25


def costs_of(*jobs):
    """Return costs of (seconds, threads, resources, what it reads) in order."""
    return [
        Cost(
            job_of("score", number, threads=threads, resources=resources, after=after),
            work_of(seconds),
            Need(),
            (seconds / 2, seconds, seconds * 2),
            False,
        )
        for number, (seconds, threads, resources, after) in enumerate(jobs)
    ]


def test_the_clock_waits_for_inputs_and_cores():
    """Two of 10 s side by side, then one of both cores for 5 s, then 1 s: 10 + 5 + 1."""
    costs = costs_of((10, 1, {}, ()), (8, 1, {}, ()), (5, 2, {}, (0, 1)), (1, 1, {}, (2,)))
    assert makespan(costs, {"_cores": 2}, 1) == pytest.approx(16 + 3 * BETWEEN)
    assert makespan(costs, {"_cores": 1}, 1) == pytest.approx(24 + 4 * BETWEEN)
    assert makespan(costs, {"_cores": 2}, 2) == pytest.approx(32 + 3 * BETWEEN)


def test_the_clock_waits_for_gpus_and_services():
    four = costs_of(*[(10, 1, {"gpu": 1}, ())] * 4)
    assert makespan(four, {"_cores": 8}, 1) == pytest.approx(10 + BETWEEN)
    assert makespan(four, {"_cores": 8, "gpu": 2}, 1) == pytest.approx(20 + 2 * BETWEEN)
    services = costs_of(*[(10, 1, {"translator": 1}, ())] * 3)
    assert makespan(services, {"_cores": 8, "translator": 1}, 1) == pytest.approx(30 + 3 * BETWEEN)


def test_jobs_that_are_done_are_not_waited_for():
    costs = costs_of((10, 1, {}, ()), (5, 1, {}, (0,)))
    assert makespan(costs[1:], {"_cores": 1}, 1) == pytest.approx(5 + BETWEEN)


def test_a_job_of_more_than_there_is_takes_all():
    costs = costs_of((10, 16, {"gpu": 8}, ()), (10, 1, {}, ()))
    assert makespan(costs, {"_cores": 2, "gpu": 1}, 1) == pytest.approx(20 + 2 * BETWEEN)
