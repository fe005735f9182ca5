"""The settings of `python -m isogloss.plan`; no job depends on them."""

from pydantic import Field, field_validator

from isogloss.config.base import Strict
from isogloss.errors import nearest
from isogloss.training.flops import PEAK_TERAFLOPS


class Planning(Strict):
    """What plans assume of machines and prices; docs/planning.md says how they reckon."""

    gpu: str = Field(
        "NVIDIA A100",
        description="GPU that hours are reckoned for, by its name in isogloss/training/flops.py",
    )
    gpu_hour_price: float | None = Field(
        None, ge=0, description="price of a GPU for an hour; null: costs are not known"
    )
    translation_price: float | None = Field(
        None,
        ge=0,
        description="price of a million characters at the provider; null: costs are not known",
    )
    benchmarks: list[str] = Field(
        [],
        description=(
            "folders with benchmark records of runs elsewhere (their results/benchmarks), which "
            "calibrate plans where this folder has none of the same job"
        ),
    )

    @field_validator("gpu")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in PEAK_TERAFLOPS:
            raise ValueError(f"{value!r} is no GPU of the table{nearest(value, PEAK_TERAFLOPS)}")
        return value
