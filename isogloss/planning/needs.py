"""What jobs need besides time: bytes from the network, bytes on the disk, licences, characters."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from isogloss.config.finetune import STATE_BYTES
from isogloss.planning.jobs import Job
from isogloss.planning.sizes import Sizes
from isogloss.planning.work import Work, bytes_of
from isogloss.sources.entries import Download, Member
from isogloss.sources.wiki_list import read_pages

# Bytes on the disk, compressed, of a prompt in all the tables from prompts to predictions, besides
# its text; of an answer in the response store; of a unit in the translation memory.
PROMPT, ANSWER, UNIT = 250, 400, 33
# Of a page of a wiki as its API gives it.
PAGE = 40_000


@dataclass(frozen=True)
class Need:
    """What one job needs. `download` is None where its size is not known."""

    download: int | None = 0
    disk: int = 0
    scratch: int = 0
    gated: str | None = None


class Needs:
    """Works out the needs of jobs; an archive is downloaded once, by the first that wants it."""

    def __init__(self, sizes: Sizes, model_mirror: Path | None = None):
        self.sizes = sizes
        self.settings = sizes.settings
        self.model_mirror = model_mirror
        self._archives: set[str] = set()

    def need(self, job: Job, work: Work) -> Need:
        """Return the needs of a job that would run."""
        fetch = {
            "fetch_source": self._file,
            "fetch_folder": self._folder,
            "fetch_wiki": self._wiki,
            "fetch_model": self._weights,
        }.get(job.rule)
        if fetch is not None:
            return fetch(job)
        if job.rule == "finetune":
            entry = self.settings.config.finetunes[job.wildcards["model"]]
            model = self.settings.models[job.wildcards["model"]]
            size = (model.parameters or 0) * 1e9
            # A checkpoint while it trains, with the optimizer's state; two while one is replaced.
            scratch = int(2 * size * STATE_BYTES[entry.weights])
            return Need(disk=int(size * bytes_of(model)), scratch=scratch)
        if job.rule.startswith("train_tiny"):
            return Need(disk=int((work.parameters or 0) * 4e9))
        if job.rule in ("mix_lines", "mix_tofu"):
            size = self.sizes.mixed_bytes(job.wildcards["corpus"], job.wildcards["mix"])
            return Need(disk=int(size))
        if work.rows:
            answers = ANSWER if job.rule.startswith(("generate_", "answer_")) else 0
            return Need(disk=work.rows * (PROMPT + answers))
        return Need(disk=work.units * UNIT + 2 * work.characters if work.units else 20_000)

    def _file(self, job: Job) -> Need:
        source, file = job.wildcards["source"], job.wildcards["file"]
        data_set = self.settings.manifest.data_set(source)
        entry = data_set.files[file]
        size = self.sizes.file_bytes(source, file)
        if self.sizes.local(source, file) is not None or not isinstance(entry, Download | Member):
            return Need(disk=size or 0)
        if isinstance(entry, Member):
            return self._archive(source, size or 0)
        return Need(download=entry.bytes, disk=size or 0)

    def _folder(self, job: Job) -> Need:
        source, name = job.wildcards["source"], job.wildcards["folder"]
        data_set = self.settings.manifest.data_set(source)
        entry = data_set.folders[name]
        mirror = self.sizes.mirror
        if mirror is not None and (mirror / entry.mirror).is_dir():
            files = [path for path in (mirror / entry.mirror).rglob("*") if path.is_file()]
            return Need(disk=sum(path.stat().st_size for path in files))
        if data_set.archive:
            return self._archive(source, entry.bytes or 0)
        return Need(download=entry.bytes, disk=entry.bytes or 0)

    def _archive(self, source: str, inside: int) -> Need:
        archive = self.settings.manifest.data_set(source).archive
        assert archive is not None
        mirror = self.sizes.mirror
        here = mirror is not None and (mirror / archive.mirror).is_file()
        if here or source in self._archives:
            return Need(disk=inside)
        self._archives.add(source)
        return Need(download=archive.bytes, disk=inside + (archive.bytes or 0))

    def _wiki(self, job: Job) -> Need:
        wiki = self.settings.manifest.data_set(job.wildcards["source"]).wiki
        assert wiki is not None
        size = len(read_pages(self.sizes.root / wiki.pages)) * PAGE
        return Need(download=size, disk=size)

    def _weights(self, job: Job) -> Need:
        model = self.settings.models[job.wildcards["model"]]
        hub = model.source.hub
        if hub is None:
            return Need()
        mirror = self.model_mirror / hub if self.model_mirror else None
        if mirror is not None and mirror.is_dir():  # linked where the disk allows it
            size = sum(path.stat().st_size for path in mirror.glob("*.safetensors"))
            return Need(disk=size)
        gated = hub if model.gated else None
        if model.parameters is None:
            return Need(download=None, gated=gated)
        size = int(model.parameters * 1e9 * bytes_of(model))
        return Need(download=size, disk=size, gated=gated)


def total_download(needs: Iterable[Need]) -> tuple[int, int]:
    """Return the bytes of all downloads whose size is known, and how many others there are."""
    sizes = [need.download for need in needs]
    return sum(size for size in sizes if size is not None), sizes.count(None)
