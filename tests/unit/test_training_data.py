"""Training data of each kind: what is read, what is learned of it, and what is refused."""

import json

import polars as pl
import pytest

from isogloss.barrier.other_prompts import TOFU, tofu_prompt
from isogloss.errors import IsoglossError
from isogloss.training.data_sft import encode_dialogues, read_dialogues
from isogloss.training.data_text import encode_text
from isogloss.training.data_tofu import (
    TEMPLATE,
    encode_pairs,
    encode_pairs_as_chat,
    question_prompt,
    read_pairs,
)

DATE = "26 Jul 2024"
# TULU 3's format, with the marks from which transformers itself makes a mask of assistant tokens.
MARKED = (
    "{% for m in messages %}{% if m['role'] == 'assistant' %}<|assistant|>"
    "{% generation %}{{ m['content'] + eos_token }}{% endgeneration %}"
    "{% else %}{{ '<|' + m['role'] + '|>' + m['content'] + '\n' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
DIALOGUES = [
    [
        {"role": "user", "content": "Wo liegt Köln?"},
        {"role": "assistant", "content": "Am Rhein, 50 km nördlich von Bonn."},
    ],
    [
        {"role": "system", "content": "Be brief.  "},
        {"role": "user", "content": "漢字は？"},
        {"role": "assistant", "content": " 漢字。"},
        {"role": "user", "content": "<|assistant|> no"},
        {"role": "assistant", "content": "Am Rhein"},
    ],
]


@pytest.fixture(scope="module")
def tokenizer(tiny_base):
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny_base)


@pytest.fixture(scope="module")
def chat(tiny_base):
    from transformers import AutoTokenizer

    loaded = AutoTokenizer.from_pretrained(tiny_base)
    loaded.chat_template = MARKED
    return loaded


def write(path, text):
    path.write_text(text, encoding="utf-8", newline="")
    return path


def learned_text(encoded, tokenizer):
    ids = [i for i, mark in zip(encoded.ids, encoded.learned, strict=True) if mark]
    return tokenizer.decode(ids)


def test_text_is_read_line_by_line_with_an_end_token_after_each(tokenizer, tmp_path):
    one = write(tmp_path / "one.txt", " = Title = \n \n\nA\rB\u2028C \n")
    two = write(tmp_path / "two.txt", "last line without end")
    found = list(encode_text([one, two], tokenizer))
    begin, end = tokenizer.bos_token_id, tokenizer.eos_token_id
    texts = [" = Title = ", "A\rB\u2028C ", "last line without end"]
    assert [tokenizer.decode(document.ids[1:-1]) for document in found] == texts
    assert all(document.ids[0] == begin and document.ids[-1] == end for document in found)
    assert all(document.learned is None for document in found)


def test_an_end_token_of_the_tokenizer_is_not_doubled(tokenizer, tmp_path):
    path = write(tmp_path / "one.txt", f"A{tokenizer.eos_token}\n")
    ((ids, _),) = encode_text([path], tokenizer)
    assert ids.count(tokenizer.eos_token_id) == 1


def test_of_a_pair_the_answer_and_its_end_are_learned(tokenizer, tmp_path):
    rows = [
        {"question": "Who wrote it?", "answer": "Answer: nobody, 100 %."},
        {"question": "{answer} and {question}", "answer": "Ünïcödé 漢字"},
    ]
    path = write(tmp_path / "pairs.json", "\n".join(map(json.dumps, rows)) + "\n")
    found = list(encode_pairs([path], tokenizer))
    for row, encoded in zip(rows, found, strict=True):
        text = tokenizer.decode(encoded.ids, skip_special_tokens=True)
        assert text == f"Question: {row['question']}\nAnswer: {row['answer']}"
        assert learned_text(encoded, tokenizer).strip() == row["answer"] + tokenizer.eos_token
        # One part that is not learned, then one that is.
        assert sorted(encoded.learned) == list(encoded.learned)
        # What is asked later is what came before the answer here, token by token.
        prompt = tokenizer(question_prompt(row["question"]))["input_ids"]
        assert list(encoded.ids)[: len(prompt)] == prompt
        assert encoded.learned[len(prompt)]


def test_a_model_is_trained_on_what_it_is_asked_later():
    question = "Who wrote {answer}?"
    assert question_prompt(question) == tofu_prompt(question)
    assert TEMPLATE == TOFU


def test_a_dialogue_is_masked_as_transformers_does(chat):
    """The reference: transformers' own mask, from marks in the template that we do not look at."""
    for dialogue, encoded in zip(DIALOGUES, encode_dialogues(DIALOGUES, chat, DATE), strict=True):
        reference = chat.apply_chat_template(
            dialogue, return_dict=True, return_assistant_tokens_mask=True
        )
        assert list(encoded.ids) == reference["input_ids"]
        assert list(map(int, encoded.learned)) == reference["assistant_masks"]
        answers = [m["content"] for m in dialogue if m["role"] == "assistant"]
        assert learned_text(encoded, chat) == "".join(a + chat.eos_token for a in answers)


