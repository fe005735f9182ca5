"""Measures, flags and page of the quality report, on units whose faults are known."""

import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
import sacrebleu

from isogloss.config.quality import QualityReport, Thresholds
from isogloss.reporting.caption import Caption
from isogloss.reporting.quality import document, worst_first
from isogloss.reporting.tables.latex import latex
from isogloss.reporting.tables.markdown import markdown
from isogloss.retry import Retry
from isogloss.translation.export import frame_of
from isogloss.translation.memory import Entry, Memory, add
from isogloss.translation.providers.by_target import ByTarget
from isogloss.translation.providers.libretranslate import LibreTranslateProvider
from isogloss.translation.quality.back import from_memory, translate_back
from isogloss.translation.quality.chrf import scores
from isogloss.translation.quality.detection import by_length, detected, why_not
from isogloss.translation.quality.draw import sample
from isogloss.translation.quality.flags import MEASURES, values
from isogloss.translation.quality.frames import FINDINGS, FOUND, Quality
from isogloss.translation.quality.measure import Options, measure
from tests.demo import ROOT, demo_items
from tests.translation_server import TranslationServer, translation

THRESHOLDS = Thresholds().model_dump()
QUICK = Retry(tries=2, base=0.005, connect_timeout=5, read_timeout=5)
OPTIONS = Options(detect=None)


def entry(text: str, made: str | None, status: str = "translated", **changes) -> Entry:
    reason = "HTTP status 500 (6 tries)" if status == "failed" else None
    fields = {"provider": "p", "source": "en", "target": "de", "version": "1"} | changes
    return Entry(text=text, translation=made, status=status, reason=reason, **fields)


def demo_pairs(target: str = "de") -> list[tuple[str, str]]:
    """Questions and contexts of the demo data, which is parallel by construction, each once."""
    items = demo_items(["en", target])
    texts = items.filter(language="en").select("item", "question", "context")
    made = items.filter(language=target).select("item", "question", "context")
    both = texts.join(made, on="item", suffix="_made")
    pairs = dict(both.select("question", "question_made").iter_rows())
    pairs |= dict(both.select("context", "context_made").iter_rows())
    return list(pairs.items())


def good(target: str = "de") -> list[Entry]:
    return [entry(text, made, target=target) for text, made in demo_pairs(target)]


def measured(entries: list[Entry], back: pl.DataFrame | None = None) -> Quality:
    return measure(frame_of(entries), OPTIONS, back)


def found(quality: Quality) -> Counter[str]:
    return Counter(quality.found["finding"])


def value(quality: Quality, name: str, **thresholds) -> dict:
    table = values(quality, THRESHOLDS | thresholds)
    return table.row(by_predicate=pl.col("measure") == name, named=True)


