"""What changed between two runs, in words, from values without names."""

import json

import pytest

from isogloss.planning.changes import parameter_changes, set_changes


def changes(old: dict, new: dict) -> list[tuple[str, str]]:
    """Return the changes as Snakemake gives them: sets of reprs, names for today's alone."""
    before, now = ({repr(value) for value in values.values()} for values in (old, new))
    return parameter_changes(
        before - now, now - before, {name: repr(value) for name, value in new.items()}
    )


def options(**values) -> str:
    return json.dumps(values, sort_keys=True)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ({"seed": 42}, {"seed": 7}, [("seed", "seed from 42 to 7")]),
        ({"on": "stop"}, {"on": "leave-out"}, [("on", "on from stop to leave-out")]),
        (
            {"options": options(max_new_tokens=64, stop=["a"])},
            {"options": options(max_new_tokens=32, stop=["a"])},
            [("options", "options.max_new_tokens from 64 to 32")],
        ),
        (
            {"options": options(languages=["en", "de"], shots=[0])},
            {"options": options(languages=["en", "de", "th"], shots=[0])},
            [("options", "options.languages has more: th")],
        ),
        (
            {"options": options(languages=["en", "de"])},
            {"options": options(languages=["en"])},
            [("options", "options.languages has no longer: de")],
        ),
        (
            {"options": options(languages=["en", "de"])},
            {"options": options(languages=["de", "en"])},
            [("options", "options.languages in another order")],
        ),
        (
            {"options": options(decoding={"stop": ["x"], "n": 1})},
            {"options": options(decoding={"stop": ["x"], "n": 2})},
            [("options", "options.decoding.n from 1 to 2")],
        ),
        (
            {"options": options(a=1)},
            {"options": options(a=1, b="new")},
            [("options", "new options.b: new")],
        ),
        ({}, {"limit": 3}, [("limit", "new parameter limit: 3")]),
        ({"limit": 3}, {}, [("", "parameter left out: 3")]),
        ({"same": 1}, {"same": 1}, []),
    ],
)
def test_a_change_is_named(old, new, said):
    assert changes(old, new) == said


def test_a_new_value_is_paired_with_the_old_one_most_like_it():
    old = {
        "prompts": options(shots=[0], templates=["v1"]),
        "options": options(dtype="float16", tokens=64),
        "code": "a" * 64,
    }
    new = {
        "options": options(dtype="bfloat16", tokens=64),
        "code": "b" * 64,
        "prompts": options(shots=[0, 2], templates=["v1"]),
    }
    assert dict(changes(old, new)) == {
        "options": "options.dtype from float16 to bfloat16",
        "code": f"code from {'a' * 57}... to {'b' * 57}...",
        "prompts": "prompts.shots has more: 2",
    }


def test_inputs_that_came_and_went_are_named():
    assert set_changes(["a", "b"], ["b", "c"]) == ["more input: c", "less input: a"]
    assert set_changes([], list("abcdef")) == ["more input: a, b, c and 3 more"]
    assert set_changes(["b", "a"], ["a", "b"]) == []
