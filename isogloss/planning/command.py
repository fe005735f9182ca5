"""What the commands that take Snakemake's options have in common."""

import argparse


def parser_of(module: str, description: str | None) -> argparse.ArgumentParser:
    """Return the parser of `python -m isogloss.MODULE`, for `parse_known_args`.

    What it does not know is Snakemake's; so its own options cannot be abbreviated.
    """
    return argparse.ArgumentParser(
        prog=f"python -m isogloss.{module}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
