"""Data sets of the model hub: which files one has at a revision, and where they are.

The hub is the one that the variable HF_ENDPOINT names, as for huggingface_hub.
"""

import os

from isogloss.errors import IsoglossError

# The card and what git needs are no data.
_LEFT_OUT = ("README.md", ".gitattributes")


def hub_base(hub: str, revision: str) -> str:
    """Return the URL below which the files of a data set are, as they were at a commit."""
    endpoint = os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")
    return f"{endpoint}/datasets/{hub}/resolve/{revision}"


def hub_files(hub: str, revision: str | None) -> tuple[str, list[str]]:
    """Return the commit that `revision` names, and the paths of its files; None: the newest commit.

    Raises IsoglossError where the hub cannot be reached or has no such data set or revision.
    """
    from httpx2 import HTTPError
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError

    try:
        info = HfApi(endpoint=os.environ.get("HF_ENDPOINT")).dataset_info(
            hub, revision=revision or "main"
        )
    except (HfHubHTTPError, HTTPError, OSError) as error:
        raise IsoglossError(
            f"{hub}: the hub does not tell its files ({' '.join(str(error).split())}); correct the "
            "name, try again later, or put the files into a mirror folder and set ISOGLOSS_MIRROR"
        ) from error
    paths = sorted(file.rfilename for file in info.siblings or [])
    return str(info.sha), [path for path in paths if path not in _LEFT_OUT]
