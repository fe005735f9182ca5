"""Answer the prompts of one model with transformers."""

from isogloss.engines.job import answer_prompts, job_parser
from isogloss.engines.transformers_engine import VERSION, add_options, from_options
from isogloss.script import run


def main() -> None:
    parser = job_parser(__doc__)
    add_options(parser)
    args = parser.parse_args()
    answer_prompts(args, VERSION, lambda: from_options(args))


run(main)