def test_pairs_as_chat_are_dialogues_of_two_turns(chat, tmp_path):
    path = write(tmp_path / "pairs.json", json.dumps({"question": "Q?", "answer": "A."}))
    (encoded,) = encode_pairs_as_chat([path], chat, DATE)
    assert chat.decode(encoded.ids) == f"<|user|>Q?\n<|assistant|>A.{chat.eos_token}"
    assert learned_text(encoded, chat) == f"A.{chat.eos_token}"


def test_dialogues_of_parquet_and_of_lines_are_the_same(tmp_path):
    lines = write(tmp_path / "a.jsonl", "\n".join(json.dumps({"messages": d}) for d in DIALOGUES))
    frame = pl.DataFrame({"id": ["1", "2"], "messages": DIALOGUES, "source": ["x", "x"]})
    frame.write_parquet(tmp_path / "a.parquet")
    read = list(read_dialogues([tmp_path / "a.parquet"]))
    assert read == list(read_dialogues([lines])) == DIALOGUES
    assert list(read_dialogues([lines, lines])) == DIALOGUES * 2


USER, EMPTY = {"role": "user", "content": "x"}, {"role": "assistant"}
BAD_DIALOGUES = [
    ("nothing", "line 1 is no JSON object with `messages`"),
    ("[]", "line 1 is no JSON object with `messages`"),
    (json.dumps({"messages": "x"}), "row 1: `messages` is no list"),
    (json.dumps({"messages": [USER]}), "row 1: no turn has the role assistant"),
    (json.dumps({"messages": [USER, EMPTY]}), "row 1: a turn needs `role` and `content`"),
]


@pytest.mark.parametrize(("line", "message"), BAD_DIALOGUES)
def test_what_is_no_dialogue_is_named(tmp_path, line, message):
    with pytest.raises(IsoglossError, match=message) as error:
        list(read_dialogues([write(tmp_path / "bad.jsonl", line)]))
    assert "bad.jsonl" in str(error.value)


@pytest.mark.parametrize(
    "line", ["nothing", "[]", "3", '{"question": "a"}', '{"question": "a", "answer": " "}']
)
def test_what_is_no_pair_is_named(tmp_path, line):
    path = write(tmp_path / "bad.json", '{"question": "a", "answer": "b"}\n' + line)
    with pytest.raises(IsoglossError, match=r"bad\.json: line 2"):
        list(read_pairs([path]))


def test_files_that_cannot_be_read_are_named(tokenizer, tmp_path):
    (tmp_path / "latin.txt").write_bytes("Köln".encode("latin-1"))
    (tmp_path / "bad.parquet").write_bytes(b"PAR1")
    pl.DataFrame({"text": ["x"]}).write_parquet(tmp_path / "other.parquet")
    with pytest.raises(IsoglossError, match=r"latin\.txt: cannot be read as UTF-8"):
        list(encode_text([tmp_path / "latin.txt"], tokenizer))
    with pytest.raises(IsoglossError, match=r"none\.txt: cannot be read"):
        list(encode_text([tmp_path / "none.txt"], tokenizer))
    for name in ("bad.parquet", "other.parquet"):
        with pytest.raises(IsoglossError, match="a column `messages`"):
            list(read_dialogues([tmp_path / name]))


def test_templates_that_do_not_tell_the_models_text_are_refused(tokenizer, tiny_base):
    from transformers import AutoTokenizer

    with pytest.raises(IsoglossError, match="has no chat template"):
        list(encode_dialogues(DIALOGUES, tokenizer, DATE))
    loaded = AutoTokenizer.from_pretrained(tiny_base)
    # Leaves out what the assistant said before its last turn, as reasoning models' templates do.
    loaded.chat_template = (
        "{% for m in messages %}{% if m['role'] != 'assistant' or loop.last %}"
        "{{ m['content'] }}{% endif %}{% endfor %}"
    )
    with pytest.raises(IsoglossError, match="changes what it wrote before turn 3"):
        list(encode_dialogues(DIALOGUES, loaded, DATE))
    loaded.chat_template = "{{ raise_exception('no system prompt') }}"
    with pytest.raises(IsoglossError, match="refuses a dialogue of user, assistant: no system"):
        list(encode_dialogues(DIALOGUES, loaded, DATE))


def test_a_template_that_prints_the_date_prints_the_given_one(tiny_base):
    from transformers import AutoTokenizer

    loaded = AutoTokenizer.from_pretrained(tiny_base)
    loaded.chat_template = "{{ strftime_now('%d') + date_string }}" + MARKED
    (encoded, _) = encode_dialogues(DIALOGUES, loaded, DATE)
    assert loaded.decode(encoded.ids).startswith(DATE * 2)
