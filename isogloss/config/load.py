"""Read and check the configuration before Snakemake builds anything."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from isogloss.config.api import check_api
from isogloss.config.check_corpora import check_corpora
from isogloss.config.check_evaluations import check_evaluations
from isogloss.config.check_languages import check_languages
from isogloss.config.check_mmlu import check_mmlu
from isogloss.config.finetuned import with_finetuned
from isogloss.config.lab_models import check_lab_models, measured_trainings, with_shipped
from isogloss.config.models import CONTROL_PREFIX, Model, ModelTable
from isogloss.config.seeds import repeated, with_seeds
from isogloss.config.settings import QUIZ_DATA, Settings
from isogloss.config.sources import check_files
from isogloss.config.studies import Config, Xmrc
from isogloss.config.tasks import Quiz
from isogloss.config.translators import check_translators
from isogloss.errors import IsoglossError, nearest
from isogloss.languages import NAMES, QUIZ
from isogloss.sources.manifest import Manifest, UniqueKeyLoader, load_manifest

T = TypeVar("T", bound=BaseModel)

_XQUAD_FILE = re.compile(r"xquad\.(.+)\.json")


def load(raw: Mapping[str, Any], root: Path) -> Settings:
    """Check the raw configuration; paths in it are relative to `root`, the project's folder.

    Raises IsoglossError with one line per mistake: key, value and, for a misspelt name, the
    nearest valid one.
    """
    given = _validate(Config, raw, "config")
    config = with_seeds(given)
    models: dict[str, Model] = {}
    for name in config.model_tables:
        table = _validate(ModelTable, read_yaml(root / name), name)
        for key, model in table.models.items():
            if key in models:
                raise IsoglossError(f"{name}: model {key!r} is defined in an earlier table already")
            models[key] = model
    check_lab_models(config.xmrc, models)
    models = with_shipped(models, config.lab, root)
    models = with_finetuned(models, config.finetunes, config.barrier, root)
    _check_models(models)
    manifest = load_manifest(root / config.sources.manifest)
    _check_references(config, models, manifest, root)
    check_evaluations(config.barrier, models, config.lab)
    check_mmlu(config, manifest)
    settings = Settings(config, models, manifest, repeated(given.finetunes))
    settings.experiments.check(measured_trainings(root))
    check_api(config.api, models, settings.api_models())
    return settings


def read_yaml(path: Path) -> Any:
    """Read a YAML file; an unreadable one is an IsoglossError."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), UniqueKeyLoader)
    except FileNotFoundError:
        raise IsoglossError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise IsoglossError(f"{path}: cannot be read: {error}") from error
    except yaml.YAMLError as error:
        raise IsoglossError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from error


def _validate(model: type[T], raw: Any, name: str) -> T:
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        lines = [_explain(model, dict(problem)) for problem in error.errors()]
        raise IsoglossError("\n  ".join([f"{name}: {len(lines)} mistake(s)", *lines])) from None


def _explain(model: type[BaseModel], problem: dict[str, Any]) -> str:
    location = [str(part) for part in problem["loc"]]
    key = ".".join(location) or "(top level)"
    if problem["type"] == "extra_forbidden":
        fields = _fields_at(model, location[:-1])
        return f"{key}: unknown key{nearest(location[-1], fields)}"
    if problem["type"] == "missing":
        return f"{key}: missing, and it has no default"
    if problem["type"] == "literal_error":
        valid = problem["ctx"]["expected"].replace("'", "").replace(" or ", ", ").split(", ")
        return f"{key}: {problem['input']!r} is not valid{nearest(str(problem['input']), valid)}"
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "value_error" and isinstance(problem["input"], dict):
        return f"{key}: {message}"  # names the keys and values itself
    return f"{key}: {message} (got {_short(problem['input'])})"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _fields_at(model: type[BaseModel], location: Iterable[str]) -> list[str]:
    """Return the field names of the section at `location`; names of dict entries are passed by."""
    section = model
    for part in location:
        field = section.model_fields.get(part)
        if field is not None:
            inner = [field.annotation, *getattr(field.annotation, "__args__", ())]
            nested = [item for item in inner if isinstance(item, type) and _is_model(item)]
            section = nested[0] if nested else section
    return list(section.model_fields)


