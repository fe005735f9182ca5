"""Answer one model's prompts of study barrier with vLLM."""

from isogloss.barrier.job import answer_prompts, answers_parser
from isogloss.devices import take_gpus
from isogloss.engines.vllm_engine import VERSION, VllmEngine
from isogloss.script import run


def main() -> None:
    parser = answers_parser(__doc__)
    parser.add_argument("--context-length", type=int, required=True, help="in tokens")
    args = parser.parse_args()

    def load_model() -> VllmEngine:
        return VllmEngine(
            args.folder,
            dtype=args.options["dtype"],
            context_length=args.context_length,
            gpus=take_gpus(args.gpus),
            trust_remote_code=args.options["trust_remote_code"],
        )

    answer_prompts(args, VERSION, load_model)


run(main)
