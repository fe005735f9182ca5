"""What is suspicious in one unit, by example."""

import pytest

from isogloss.translation.quality import checks

LONG = "The committee said that the old bridge over the river would be closed for repairs."


class TestMarkup:
    @pytest.mark.parametrize(
        "page",
        [
            "<!DOCTYPE html><html><body>Busy</body></html>",
            "<HTML>\n<head><title>502</title></head>",
            'Eine Seite <div class="x">mit Marken</div>',
        ],
    )
    def test_pages(self, page):
        assert checks.has_markup("A page.", page)

    @pytest.mark.parametrize("text", ["3 < 4 und 5 > 2", "a<b>c", "i < p und q > r", "<unk> Wort"])
    def test_no_pages(self, text):
        assert not checks.has_markup("A text.", text)

    def test_tags_of_the_text_itself(self):
        assert not checks.has_markup("Press <br> twice.", "Drücke zweimal <br>.")


class TestUnfinished:
    @pytest.mark.parametrize(
        "translation",
        [
            "Die Brücke ist zu.",
            "Er sagte: „Die Brücke ist zu.“",
            "« Le pont est fermé. »",
            "桥关闭了。",
            "पुल बंद है।",
            "هل الجسر مغلق؟",
            "Είναι κλειστή;",
            "ድልድዩ ተዘግቷል።",
            "Zu! ",
        ],
    )
    def test_whole(self, translation):
        assert not checks.is_unfinished("The bridge is closed.", translation)

    @pytest.mark.parametrize("translation", ["Die Brücke ist", "Die Brücke,", "桥关闭", "zu.x"])
    def test_cut(self, translation):
        assert checks.is_unfinished("The bridge is closed.", translation)

    @pytest.mark.parametrize("text", ["The bridge", "a closed bridge,", "12"])
    def test_texts_that_are_no_sentences(self, text):
        assert not checks.is_unfinished(text, "Die Brücke")


class TestCopied:
    def test_english_prose_in_a_translation(self):
        mixed = "Der Ausschuss sagte, dass the old bridge over the river geschlossen wird."
        assert checks.copied_words(LONG, mixed) == "the old bridge over the"

    @pytest.mark.parametrize(
        ("text", "translation"),
        [
            (LONG, "Der Ausschuss sagte, die alte Brücke über den Fluss werde geschlossen."),
            ("He read The Lord of the Rings.", "Er las The Lord of the Rings."),
            ("It says: Ein neues Lied wir heben an.", "Es heißt: Ein neues Lied wir heben an."),
            ("1, 2, 3, 4, 5, 6 and 7", "1, 2, 3, 4, 5, 6 und 7"),
            ("the old bridge over", "the old bridge over"),
            (LONG, "the river would be over the bridge"),
        ],
    )
    def test_what_may_stand_in_both(self, text, translation):
        assert checks.copied_words(text, translation) is None


class TestLoops:
    @pytest.mark.parametrize(
        ("text", "language", "found"),
        [
            ("Er ging und ging und ging und ging und ging", "de", "ging und"),
            ("die die die die Katze", "de", "die"),
            ("nach Hause, nach Hause, nach Hause, nach Hause", "de", "nach hause"),
            ("我们去我们去我们去我们去", "zh", "我们去"),
            ("哈哈哈哈哈哈哈哈", "zh", "哈"),
        ],
    )
    def test_found(self, text, language, found):
        loop = checks.loop(text, language)
        assert loop is not None
        assert sorted(loop.split()) == sorted(found.split())

    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("Er ging und ging und ging.", "de"),
            ("0 0 0 0 0 0 0 0", "de"),
            ("哈哈哈哈", "zh"),
            ("", "de"),
            (LONG, "en"),
        ],
    )
    def test_not_found(self, text, language):
        assert checks.loop(text, language) is None

    def test_a_loop_of_the_text_itself(self):
        assert checks.added_loop("no no no no", "nein nein nein nein", "en", "de") is None
        assert checks.added_loop("no, never", "nein nein nein nein", "en", "de") == "nein"
