"""Checks of where bytes come from: mirrors and their checksums, hosts, keys, gated models."""

import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from isogloss.errors import IsoglossError
from isogloss.planning.estimate import Estimate
from isogloss.planning.finding import Finding, failure, ok, warning
from isogloss.planning.jobs import Job
from isogloss.planning.server_checks import server_urls
from isogloss.planning.show import size
from isogloss.planning.workflow import Run
from isogloss.sources.checksums import read_checksums
from isogloss.sources.content import agrees, content_of, expected
from isogloss.sources.entries import Download, Folder, Member

# Names are many; the first few say which kind.
NAMED = 5


def data_mirror(run: Run) -> Iterator[Finding]:
    """Compare what the mirror has of the files that jobs would fetch with the manifest."""
    name = os.environ.get("ISOGLOSS_MIRROR") or run.settings.config.sources.mirror
    if not name:
        yield ok("data mirror", "none is named, so that files are downloaded")
        return
    mirror = Path(name)
    if not mirror.is_dir():
        yield failure("data mirror", f"{mirror} is no folder", "correct or unset ISOGLOSS_MIRROR")
        return
    wrong: list[str] = []
    right = missing = 0
    for job in _fetching(run, "fetch_source", "fetch_folder"):
        state = _in_mirror(run, job, mirror)
        right += state is True
        missing += state is None
        if isinstance(state, str):
            wrong.append(state)
    if wrong:
        yield failure(
            "data mirror",
            f"{len(wrong)} of the files needed have the wrong content: {_few(wrong)}",
            "replace them in the mirror, or remove them there to download them",
        )
    said = f"{mirror}: {right} of {right + missing + len(wrong)} downloads needed are in it"
    if missing:
        yield warning("data mirror", said, "the others are downloaded")
    elif not wrong:
        yield ok("data mirror", said)


def _in_mirror(run: Run, job: Job, mirror: Path) -> bool | str | None:
    """Return True where the mirror has what a job fetches, None where not, else what is wrong."""
    data_set = run.settings.manifest.data_set(job.wildcards["source"])
    archive = data_set.archive
    if job.rule == "fetch_folder":
        folder = data_set.folders[job.wildcards["folder"]]
        wrong = _wrong_in_folder(run, folder, mirror)
        if wrong is not None:
            return wrong or True
    else:
        entry = data_set.files[job.wildcards["file"]]
        if not isinstance(entry, Download | Member):
            return True  # ships with the project
        path = mirror / entry.mirror
        # Without a checksum of its own the archive is taken; see sources/fetch.py.
        if path.is_file() and (entry.sha256 or archive is None or not archive.sha256):
            return True if agrees(entry, content_of(path)) else f"{path}, not {expected(entry)}"
    if archive is not None and (path := mirror / archive.mirror).is_file():
        return True if agrees(archive, content_of(path)) else f"{path}, not {expected(archive)}"
    return None


def _wrong_in_folder(run: Run, folder: Folder, mirror: Path) -> str | None:
    """Return the first file that is wrong, an empty text if none is, None if some are missing."""
    listed: dict[str, set[str]] = {}
    for name in filter(None, (folder.checksums, folder.converted)):
        for path, sha256 in read_checksums(run.root / name).items():
            place = folder.place(path)
            if place:
                listed.setdefault(place, set()).add(sha256)
    base = mirror / folder.mirror
    if not listed or not all((base / path).is_file() for path in listed):
        return None
    for path, accepted in listed.items():
        if content_of(base / path).sha256 not in accepted:
            return f"{base / path}, not sha256 {' or '.join(sorted(accepted))}"
    return ""


def unpinned(run: Run) -> Iterator[Finding]:
    """Look for content that would be refused, because no checksum of it is known."""
    jobs = _fetching(run, "fetch_source", "fetch_folder", "fetch_wiki")
    open_ones = sorted({job.wildcards["source"] for job in jobs if not _pinned(run, job)})
    if open_ones and run.settings.config.sources.unpinned == "refuse":
        yield failure(
            "checksums",
            f"not known of what is needed of {', '.join(open_ones)}",
            "run `python -m isogloss.sources lock DATA_SET` for each, or set sources.unpinned: "
            "accept",
        )


def _pinned(run: Run, job: Job) -> bool:
    from isogloss.config.sources import SourceSettings

    sources = SourceSettings(run.settings.manifest, run.root, "refuse")
    source = job.wildcards["source"]
    file = job.wildcards.get("file") if job.rule == "fetch_source" else None
    return not sources.unpinned_option(source, file)


