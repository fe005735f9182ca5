"""Have a server with OpenAI's interface answer the prompts of one model."""

from isogloss.engines.api_job import ApiJob, api_parser
from isogloss.engines.protocol import Decoding
from isogloss.engines.respond import RESPONSES
from isogloss.script import run
from isogloss.xmrc.prompts import PROMPTS


def main() -> None:
    args = api_parser(__doc__).parse_args()
    job = ApiJob(args.options, args.store)
    decoding = Decoding(args.options["max_new_tokens"], tuple(args.options["stop"]))
    responses = job.respond(PROMPTS.read(args.prompts), decoding)
    job.write_replies(args.replies)
    RESPONSES.write(responses, args.output)


run(main)