def _is_model(item: type) -> bool:
    return issubclass(item, BaseModel)


def _check_models(models: Mapping[str, Model]) -> None:
    """Check what concerns several models, of one table or of different ones."""
    labels: dict[str, str] = {}
    for key, model in models.items():
        if key.startswith(CONTROL_PREFIX):
            raise IsoglossError(f"models.{key}: {CONTROL_PREFIX}... is how controls are called")
        if model.label in labels:
            section = "finetunes" if model.source.finetuned else "models"
            raise IsoglossError(
                f"{section}.{key}.label: {model.label!r} is the label of "
                f"{labels[model.label]!r}, too"
            )
        labels[model.label] = key
        if model.base is not None and model.base not in models:
            raise IsoglossError(
                f"models.{key}.base: no model {model.base!r}{nearest(model.base, models)}"
            )


def _check_references(
    config: Config, models: Mapping[str, Model], manifest: Manifest, root: Path
) -> None:
    xmrc, tiny = config.xmrc, config.tiny
    _check_data("xmrc", xmrc.dataset, xmrc.languages, config, manifest)
    _check_data("tiny", tiny.dataset, tiny.languages, config, manifest)
    for language in [*xmrc.languages, *xmrc.detection_languages]:
        if language not in NAMES:
            where = "languages" if language in xmrc.languages else "detection_languages"
            raise IsoglossError(
                f"xmrc.{where}: {language!r} is not in isogloss/languages.py"
                f"{nearest(language, NAMES)}"
            )
    for where, names in (("xmrc.models", xmrc.models), ("xmrc.tables.tuned", xmrc.tables.tuned)):
        for name in names:
            if name not in models:
                raise IsoglossError(f"{where}: no model {name!r}{nearest(name, models)}")
            if models[name].engine == "seq2seq":
                raise IsoglossError(
                    f"{where}: {name!r} is a translation model, which answers no questions; take "
                    "it out of the list"
                )
    check_files(config.barrier, manifest, config.sources.manifest)
    check_corpora(config.barrier, root)
    check_languages(config, root)
    check_translators(config.translation, models, config.barrier.languages, root)
    _check_quiz(config.barrier.quiz, manifest)
    _check_templates(xmrc, models, root)


def _check_quiz(quiz: Quiz, manifest: Manifest) -> None:
    published = quiz.take == "published"
    valid = QUIZ[:5] if published else QUIZ
    for language in quiz.languages:
        if language not in valid:
            raise IsoglossError(
                f"barrier.quiz.languages: the quiz {quiz.take!r} has no {language!r}"
                f"{nearest(language, valid)}"
            )
    if not quiz.languages or len(set(quiz.languages)) < len(quiz.languages):
        raise IsoglossError(f"barrier.quiz.languages: give each one once, not {quiz.languages}")
    if published and QUIZ_DATA not in manifest.root:
        raise IsoglossError(
            f"barrier.quiz.take: published needs the data set {QUIZ_DATA!r} in the source manifest"
        )


def _check_data(
    where: str, dataset: str, languages: Iterable[str], config: Config, manifest: Manifest
) -> None:
    if dataset not in manifest.root:
        raise IsoglossError(
            f"{where}.dataset: {dataset!r} is not in {config.sources.manifest}"
            f"{nearest(dataset, manifest.root)}"
        )
    files = manifest.root[dataset].files
    available = [match[1] for name in files if (match := _XQUAD_FILE.fullmatch(name))]
    for language in languages:
        if language not in available:
            raise IsoglossError(
                f"{where}.languages: {language!r} is not a language of {dataset}"
                f"{nearest(language, available)}"
            )


def _check_templates(xmrc: Xmrc, models: Mapping[str, Model], root: Path) -> None:
    templates = read_yaml(root / xmrc.prompts)
    if not isinstance(templates, dict):
        raise IsoglossError(f"{xmrc.prompts}: holds no templates; give a list of blocks by name")
    chosen = [
        (f"models.{key}.template", template)
        for key in xmrc.models
        if (template := models[key].template)
    ]
    for where, template in [*(("xmrc.templates", name) for name in xmrc.templates), *chosen]:
        if template not in templates:
            raise IsoglossError(
                f"{where}: {template!r} is not in {xmrc.prompts}{nearest(template, templates)}"
            )
