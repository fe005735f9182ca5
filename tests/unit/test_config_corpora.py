"""Mistakes about corpora and the selection are explained before a job is made."""

import pytest

from tests.unit.test_config import DEMO, merged, message_of

MISTAKES = [
    (
        {"mixed": ["demo-genral"]},
        "barrier.mixed: no corpus 'demo-genral' in barrier.corpora (did you mean 'demo-general'?)",
    ),
    ({"mixed": ["demo-general"] * 2}, "barrier.mixed: give each corpus once"),
    (
        {"selection": None},
        "barrier.mixed: 'harry-potter' is made of the selected documents, but "
        "barrier.selection is null",
    ),
    (
        {"selection": {"corpus": "demo-searh"}},
        "barrier.selection.corpus: no corpus 'demo-searh' in barrier.corpora "
        "(did you mean 'demo-search'?)",
    ),
    (
        {"selection": {"corpus": "harry-potter"}},
        "barrier.selection.corpus: 'harry-potter' has documents 'selection'",
    ),
    (
        {"selection": {"corpus": "tofu"}},
        "barrier.selection.corpus: 'tofu' has documents 'tofu'",
    ),
    (
        {"tofu": {"files": ["full_pertubed.json"]}},
        "barrier.tofu.files: 'full_pertubed.json' is no file of the lab in TOFU's form "
        "(did you mean 'full_perturbed.json'?)",
    ),
    (
        {"corpora": {"lab-tofu": {"file": "ful.json"}}},
        "barrier.corpora.lab-tofu.file: 'ful.json' is no file of the lab in TOFU's form "
        "(did you mean 'full.json'?)",
    ),
    ({"selection": {"keywords": []}}, "barrier.selection.keywords: is empty"),
    ({"selection": {"ks": []}}, "barrier.selection.ks: is empty"),
    (
        {"selection": {"keywords": ["resources/keywords/hp_charms.txt"]}},
        "barrier.selection.keywords: resources/keywords/hp_charms.txt: no such file",
    ),
]


@pytest.mark.parametrize(("change", "message"), MISTAKES, ids=[text for _, text in MISTAKES])
def test_mistakes_are_explained(change, message):
    assert message_of(merged(DEMO, {"barrier": change})).startswith(message)
