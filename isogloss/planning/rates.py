"""What is assumed of machines, before records of earlier runs say better: see docs/planning.md."""

# A range: low, middle and high, in seconds.
Span = tuple[float, float, float]

# Shares of a GPU's peak, best first: of reading and of training much at once, and of writing,
# which moves all weights for each token.
READING, WRITING, TRAINING = (0.5, 0.3, 0.1), (0.1, 0.03, 0.005), (0.5, 0.35, 0.2)
# Operations per second of a CPU thread: answering token by token, and training much at once.
CPU, CPU_TRAINING = (2e10, 5e9, 1e9), (6e10, 2e10, 5e9)
# How many times longer a training takes with kernels that all CPUs share (training/kernels.py).
PORTABLE = 2.5
# Share of the longest answer that is written: models stop by themselves.
WRITTEN = (0.2, 0.5, 1.0)
# Seconds until an engine has started, with GPUs and without; bytes of weights loaded per second.
START: dict[bool, Span] = {True: (20, 60, 180), False: (3, 6, 15)}
LOADING = (2e9, 5e8, 1e8)
# Activations are computed again (gradient checkpointing): a third more.
AGAIN = 4 / 3
# Translations per second by provider; google as its documentation in providers/google.py.
UNITS_PER_SECOND: dict[str, tuple[float, float, float]] = {
    "google": (5, 4, 1),
    "libretranslate": (50, 10, 1),
    "apertium": (1000, 300, 50),
    "glossary": (50_000, 5_000, 500),
}
# Seconds of a request to a server, and of each token that it writes.
REQUEST, TOKEN = (0.3, 1.0, 5.0), (0.005, 0.02, 0.1)
# Bytes per second of downloads.
DOWNLOAD = (2.5e8, 5e7, 5e6)

# Of jobs without a model: seconds, and seconds per prompt or question (`rows`) or per byte.
ROWS = {
    "build_prompts": (4.0, 1e-3),
    "build_barrier_prompts": (4.0, 1e-3),
    "generate_control": (0.5, 1e-4),
    "answer_control": (0.5, 1e-4),
    "score": (2.5, 1e-3),
    "score_barrier": (1.0, 5e-5),
    "export_predictions": (0.4, 5e-5),
    "build_items": (0.5, 2e-5),
    "check_lingua": (0.8, 1e-3),
    "build_mmlu": (1.0, 2e-4),
    "build_mmlu_demonstrations": (1.0, 1e-5),
}
BYTES = {
    "mix_lines": (1.0, 2e-7),
    "mix_tofu": (1.0, 2e-7),
    "select_documents": (0.5, 3e-7),
    "sample_texts": (0.5, 1e-8),
    "write_passages": (0.5, 1e-8),
}
# Seconds per prompt, model and bootstrap sample of an aggregation.
SAMPLE = 5e-8
FIXED = {
    "build_lab_corpus": 5.0,
    "report_translation": 2.5,
    "make_figure": 1.8,
    "make_barrier_figure": 1.2,
}
OTHERS = 1.0
# A job without a model may take so many times less or more, until one like it has been run.
LOOSE = 4.0
