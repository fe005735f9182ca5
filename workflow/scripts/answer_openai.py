"""Have a server with OpenAI's interface answer one model's prompts of study barrier."""

from pathlib import Path

import polars as pl

from isogloss.barrier.answer import to_be_written
from isogloss.barrier.prompts import PROMPTS
from isogloss.engines.api_job import ApiJob, api_parser
from isogloss.engines.respond import RESPONSES
from isogloss.engines.score_options import OPTION_SCORES
from isogloss.script import run


def main() -> None:
    parser = api_parser(__doc__)
    parser.add_argument("--scores", type=Path, required=True, help="table of option scores, empty")
    args = parser.parse_args()
    job = ApiJob(args.options, args.store)
    parts = to_be_written(PROMPTS.read(args.prompts), args.options["new_tokens"])
    responses = [RESPONSES.empty(), *(job.respond(*part) for part in parts)]
    job.write_replies(args.replies)
    OPTION_SCORES.write(OPTION_SCORES.empty(), args.scores)
    RESPONSES.write(pl.concat(responses), args.output)


run(main)