class TestMeasures:
    @pytest.mark.parametrize("target", ["de", "es", "el", "zh", "th", "ar", "hi"])
    def test_good_translations_are_not_flagged(self, target):
        quality = measured(good(target))
        table = values(quality, THRESHOLDS)
        assert table.filter("flagged").is_empty(), table.filter("flagged")
        assert table.filter(pl.col("measure").is_in(["in_target", "ratio"]))["n"].min() > 30

    def test_statuses(self):
        entries = [
            entry("One thing.", "Ein Ding."),
            entry("Paris", None, "unchanged"),
            entry("Lost", None, "failed"),
            entry("Lost, too", None, "failed", version="2"),
        ]
        quality = measured(entries)
        row = quality.measured.row(0, named=True)
        assert (row["units"], row["translated"], row["unchanged"], row["failed"]) == (4, 1, 1, 2)
        assert row["versions"] == "1; 2"
        assert value(quality, "failed")["value"] == 50.0
        assert value(quality, "unchanged")["value"] == 25.0
        reasons = quality.found.filter(finding="failed")["detail"].to_list()
        assert reasons == ["HTTP status 500 (6 tries)"] * 2

    def test_each_fault_is_found_where_it_is(self):
        entries = good()
        texts = [e.text for e in entries if len(e.text) > 30 and e.text[-1] in ".?"][:32]
        made = {e.text: e.translation for e in entries}
        german = made[texts[20]]
        spoiled = {
            texts[0]: ("identical", texts[0]),
            texts[1]: ("markup", "<!DOCTYPE html><html><body>Fehler.</body></html>"),
            texts[2]: (
                "source_language",
                "The committee said that the old bridge would be closed on Monday.",
            ),
            texts[3]: ("other_language", "Le comité a dit que le vieux pont sera fermé lundi."),
            texts[4]: ("repetition", "Das ist so und so und so und so und so und so weiter."),
            texts[5]: ("short", "Ja."),
            texts[6]: ("long", f"{made[texts[6]]} " * 4 + "."),
            texts[7]: ("unfinished", made[texts[7]][:-1]),
            texts[8]: ("same_answer", german),
            texts[9]: ("same_answer", german),
            texts[10]: ("copied", f"{made[texts[10]][:-1]} {texts[10]}"),
        }
        bad = [entry(e.text, spoiled.get(e.text, ("", e.translation))[1]) for e in entries]
        quality = measured(bad)
        there = set(quality.found.select("text", "finding").iter_rows())
        for text, (finding, _) in spoiled.items():
            assert (text, finding) in there, finding
        assert (texts[20], "same_answer") in there
        before = set(measured(entries).found.select("text", "finding").iter_rows())
        elsewhere = {row for row in there - before if row[0] not in spoiled}
        assert elsewhere == {(texts[20], "same_answer")}
        same = quality.found.filter(finding="same_answer")
        assert same["value"].to_list() == [3.0] * 3

    def test_ratio_by_hand(self):
        entries = [entry(f"{'a' * 18}{n}", "b" * n) for n in range(10, 31)]
        quality = measured(entries)
        row = quality.measured.row(0, named=True)
        assert row["long_units"] == 21
        assert row["ratio_median"] == pytest.approx(20 / 20)
        # 1 % of the way from the first to the last of 21, and 99 %.
        assert row["ratio_p01"] == pytest.approx(10.2 / 20)
        assert row["ratio_p99"] == pytest.approx(29.8 / 20)
        assert row["ratio_low"] <= 0.5
        assert row["ratio_high"] >= 2.0

    def test_bad_units_do_not_move_the_limits(self):
        draw = random.Random(1)
        words = "Brücke Fluss Haus Wagen Himmel Sommer Winter".split()  # noqa: SIM905
        texts = [f"{number:04d} {'bridge ' * draw.randint(3, 9)}" for number in range(1000)]
        made = [
            " ".join(draw.choices(words, k=round(len(text) * draw.lognormvariate(0, 0.1) / 7)))
            for text in texts
        ]
        cut = set(range(0, 1000, 5))
        spoiled = [
            entry(text, german[: len(german) // 4] if number in cut else german)
            for number, (text, german) in enumerate(zip(texts, made, strict=True))
        ]
        quality = measured(spoiled)
        whole = measured([entry(text, german) for text, german in zip(texts, made, strict=True)])
        assert value(whole, "lengths")["count"] == 0
        for name in ("ratio_low", "ratio_high"):
            assert quality.measured[name][0] == pytest.approx(whole.measured[name][0], rel=0.1)
        short = set(quality.found.filter(finding="short")["text"])
        assert short == {texts[number] for number in cut}

    def test_thai_has_no_full_stops(self):
        assert value(measured(good("th")), "unfinished")["n"] == 0
        assert value(measured(good("th")), "unfinished")["value"] is None

    def test_a_language_that_lingua_does_not_know(self):
        quality = measured(
            [entry("A long sentence about a bridge.", "ስለ ድልድይ ረጅም ዓረፍተ ነገር።", target="am")]
        )
        assert quality.measured["detection"][0] == "not checked: Lingua does not know Amharic"
        assert quality.detected["checked"].sum() == 0
        assert value(quality, "in_target") | {"least": None} == value(
            quality, "in_target", in_target=(None, None)
        )
        assert value(quality, "in_target")["value"] is None
        assert why_not("en", "xx") == "not checked: Lingua does not know xx"

    def test_pairs_are_measured_apart(self):
        both = measured([*good("de"), *good("es")])
        alone = measured(good("es"))
        assert both.measured.filter(target="es").equals(alone.measured)
        assert both.detected.filter(target="es").equals(alone.detected)
        assert both.found.filter(target="es").equals(alone.found)

    def test_nothing(self):
        quality = measured([])
        assert quality.measured.is_empty()
        assert values(quality, THRESHOLDS).is_empty()


class TestDetection:
    def test_bins_by_length_of_the_text(self):
        units = frame_of(good())
        found_ = detected(units, "en", "de", None, 42)
        table = by_length(units, found_, "p", "en", "de")
        lengths = Counter(1 if len(t) < 20 else 20 if len(t) < 60 else 60 for t in units["text"])
        for row in table.rows(named=True):
            assert row["units"] == row["checked"] == lengths[row["shortest"]]
            kinds = [row[f"in_{x}"] for x in ("target", "source", "other", "none")]
            assert sum(kinds) == row["checked"]

    def test_a_sample_is_of_its_size_and_has_an_interval(self):
        entries = good()
        quality = measure(frame_of(entries), Options(detect=20))
        assert quality.detected["checked"].sum() == 20
        assert quality.detected["units"].sum() == len(entries)
        row = value(quality, "in_target")
        assert row["low"] < row["value"] <= row["high"]
        every = value(measured(entries), "in_target")
        assert every["low"] is None
        assert row["low"] <= every["value"] <= row["high"]

    def test_the_draw_does_not_depend_on_the_order(self):
        texts = [f"text {n}" for n in range(500)]
        assert sample(texts, 50, 42, "x") == sample(reversed(texts), 50, 42, "x")
        assert sample(texts, 50, 42, "x") != sample(texts, 50, 43, "x")
        assert len(sample(texts, 50, 42, "x")) == 50
        assert sample(texts, None, 42) == set(texts)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[TranslationServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    started = TranslationServer()
    yield started
    started.close()


class TestBack:
    units = frame_of(
        [entry(f"word {n} here", f"Wort {n} hier", provider="libretranslate") for n in range(30)]
        + [entry("Paris", None, "unchanged", provider="libretranslate")]
    )

    def back(self, server, folder, units=None, size=10) -> pl.DataFrame:
        provider = LibreTranslateProvider(server.url, QUICK)
        units = self.units if units is None else units
        return translate_back(units, provider, folder, size=size, seed=42, retry=QUICK)

    def test_a_sample_goes_through_the_provider_and_its_memory(self, server, tmp_path):
        back = self.back(server, tmp_path)
        assert len(back) == 10
        for row in back.rows(named=True):
            assert row["back"] == translation(row["translation"], "en")
        assert sum(server.seen.values()) == 10
        assert len(Memory(tmp_path, "libretranslate", "de", "en").load()) == 10
        again = self.back(server, tmp_path)
        assert again.equals(back)
        assert sum(server.seen.values()) == 10

    def test_what_cannot_be_translated_back_is_counted(self, server, tmp_path):
        first = self.back(server, tmp_path / "a")["translation"][0]
        server.always[first] = "500"
        back = self.back(server, tmp_path / "b")
        assert Counter(back["status"]) == {"translated": 9, "failed": 1}
        quality = measure(self.units, OPTIONS, back)
        row = quality.measured.row(0, named=True)
        assert (row["back_sampled"], row["back_translated"], row["back_note"]) == (10, 9, None)
        page = markdown(page_of(quality))
        assert "1 of 10 could not be translated back" in page

    def test_a_direction_that_the_provider_has_not_is_said(self, server, tmp_path):
        units = self.units.with_columns(pl.lit("fi").alias("target"))
        back = self.back(server, tmp_path, units)
        assert set(back["status"]) == {"unavailable"}
        assert not server.seen
        quality = measure(units, OPTIONS, back)
        assert value(quality, "chrf")["value"] is None
        assert (
            "nothing was translated back: libretranslate does not translate from 'fi' to 'en'"
            in (markdown(page_of(quality)))
        )

    def test_a_model_for_each_target_has_no_way_back(self, server, tmp_path):
        """As with models from English alone: their names are not that of the whole."""
        inner = LibreTranslateProvider(server.url, QUICK)
        provider = ByTarget({"de": inner})
        assert provider.name != inner.name
        back = translate_back(self.units, provider, tmp_path, size=5, seed=1, retry=QUICK)
        assert back.select("status", "reason").unique().rows() == [
            ("unavailable", "libretranslate does not translate from 'de' to 'en'")
        ]
        both = ByTarget({"de": inner, "en": inner})
        back = translate_back(self.units, both, tmp_path, size=5, seed=1, retry=QUICK)
        assert set(back["status"]) == {"translated"}

    def test_translations_of_another_provider_are_said(self, server, tmp_path):
        units = self.units.with_columns(pl.lit("people").alias("provider"))
        back = self.back(server, tmp_path, units)
        assert back["reason"].unique().to_list() == [
            "people is not the provider libretranslate of this run"
        ]
        assert not server.seen

    def test_none_asked_for_is_said(self):
        page = markdown(page_of(measured(good())))
        assert "no translation was translated back, as none was asked for" in page

    def test_chrf_is_sacrebleus(self, server, tmp_path):
        back = self.back(server, tmp_path)
        back = back.with_columns(back=pl.col("text").str.replace("here", "there"))
        whole, each = scores(back)
        expected = sacrebleu.corpus_chrf(back["back"].to_list(), [back["text"].to_list()])
        assert whole == pytest.approx(expected.score)
        assert each[3] == pytest.approx(
            sacrebleu.sentence_chrf(back["back"][3], [back["text"][3]]).score
        )
        quality = measure(self.units, OPTIONS, back)
        assert value(quality, "chrf")["value"] == pytest.approx(whole)
        assert value(quality, "chrf")["n"] == 10

    def test_low_chrf_is_a_finding(self, server, tmp_path):
        back = self.back(server, tmp_path)
        worst = back["text"][0]
        good_ = pl.when(pl.col("text") == worst).then(pl.lit("zzz")).otherwise(pl.col("text"))
        quality = measure(self.units, OPTIONS, back.with_columns(back=good_))
        low = quality.found.filter(finding="low_chrf")
        assert low.select("text", "detail").rows() == [(worst, "zzz")]
        assert low["value"][0] < 20

    def test_numbers_are_their_own_back_translation(self, server, tmp_path):
        units = frame_of([entry("seven", "7", provider="libretranslate")])
        back = self.back(server, tmp_path, units)
        assert back.select("back", "status").rows() == [("7", "translated")]
        assert not server.seen

    def test_from_memory_asks_nobody(self, server, tmp_path):
        made = self.back(server, tmp_path)
        asked = sum(server.seen.values())
        assert from_memory(self.units, tmp_path, 200, 42).equals(made)
        assert len(from_memory(self.units, tmp_path, 4, 42)) == 4
        assert from_memory(self.units, tmp_path / "none", 200, 42).is_empty()
        assert sum(server.seen.values()) == asked


CAPTION = Caption("Quality of translations", "What was measured.")


def page_of(quality: Quality, **options):
    table = values(quality, THRESHOLDS)
    return document("demo", quality, table, CAPTION, **({"worst": 3} | options))


class TestFlags:
    def test_beyond_a_threshold(self):
        quality = measured(good())
        share = value(quality, "in_target")["value"]
        assert value(quality, "in_target", in_target=(share, None))["flagged"] is False
        assert value(quality, "in_target", in_target=(share + 0.1, None))["flagged"] is True
        assert value(quality, "ratio", ratio=(None, 0.5))["flagged"] is True
        assert value(quality, "ratio", ratio=(None, None))["flagged"] is False

    def test_every_measure_has_a_threshold_in_the_settings(self):
        assert list(Thresholds.model_fields) == [
            name for name in Thresholds.model_fields if name in MEASURES
        ]
        assert set(Thresholds.model_fields) == set(MEASURES)

    def test_options_are_those_of_the_settings(self):
        settings = QualityReport()
        options = Options()
        assert (options.seed, options.detect) == (settings.seed, settings.detect)
        assert options.ratio_factor == settings.ratio_factor
        assert options.low_chrf == settings.low_chrf

    def test_a_threshold_as_yaml_gives_it(self):
        read = Thresholds.model_validate({"in_target": [90, None]})
        assert read.in_target == [90.0, None]
        with pytest.raises(ValueError, match="at least 2 items"):
            Thresholds.model_validate({"in_target": [90]})

    def test_a_threshold_the_wrong_way_round(self):
        with pytest.raises(ValueError, match=r"`ratio` is .* give the least value first"):
            Thresholds(ratio=[2.0, 0.2])


class TestPage:
    def bad(self) -> Quality:
        entries = good()
        spoiled = [entry(e.text, e.text) if n % 4 == 0 else e for n, e in enumerate(entries)]
        return measured([*spoiled, entry("Lost", None, "failed")])

    def test_says_first_what_is_flagged(self):
        quality = self.bad()
        page = markdown(page_of(quality))
        rows = value(quality, "identical")
        assert f"identical {rows['value']:.1f} % (at most 1)" in page
        assert "p, English to German" in page
        assert page.index("beyond their thresholds") < page.index("Values to decide by")
        number = f"{rows['count']} of {rows['n']}"
        assert f"{rows['value']:.1f} !<br><sub>{number}</sub>" in page

    def test_says_that_nothing_is(self):
        page = markdown(page_of(measured(good())))
        assert "No value is beyond its threshold" in page
        assert " !" not in page.split("Worst units")[0]

    def test_lists_the_worst_of_each_finding(self):
        page = markdown(page_of(self.bad(), worst=2))
        listed = [line for line in page.splitlines() if line.startswith("| identical<br>")]
        assert len(listed) == 2
        assert "Why units failed" in page
        assert "HTTP status 500 (6 tries)" in page

    def test_worst_first(self):
        schema = {name: column.dtype for name, column in FOUND.columns.items()}

        def rows(finding, numbers):
            start = ("p", "en", "de")
            made = [(*start, f"{n}", "x", finding, n, None) for n in numbers]
            return pl.DataFrame(made, schema=schema, orient="row")

        assert worst_first(rows("short", [0.3, 0.1, 0.2]))["value"].to_list() == [0.1, 0.2, 0.3]
        assert worst_first(rows("long", [3.0, 9.0]))["value"].to_list() == [9.0, 3.0]
        assert worst_first(rows("low_chrf", [12.0, 3.0]))["value"].to_list() == [3.0, 12.0]
        plain = rows("copied", [None, None]).with_columns(text=pl.Series(["ab", "abcd"]))
        assert worst_first(plain)["text"].to_list() == ["abcd", "ab"]

    def test_latex_has_every_grid(self):
        text = latex(page_of(self.bad()), "barrier")
        assert text.count(r"\begin{table}") == 5
        assert text.count(r"\toprule") == 5

    def test_every_finding_is_explained(self):
        page = markdown(page_of(self.bad()))
        for meaning in FINDINGS.values():
            assert f": {meaning}." in page


class TestCommand:
    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "isogloss.translation.quality", *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )

    def test_reports_on_a_memory(self, tmp_path: Path):
        ways_back = [
            entry(e.translation or "", e.text, source="de", target="en") for e in good()[:25]
        ]
        add(tmp_path, [*good("de"), *good("es"), *ways_back])
        done = self.run(str(tmp_path), "--targets", "de", "--findings", str(tmp_path / "f.parquet"))
        assert done.returncode == 0, done.stderr
        assert "p, English to German" in done.stdout
        assert "Spanish" not in done.stdout
        assert "100.0<br><sub>n 25</sub>" in done.stdout
        assert set(FOUND.read(tmp_path / "f.parquet")["target"]) <= {"de"}

    @pytest.mark.parametrize("folder", ["nothing", ""])
    def test_no_memory(self, tmp_path, folder):
        done = self.run(str(tmp_path / folder))
        assert done.returncode == 1
        assert str(tmp_path / folder) in done.stderr
        assert "Traceback" not in done.stderr
