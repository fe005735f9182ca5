"""Answer the prompts of one model with transformers."""

from isogloss.devices import take_gpus
from isogloss.engines.job import answer_prompts, job_parser
from isogloss.engines.transformers_engine import VERSION, TransformersEngine
from isogloss.script import run


def main() -> None:
    parser = job_parser(__doc__)
    parser.add_argument("--batch-size", type=int, required=True, help="most prompts of a batch")
    parser.add_argument("--batch-tokens", type=int, required=True, help="most tokens of a batch")
    parser.add_argument("--threads", type=int, required=True, help="CPU threads")
    args = parser.parse_args()

    def load_engine() -> TransformersEngine:
        take_gpus(args.gpus)
        return TransformersEngine(
            args.folder,
            dtype=args.options["dtype"],
            batch_size=args.batch_size,
            batch_tokens=args.batch_tokens,
            threads=args.threads,
            trust_remote_code=args.options["trust_remote_code"],
        )

    answer_prompts(args, VERSION, load_engine)


run(main)
