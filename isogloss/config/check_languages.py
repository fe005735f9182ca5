"""Check the languages of study `barrier`, and that its translations can be made."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from isogloss.config.barrier import Barrier
from isogloss.config.corpora import Corpora
from isogloss.config.mmlu import LAB, MmluSettings
from isogloss.config.studies import Config
from isogloss.errors import IsoglossError, nearest
from isogloss.languages import NAMES

# Where it is known without asking: from English, to these.
TARGETS = {"apertium": ("es", "fr", "it")}


def check_languages(config: Config, root: Path) -> None:
    """Raise IsoglossError for languages that are unknown, or that the provider has not."""
    _check_languages(config.barrier)
    _check_provider(config, root)


def _check_languages(barrier: Barrier) -> None:
    for language in barrier.languages:
        if language not in NAMES:
            raise IsoglossError(
                f"barrier.languages: {language!r} is not in isogloss/languages.py"
                f"{nearest(language, NAMES)}"
            )
    if "en" not in barrier.languages or len(set(barrier.languages)) < len(barrier.languages):
        raise IsoglossError(
            f"barrier.languages: is {barrier.languages}; give each language once, en among them"
        )


def _check_provider(config: Config, root: Path) -> None:
    """Check that the provider has the languages of what is translated, where that can be known."""
    translation = config.translation
    valid: Iterable[str] | None = TARGETS.get(translation.provider)
    if translation.provider == "glossary":
        valid = _columns(translation.glossary.file, root)
    for where, languages in _translated(config):
        for language in languages:
            if valid is not None and language not in ("en", *valid):
                raise IsoglossError(
                    f"{where}: the provider {translation.provider!r} does not translate into "
                    f"{language!r}, only into {', '.join(sorted(valid))}; take the language out, "
                    "or take another provider"
                )


def _translated(config: Config) -> Iterator[tuple[str, list[str]]]:
    """Yield the lists of languages that something is translated into, with their keys."""
    barrier = config.barrier
    # What the lab tells has its own translations.
    corpora = [name for name in barrier.mixed if not Corpora(config).of_lab(name)]
    mixes = {mix for name in corpora for mix in barrier.corpora[name].mixes}
    rebuilt = barrier.mmlu is not None and barrier.mmlu.source != LAB
    built = MmluSettings(config).built() if rebuilt else []
    if not mixes <= {"english"} or "mixup" in built:
        yield "barrier.languages", barrier.languages
    if set(built) - {"mixup"}:
        yield "barrier.mmlu.languages", MmluSettings(config).languages


def _columns(file: str, root: Path) -> list[str]:
    """Return the languages that a glossary has besides English."""
    try:
        with (root / file).open(encoding="utf-8") as lines:
            return [name for name in lines.readline().rstrip("\n").split("\t") if name != "en"]
    except (OSError, UnicodeDecodeError) as error:
        raise IsoglossError(f"translation.glossary.file: {file!r}: {error}") from error
