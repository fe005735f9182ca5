"""How much there is to do for a job, in rows, bytes or texts, before there is a file to count."""

from isogloss.planning.jobs import Job
from isogloss.planning.sizes import LINE, Asked, Sizes


class Amounts:
    """Counts what jobs of one configuration read and make."""

    def __init__(self, sizes: Sizes):
        self.sizes = sizes
        self.settings = sizes.settings
        self.config = sizes.settings.config

    def evaluated(self, job: Job) -> list[str]:
        """Return the models whose scores a job aggregates."""
        xmrc = job.rule == "aggregate"
        return self.settings.xmrc_models() if xmrc else self.settings.evaluations.keys()

    def asked(self, job: Job, model: str) -> Asked:
        """Return what a model is asked in the study of a job."""
        return self.sizes.barrier(model) if "barrier" in job.stage else self.sizes.xmrc(model)

    def rows(self, job: Job) -> int:
        """Return the rows of a job's table."""
        xmrc = self.config.xmrc
        if job.rule.startswith("build_mmlu"):
            return self.sizes.mmlu_questions * (1 + len(self.settings.mmlu.parts(published=False)))
        if "model" in job.wildcards or "kind" in job.wildcards:
            model = job.wildcards.get("model") or f"control-{job.wildcards['kind']}"
            return self.asked(job, model).prompts
        return self.sizes.questions(xmrc.dataset) * len(xmrc.languages)

    def bytes(self, job: Job) -> int:
        """Return the bytes of text that a job reads."""
        if "mix" in job.wildcards:
            return self.sizes.mixed_bytes(job.wildcards["corpus"], job.wildcards["mix"])
        barrier = self.config.barrier
        if job.rule == "select_documents" and barrier.selection:
            return self.sizes.corpus_bytes(barrier.selection.corpus)
        if job.rule == "sample_texts" and barrier.embeddings:
            return self.sizes.corpus_bytes(barrier.embeddings.corpus)
        return 1_000_000

    def translated(self, job: Job) -> tuple[int, int]:
        """Return the texts that a job has translated, and their characters."""
        barrier, sizes = self.config.barrier, self.sizes
        others = len(barrier.languages) - 1
        if job.rule == "translate_corpus":
            return sizes.units(job.wildcards["corpus"], job.wildcards["mix"])
        if job.rule == "translate_mmlu":
            return sizes.mmlu_units()
        if job.rule == "translate_tofu":
            return sizes.tofu_questions * others * 2, sizes.tofu_questions * others * 200
        if job.rule == "translate_words":
            setting = barrier.embeddings
            words = (setting.texts * sum(setting.words) / 2 * max(setting.p)) if setting else 0
            # Words come again and again; each is asked for once.
            units = int(min(words, 20_000))
            return units, units * 6
        languages = len(self.settings.mmlu.languages) if self._of_mmlu(job) else others
        units = self.config.translation.quality.back_translations * languages
        return units, units * LINE // 4

    def _of_mmlu(self, job: Job) -> bool:
        return job.wildcards.get("translated") == "mmlu"
