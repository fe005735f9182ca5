"""Models of NLLB's, M2M100's and OPUS-MT's kind, small enough to learn some sentences by heart."""

import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from isogloss.errors import IsoglossError
from isogloss.models import write_manifest
from isogloss.translation.corpus import translate_corpus
from isogloss.translation.memory import load_all
from isogloss.translation.providers.build import make_provider
from isogloss.translation.providers.by_target import ByTarget
from isogloss.translation.providers.protocol import Failure, Provider
from isogloss.translation.providers.seq2seq import Seq2SeqProvider
from isogloss.translation.providers.seq2seq_checks import Output, most_repeats, wrong
from isogloss.translation.tables import TRANSLATIONS
from isogloss.translation.translate import translate
from tests.seq2seq_models import LOOPING, SHORT, SILENT, m2m100, nllb, opus, pairs

BAD = (LOOPING, SILENT, SHORT)
GOOD = {english: row for english, row in pairs().items() if english not in BAD}
SETTINGS: dict[str, Any] = {
    "dtype": "float32",
    "beams": 1,
    "max_new_tokens": 100,
    "batch_size": 4,
    "batch_tokens": 10_000,
    "threads": 1,
    "gpus": 0,
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("seq2seq")
    return {
        "m2m100": m2m100(root / "m2m100"),
        "nllb": nllb(root / "nllb"),
        "opus": opus(root / "opus"),
        "opus-several": opus(root / "opus-several", several=True),
    }


def made(folder: Path, **changes: Any) -> Seq2SeqProvider:
    return Seq2SeqProvider(folder, model="tiny", identity={}, **(SETTINGS | changes))


def languages(name: str) -> list[str]:
    return ["de"] if name == "opus" else ["de", "es"]


@pytest.mark.parametrize("beams", [1, 4])
@pytest.mark.parametrize("name", ["m2m100", "nllb", "opus", "opus-several"])
def test_each_language_gets_its_own_translation(folders, name, beams):
    """The same English text; only the codes of the languages differ."""
    provider = made(folders[name], beams=beams)
    for target in languages(name):
        provider.check("en", target)
        answers = provider.translate(list(GOOD), "en", target)
        assert answers == [row[target] for row in GOOD.values()]


@pytest.mark.parametrize("name", ["m2m100", "nllb", "opus", "opus-several"])
def test_translations_do_not_depend_on_the_batch(folders, name):
    """Of texts that the model has not seen, too, which it gets wrong in its own way."""
    first, *_ = GOOD
    texts = [*GOOD, *(first[:i] for i in range(5, len(first), 3)), *(f"{x} {x}" for x in GOOD)]
    answers = made(folders[name], batch_size=1).translate(texts, "en", "de")
    assert len(set(map(str, answers))) > 12
    for size, tokens in ((4, 10_000), (64, 10_000), (64, 90)):
        other = made(folders[name], batch_size=size, batch_tokens=tokens)
        assert other.translate(texts, "en", "de") == answers
    turned = made(folders[name]).translate(texts[::-1], "en", "de")
    assert turned[::-1] == answers


@pytest.mark.parametrize("name", ["m2m100", "nllb", "opus", "opus-several"])
def test_long_texts_are_translated_sentence_by_sentence(folders, name):
    one, two, three = list(GOOD)[:3]
    provider = made(folders[name])
    text = f"{one}  {two}\n12 .\n\n{three}"
    (answer,) = provider.translate([text], "en", "de")
    german = [GOOD[english]["de"] for english in (one, two, three)]
    assert answer == f"{german[0]}  {german[1]}\n12 .\n\n{german[2]}"
    assert provider.remarks() == [
        f"{provider.name}: 3 sentences, 0 of them decoded a second time, 0 failed"
    ]


@pytest.mark.parametrize("name", ["m2m100", "nllb", "opus", "opus-several"])
def test_bad_output_is_decoded_again_and_then_a_failure(folders, name):
    provider = made(folders[name])
    first = next(iter(GOOD))
    answers = provider.translate([*BAD, f"{first} {SILENT}", first], "en", "de")
    loop, silent, short, part, good = answers
    # Without three tokens twice there is another answer, or none that passes.
    if isinstance(loop, Failure):
        assert loop.reason.startswith("the same 20 times in a row; decoded again: ")
    else:
        assert most_repeats(loop.split()) <= 2
        assert "kling klang kling klang kling" not in loop
    assert silent == Failure("an empty translation; decoded again: an empty translation")
    assert isinstance(short, Failure)
    assert " tokens for " in short.reason
    assert part == Failure(f"sentence 2 of 2: {silent.reason}")
    assert good == GOOD[first]["de"]
    failed = 2 + isinstance(loop, Failure)
    assert provider.remarks() == [
        f"{provider.name}: 4 sentences, 3 of them decoded a second time, {failed} failed"
    ]


def test_an_output_without_end_is_a_failure(folders):
    first = next(iter(GOOD))
    cut = made(folders["m2m100"], max_new_tokens=12)
    # Half of it is what a source may take: the sentence is cut, and no part of it is known.
    (answer,) = cut.translate([first], "en", "de")
    assert isinstance(answer, Failure)
    assert answer.reason.startswith("sentence 1 of ")


@pytest.mark.parametrize(
    ("source", "tokens", "ended", "reason"),
    [
        (range(20), list(range(20)), True, None),
        (range(20), [1, 2] * 4, True, "the same 4 times in a row"),
        (range(20), [*range(10), 5, 5, 5, *range(9)], True, None),
        ([7, 8, 9] * 6, [1, 2, 3] * 6, True, None),  # the source repeats itself, too
        ([7, 8, 9] * 6, [1, 2, 3] * 7, True, "the same 7 times in a row"),
        (range(20), list(range(50, 90)), False, "no end within 40 tokens"),
        (range(20), [1, 2, 3, 4, 5], True, "5 tokens for 20"),
        (range(20), [1, 2, 3, 4, 5, 6], True, None),
        (range(9), [1], True, None),  # short ones vary
        (range(20), list(range(81)), True, "81 tokens for 20"),
        (range(2), list(range(26)), True, None),
    ],
)
def test_what_is_no_translation(source, tokens, ended, reason):
    assert wrong(list(source), Output("text", tokens, ended)) == reason


@pytest.mark.parametrize(
    ("tokens", "times"),
    [
        ([], 0),
        ([1], 1),
        ([1, 2, 3], 1),
        ([1, 1], 2),
        ([1, 2, 1, 2, 1], 2),
        ([3, 1, 2, 1, 2, 1, 2], 3),
    ],
)
def test_repeats_of_a_block_are_counted(tokens, times):
    assert most_repeats(tokens) == times


@pytest.mark.parametrize("name", ["m2m100", "nllb", "opus", "opus-several"])
def test_special_tokens_in_a_text_are_text(folders, name):
    """Else WikiText's "<unk>" would be the model's own token for what it cannot write."""
    provider = made(folders[name])
    ids = provider._family.encode(["a <unk> </s> <pad> b"], "en", "de")[0]
    tokenizer = provider._tokenizer
    inner = ids[1:-1] if name != "opus" else ids[:-1]
    assert not {tokenizer.eos_token_id, tokenizer.pad_token_id} & set(inner)
    assert ids.count(tokenizer.eos_token_id) == 1


@pytest.mark.parametrize("name", ["m2m100", "nllb", "opus", "opus-several"])
def test_the_repository_s_own_decoding_does_not_leak(folders, name, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(folders[name], folder)
    path = folder / "generation_config.json"
    leaky = {"num_beams": 5, "max_length": 7, "do_sample": True, "temperature": 9.0}
    leaky |= {"length_penalty": 3.0, "no_repeat_ngram_size": 1, "forced_eos_token_id": 5}
    path.write_text(json.dumps(json.loads(path.read_text()) | leaky))
    texts = list(GOOD)
    expected = [row["de"] for row in GOOD.values()]
    assert made(folder).translate(texts, "en", "de") == expected


@pytest.mark.parametrize("name", ["m2m100", "nllb", "opus", "opus-several"])
def test_languages_that_the_model_has_not_are_an_error(folders, name):
    provider = made(folders[name])
    bad = [("en", "xx"), ("xx", "de")]
    bad += {"opus": [("en", "es"), ("de", "en")], "opus-several": [("en", "fr")]}.get(name, [])
    for pair in bad:
        with pytest.raises(IsoglossError, match=f"{folders[name]}.* {'has no|not from'}"):
            provider.check(*pair)


def test_nllb_and_m2m100_have_all_languages_of_the_studies(folders):
    from isogloss.languages import NAMES

    for name in ("m2m100", "nllb"):
        for language in NAMES:
            made(folders[name]).check("en", language)


def test_a_model_of_another_kind_is_an_error(tiny_base):
    with pytest.raises(IsoglossError, match="no family of translation models that is known here"):
        made(tiny_base).check("en", "de")


def test_more_tokens_than_the_model_has_positions_are_an_error(folders):
    provider = made(folders["opus"], max_new_tokens=255)
    with pytest.raises(IsoglossError, match=r"max_new_tokens: 255 .* the 256 positions.* most 254"):
        provider.translate(["text"], "en", "de")


def test_pickled_weights_are_not_loaded(folders, tmp_path):
    folder = tmp_path / "pickled"
    shutil.copytree(folders["opus"], folder)
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(OSError, match="safetensors"):
        made(folder).translate(["text"], "en", "de")


def options_of(
    folders: dict[str, Path], tmp_path: Path, chosen: dict[str, str], **changes: Any
) -> dict[str, Any]:
    """Return the options of make_provider: a model's name by target language, "" for all."""
    for name in chosen.values():
        write_manifest(folders[name], tmp_path / f"{name}.json", {})
    settings = SETTINGS | changes
    dtype = settings.pop("dtype")
    models = {
        target: {"model": name, "manifest": str(tmp_path / f"{name}.json"), "dtype": dtype}
        for target, name in chosen.items()
    }
    places = {name: str(folders[name]) for name in chosen.values()}
    return settings | {"models": models, "folders": places}


def test_from_the_configuration_s_options_into_the_memory(folders, tmp_path):
    """A second run asks for nothing and loads no model; other weights or beams are other names."""

    def provider_of(**changes: Any) -> Provider:
        return make_provider("seq2seq", options_of(folders, tmp_path, {"": "opus"}, **changes))

    provider = provider_of()
    manifest = json.loads((tmp_path / "opus.json").read_text())
    assert {"source.spm", "target.spm"} <= set(manifest["files"])
    texts = [*GOOD, SILENT]
    found = translate(texts, provider, "en", "de", tmp_path, on_failure="leave-out")
    assert [found.of(text) for text in GOOD] == [row["de"] for row in GOOD.values()]
    silent = found.entries[SILENT]
    assert silent.reason == "an empty translation; decoded again: an empty translation"
    assert silent.version.startswith("opus, files with sha256 ")
    again = provider_of()
    assert translate(GOOD, again, "en", "de", tmp_path).requests == 0
    assert "_model" not in vars(again)
    assert provider_of(batch_size=1).name == provider.name
    changes: list[dict[str, Any]] = [{"beams": 2}, {"dtype": "bfloat16"}, {"max_new_tokens": 50}]
    names = {provider.name, *(provider_of(**change).name for change in changes)}
    options = options_of(folders, tmp_path, {"": "opus"})
    manifest["files"]["model.safetensors"] = "0" * 64
    (tmp_path / "opus.json").write_text(json.dumps(manifest))
    names.add(make_provider("seq2seq", options).name)
    assert len(names) == 5


def test_a_model_for_each_language_and_an_added_one_leaves_the_others(folders, tmp_path):
    units = {"de": pl.Series(list(GOOD)), "es": pl.Series(list(GOOD))}
    one = make_provider("seq2seq", options_of(folders, tmp_path, {"de": "opus"}))
    report = translate_corpus({"de": units["de"]}, one, tmp_path / "memory", tmp_path / "one")
    assert report["languages"]["de"]["translated"] == len(GOOD)
    with pytest.raises(IsoglossError, match=r"seq2seq\.models: has no model for 'es', only for de"):
        translate_corpus(units, one, tmp_path / "memory", tmp_path / "none")
    chosen = {"de": "opus", "es": "nllb"}
    both = make_provider("seq2seq", options_of(folders, tmp_path, chosen))
    translate_corpus(units, both, tmp_path / "memory", tmp_path / "both")
    table = TRANSLATIONS.read(tmp_path / "both")
    for language in ("de", "es"):
        part = table.filter(target=language)
        assert dict(part.select("text", "translation").iter_rows()) == {
            english: row[language] for english, row in GOOD.items()
        }
    # German was there already: its model was not loaded.
    assert isinstance(both, ByTarget)
    assert "_model" not in vars(both.of("de"))
    assert "_model" in vars(both.of("es"))
    assert found_names(tmp_path / "memory") == {one.of("de").name, both.of("es").name}


def found_names(memory: Path) -> set[str]:
    return {entry.provider for entry in load_all(memory)}