def models(plan: Estimate, *, online: bool) -> Iterator[Finding]:
    """Look at the model mirror, at HF_TOKEN, and at the licences of gated models."""
    config = plan.run.settings.config
    name = os.environ.get("ISOGLOSS_MODEL_MIRROR") or config.sources.model_mirror
    if name and not Path(name).is_dir():
        yield failure("model mirror", f"{name} is no folder", "correct or unset it")
    wanted = [cost for cost in plan.costs if cost.job.rule == "fetch_model"]
    downloads = [cost for cost in wanted if cost.need.download != 0]
    if wanted:
        total = sum(cost.need.download or 0 for cost in downloads)
        yield ok("models", f"{len(wanted)} needed, {len(downloads)} to download: {size(total)}")
    gated = sorted({cost.need.gated for cost in downloads if cost.need.gated})
    if gated and not os.environ.get("HF_TOKEN"):
        yield failure(
            "HF_TOKEN",
            f"is not set, and {len(gated)} models are gated: {_few(gated)}",
            "accept each model's licence on the hub, and set HF_TOKEN to a token that may read",
        )
    elif gated:
        yield from _licences(gated) if online else [ok("HF_TOKEN", "is set")]


def _licences(gated: list[str]) -> Iterator[Finding]:
    from huggingface_hub import HfApi
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError

    closed = []
    for model in gated:
        try:
            HfApi().auth_check(model)
        except (GatedRepoError, RepositoryNotFoundError):
            closed.append(model)
        except (HfHubHTTPError, OSError) as error:
            reason = " ".join(str(error).split())[:120]
            yield warning("gated models", f"the hub does not answer: {reason}", "try again later")
            return
    if closed:
        yield failure(
            "gated models",
            f"HF_TOKEN may not read {len(closed)} of {len(gated)}: {_few(closed)}",
            "accept their licences on the hub with the account of the token",
        )
    else:
        yield ok("gated models", f"HF_TOKEN may read all {len(gated)}")


def hosts(plan: Estimate, *, online: bool) -> Iterator[Finding]:
    """Ask each host that jobs need, for data, translations or answers, whether it is there."""
    wanted: dict[str, str] = {}
    for cost in plan.costs:
        if cost.need.download == 0:
            continue
        for url in _urls(plan.run, cost.job):
            wanted.setdefault(
                urlsplit(url).netloc, f"{urlsplit(url).scheme}://{urlsplit(url).netloc}"
            )
    setting = plan.run.settings.config.translation
    if any(cost.work.units for cost in plan.costs):
        if setting.provider == "google":
            wanted["translate.google.com"] = "https://translate.google.com"
        elif setting.provider == "libretranslate":
            wanted[urlsplit(setting.libretranslate.url).netloc] = setting.libretranslate.url
            if not os.environ.get("LIBRETRANSLATE_API_KEY"):
                yield warning(
                    "LIBRETRANSLATE_API_KEY",
                    "is not set",
                    "set it if the server asks for a key; one of your own does not",
                )
    for url in server_urls(plan):
        wanted.setdefault(urlsplit(url).netloc, url)
    for host, url in sorted(wanted.items()) if online else ():
        reason = _refused(url)
        if reason:
            yield failure(
                f"host {host}",
                f"cannot be reached ({reason})",
                "check the network or its proxy; without any, use mirrors (docs/sources.md) and a "
                "provider that works offline (docs/providers.md)",
            )
        else:
            yield ok(f"host {host}", "answers")


def _urls(run: Run, job: Job) -> Iterator[str]:
    if job.rule == "fetch_model":
        yield os.environ.get("HF_ENDPOINT", "https://huggingface.co")
        return
    if not job.rule.startswith("fetch_"):
        return
    data_set = run.settings.manifest.data_set(job.wildcards["source"])
    if data_set.wiki:
        yield data_set.wiki.api
    elif data_set.archive and data_set.archive.url:
        yield data_set.archive.url
    elif data_set.hub:
        yield os.environ.get("HF_ENDPOINT", "https://huggingface.co")
    elif data_set.base:
        yield data_set.base
    else:
        entry = data_set.files.get(job.wildcards.get("file", ""))
        if isinstance(entry, Download) and entry.url:
            yield entry.url


def _refused(url: str) -> str | None:
    """Return why a host gives no answer; any answer, also of an error, is one."""
    request = urllib.request.Request(url, method="HEAD")
    try:
        urllib.request.urlopen(request, timeout=10).close()
    except urllib.error.HTTPError:
        return None
    except (OSError, ValueError) as error:
        return " ".join(str(getattr(error, "reason", error)).split())
    return None


def _fetching(run: Run, *rules: str) -> list[Job]:
    return [
        job for job in run.jobs if job.needed and job.rule in rules and "source" in job.wildcards
    ]


def _few(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def configuration(error: IsoglossError) -> Finding:
    """Return the finding that there is no run to look at."""
    return failure("configuration", str(error), "correct it; nothing else could be checked")
