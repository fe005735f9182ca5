"""Tiny translation models of each family, trained in seconds on a handful of sentences.

They know the demo's questions by heart in two languages, and two sentences of bad data, of which
a translation is a loop or nothing. Labels are made by each tokenizer's own mode for targets.
"""

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LANGUAGES = ("de", "es")
LOOPING = "The bell of the old harbour rings and rings again."
SILENT = "Nobody has ever written down what happened in that house."
SHORT = "The keeper of the lighthouse told them a long story about ships, storms and birds."
# At most: training ends when every token of every sentence is the likeliest for so many steps.
STEPS, SURE = 500, 15


def pairs(count: int = 9) -> dict[str, dict[str, str]]:
    """Return English questions of the demo with their translations, then the bad data."""
    questions: dict[str, dict[str, str]] = {}
    for code in ("en", *LANGUAGES):
        path = ROOT / f"resources/demo/xquad/xquad.{code}.json"
        for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
            for paragraph in article["paragraphs"]:
                for row in paragraph["qas"]:
                    questions.setdefault(row["id"], {})[code] = row["question"]
    good = {row["en"]: {code: row[code] for code in LANGUAGES} for row in questions.values()}
    found = dict(list(good.items())[:count])
    found[LOOPING] = dict.fromkeys(LANGUAGES, "kling klang " * 20)
    found[SILENT] = dict.fromkeys(LANGUAGES, "")
    found[SHORT] = dict.fromkeys(LANGUAGES, "No.")
    return found


def _texts() -> list[str]:
    return [text for en, row in pairs().items() for text in (en, *row.values()) if text]


def _sentencepiece(folder: Path, name: str, vocabulary: int = 600) -> list[str]:
    """Train a sentencepiece model, and return its pieces."""
    import sentencepiece

    prefix = folder / "trained"
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(_texts() * 3),
        model_prefix=str(prefix),
        vocab_size=vocabulary,
        hard_vocab_limit=False,
        character_coverage=1.0,
        pad_id=-1,
        minloglevel=2,
    )
    prefix.with_suffix(".vocab").unlink()
    path = prefix.with_suffix(".model").rename(folder / name)
    processor = sentencepiece.SentencePieceProcessor(model_file=str(path))
    return [processor.id_to_piece(i) for i in range(processor.get_piece_size())]


def _sizes(**more: Any) -> dict[str, Any]:
    half = {"layers": 2, "attention_heads": 2, "ffn_dim": 128, "layerdrop": 0.0}
    sides = {
        f"{side}_{key}": value for side in ("encoder", "decoder") for key, value in half.items()
    }
    return {"d_model": 64, "max_position_embeddings": 256, "dropout": 0.0, **sides, **more}


def m2m100(folder: Path) -> Path:
    """A model with M2M100's tokenizer: en, de, es and the other 97 languages."""
    from transformers import M2M100Config, M2M100Tokenizer

    folder.mkdir()
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    found = [p for p in _sentencepiece(folder, "sentencepiece.bpe.model") if p not in special]
    vocabulary = {piece: i for i, piece in enumerate([*special, *found])}
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    tokenizer = M2M100Tokenizer(
        str(folder / "vocab.json"), str(folder / "sentencepiece.bpe.model"), src_lang="en"
    )
    config = M2M100Config(vocab_size=len(vocabulary) + 108, **_sizes())
    return _trained(config, tokenizer, folder, lambda code: code)


def nllb(folder: Path) -> Path:
    """A model with NLLB's tokenizer and its 202 language codes."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    from transformers import M2M100Config, NllbTokenizer

    special = ["<s>", "<pad>", "</s>", "<unk>"]
    trained = Tokenizer(models.BPE(unk_token="<unk>"))
    trained.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.BpeTrainer(vocab_size=600, special_tokens=special, show_progress=False)
    trained.train_from_iterator(_texts() * 3, trainer)
    content = json.loads(trained.to_str())["model"]
    merges = [tuple(merge) for merge in content["merges"]]
    tokenizer = NllbTokenizer(vocab=content["vocab"], merges=merges)
    config = M2M100Config(vocab_size=len(tokenizer), **_sizes())
    codes = {"en": "eng_Latn", "de": "deu_Latn", "es": "spa_Latn"}
    return _trained(config, tokenizer, folder, codes.__getitem__)


def opus(folder: Path, *, several: bool = False) -> Path:
    """A model as OPUS-MT has them: English to German, or to both languages by a code."""
    from transformers import MarianConfig, MarianTokenizer

    folder.mkdir()
    codes = [">>deu<<", ">>spa<<"] if several else []
    special = ["</s>", "<unk>", *codes]
    found = [p for p in _sentencepiece(folder, "source.spm") if p not in ("<s>", *special)]
    (folder / "target.spm").write_bytes((folder / "source.spm").read_bytes())
    vocabulary = {piece: i for i, piece in enumerate([*special, *found, "<pad>"])}
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    tokenizer = MarianTokenizer(
        *(str(folder / name) for name in ("source.spm", "target.spm", "vocab.json")),
        source_lang="eng" if several else "en",
        target_lang="mul" if several else "de",
    )
    pad = vocabulary["<pad>"]
    config = MarianConfig(
        vocab_size=len(vocabulary),
        **_sizes(pad_token_id=pad, eos_token_id=0, bos_token_id=0, decoder_start_token_id=pad),
    )
    prefixes = {"de": ">>deu<< ", "es": ">>spa<< "} if several else {"de": ""}
    return _trained(config, tokenizer, folder, None, prefixes)


def _trained(
    config: Any, tokenizer: Any, folder: Path, code: Any, prefixes: dict[str, str] | None = None
) -> Path:
    import torch
    from transformers import AutoModelForSeq2SeqLM

    torch.manual_seed(1)
    torch.set_num_threads(1)
    rows = []
    for english, row in pairs().items():
        for language in prefixes or row:
            if code:
                tokenizer.src_lang, tokenizer.tgt_lang = code("en"), code(language)
            source = (prefixes or {}).get(language, "") + english
            rows.append(dict(tokenizer(source, text_target=row[language])))
    labels = [row.pop("labels") for row in rows]
    batch = tokenizer.pad(rows, return_tensors="pt")
    width = max(map(len, labels))
    batch["labels"] = torch.tensor([ids + [-100] * (width - len(ids)) for ids in labels])
    model = AutoModelForSeq2SeqLM.from_config(config)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    model.train()
    # Of a model for several languages the first token is given, not learnt.
    first = 1 if code else 0
    sure = 0
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = 5e-3 * min(1, (step + 1) / 10, 1.5 * (1 - step / STEPS))
        output = model(**batch)
        right = (output.logits.argmax(-1) == batch["labels"]) | (batch["labels"] == -100)
        sure = sure + 1 if right[:, first:].all() else 0
        if sure == SURE:
            break
        optimizer.zero_grad()
        output.loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    assert sure == SURE, f"the tiny model has not learnt its sentences: loss {output.loss.item()}"
    model.eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
