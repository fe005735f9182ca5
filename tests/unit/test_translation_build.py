"""Providers by their name."""

import subprocess
import sys
from pathlib import Path

import pytest

from isogloss.config.providers import Translation
from isogloss.errors import IsoglossError
from isogloss.translation.providers.build import _MAKERS, make_provider

ROOT = Path(__file__).parents[2]


def test_every_name_of_the_configuration_has_a_maker():
    names = Translation.model_json_schema()["properties"]["provider"]["enum"]
    assert sorted(names) == sorted(_MAKERS)


def test_a_provider_is_made_with_its_options():
    made = make_provider("glossary", {"file": str(ROOT / "resources/demo/glossary.tsv")})
    assert made.translate(["the apple"], "en", "de") == ["der Apfel"]


def test_a_wrong_name_or_option_is_an_error_with_the_nearest():
    with pytest.raises(IsoglossError, match=r"no provider 'gogle' \(did you mean 'google'\?\)"):
        make_provider("gogle", {})
    with pytest.raises(IsoglossError, match=r"no option 'fil' \(did you mean 'file'\?\)"):
        make_provider("glossary", {"fil": "x"})
    with pytest.raises(IsoglossError, match=r"translation\.libretranslate\.url: missing"):
        make_provider("libretranslate", {})
    with pytest.raises(IsoglossError, match=r"google: no option 'url' \(it has none\)"):
        make_provider("google", {"url": "x"})


def test_nothing_heavy_is_imported_before_it_is_needed():
    code = (
        "import sys; from isogloss.translation.providers.build import _MAKERS, make_provider; "
        f"make_provider('glossary', {{'file': {str(ROOT / 'resources/demo/glossary.tsv')!r}}}); "
        "print([m for m in ('torch', 'transformers', 'deep_translator') if m in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "[]\n"
