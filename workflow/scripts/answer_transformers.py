"""Answer one model's prompts of study barrier with transformers."""

from isogloss.barrier.job import answer_prompts, answers_parser
from isogloss.engines.transformers_engine import VERSION, add_options, from_options
from isogloss.script import run


def main() -> None:
    parser = answers_parser(__doc__)
    add_options(parser)
    args = parser.parse_args()
    answer_prompts(args, VERSION, lambda: from_options(args))


run(main)
