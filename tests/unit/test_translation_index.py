"""The index against a plain dict, and the memory that reads by it."""

import random
import tracemalloc

import pytest

from isogloss.errors import IsoglossError
from isogloss.store import Place, Store
from isogloss.translation import memory as memory_module
from isogloss.translation.index import Index
from isogloss.translation.memory import Entry, Memory


def entry(text: str, translation: str | None = "x") -> Entry:
    if translation is None:
        return Entry("p", "en", "de", text, None, "failed", "1", "lost")
    return Entry("p", "en", "de", text, translation, "translated", "1")


def test_rows_are_those_of_a_dict():
    draw = random.Random(3)
    index, expected = Index(), {}
    for number in range(5000):
        text, answered = f"unit {draw.randrange(800)}", draw.random() < 0.4
        place = Place(f"{draw.randrange(3)}.jsonl", number * 100, draw.randrange(1, 99))
        index.add(text, place, answered=answered)
        if answered or not expected.get(text, (None, False))[1]:
            expected[text] = (place, answered)
        if number % 700 == 0:
            asked = [f"unit {draw.randrange(1000)}" for _ in range(50)]
            rows = index.find(asked)
            known = rows >= 0
            assert known.tolist() == [text in expected for text in asked]
            found = [expected[text] for text in asked if text in expected]
            assert index.places(rows[known]) == [place for place, _ in found]
            assert index.answered(rows[known]).tolist() == [answered for _, answered in found]
            assert not index.answered(rows)[~known].any()
    assert len(index) == len(expected)


def test_nothing_is_in_an_empty_index():
    assert Index().find(["a", "b"]).tolist() == [-1, -1]
    assert len(Index().find([])) == 0


def test_a_unit_costs_less_than_100_bytes_also_while_it_is_sorted_in():
    count = 50_000
    tracemalloc.start()
    index = Index()
    for number in range(count):
        index.add(f"unit {number}", Place("segment.jsonl", 400 * number, 400), answered=True)
    assert len(index) == count
    held, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 40 * count
    assert most < 130 * count


@pytest.mark.parametrize("batch", [1, 3, 1000])
def test_entries_come_in_the_order_asked_for(tmp_path, monkeypatch, batch):
    monkeypatch.setattr(memory_module, "BATCH", batch)
    for number in range(4):  # four segments
        Memory(tmp_path, "p", "en", "de").append(
            [entry(f"{number} {i}", None if i == 2 else f"ü{number} {i}") for i in range(5)]
        )
    asked = ["3 1", "0 2", "none", "3 1", "1 4", "0 0"]
    found = list(Memory(tmp_path, "p", "en", "de").entries(asked))
    expected = [entry("3 1", "ü3 1"), entry("0 2", None), None, entry("3 1", "ü3 1"),
                entry("1 4", "ü1 4"), entry("0 0", "ü0 0")]  # fmt: skip
    assert found == expected
    memory = Memory(tmp_path, "p", "en", "de")
    assert memory.answered(asked).tolist() == [True, False, False, True, True, True]


def test_what_others_append_is_seen_after_a_refresh_and_own_entries_at_once(tmp_path):
    mine, other = Memory(tmp_path, "p", "en", "de"), Memory(tmp_path, "p", "en", "de")
    assert not mine.answered(["cat", "dog"]).any()
    other.append([entry("cat")])
    mine.append([entry("dog")])
    assert mine.answered(["cat", "dog"]).tolist() == [False, True]
    mine.refresh()
    assert mine.answered(["cat", "dog"]).all()


def test_texts_are_sorted_and_each_once(tmp_path):
    Memory(tmp_path, "p", "en", "de").append([entry("b", None), entry("a"), entry("ä")])
    Memory(tmp_path, "p", "en", "de").append([entry("b"), entry("Z")])
    assert Memory(tmp_path, "p", "en", "de").texts().to_list() == ["Z", "a", "b", "ä"]


def test_a_segment_changed_under_a_job_is_an_error_that_names_it(tmp_path):
    store = Store(tmp_path)
    places = store.append([("a", 1), ("b", 2)])
    (segment,) = tmp_path.glob("*.jsonl")
    lines = segment.read_bytes().split(b"\n")
    segment.write_bytes(lines[1] + b"\n")
    with pytest.raises(IsoglossError, match=rf"{segment.name}: was changed while a job read it"):
        store.read(places)
    segment.unlink()
    with pytest.raises(IsoglossError, match=rf"{segment.name}: was changed while a job read it"):
        store.read(places)


def test_places_are_those_that_records_have(tmp_path):
    store = Store(tmp_path)
    appended = store.append([("a", "ü"), ("b", [1])]) + store.append([("c", None)])
    assert [(place, key) for place, key, _ in store.records()] == [
        *zip(appended, "abc", strict=True)
    ]
    assert store.read(appended[::-1]) == [None, [1], "ü"]
