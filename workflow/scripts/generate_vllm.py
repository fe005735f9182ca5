"""Answer the prompts of one model with vLLM."""

from isogloss.devices import take_gpus
from isogloss.engines.job import answer_prompts, job_parser
from isogloss.engines.vllm_engine import VERSION, VllmEngine
from isogloss.script import run


def main() -> None:
    parser = job_parser(__doc__)
    parser.add_argument("--context-length", type=int, required=True, help="in tokens")
    args = parser.parse_args()

    def load_engine() -> VllmEngine:
        return VllmEngine(
            args.folder,
            dtype=args.options["dtype"],
            context_length=args.context_length,
            gpus=take_gpus(args.gpus),
            trust_remote_code=args.options["trust_remote_code"],
        )

    answer_prompts(args, VERSION, load_engine)


run(main)
