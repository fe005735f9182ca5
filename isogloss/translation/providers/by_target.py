"""A model for each target language, as one provider."""

from collections.abc import Mapping, Sequence

from isogloss.errors import IsoglossError
from isogloss.store import content_key
from isogloss.translation.providers.protocol import Failure, Provider


class ByTarget:
    """Asks the provider of the target language. providers: by target language, ISO 639-1."""

    def __init__(self, providers: Mapping[str, Provider]):
        self._providers = dict(sorted(providers.items()))
        names = {target: provider.name for target, provider in self._providers.items()}
        self.name = f"by-target-{content_key(names)[:12]}"
        self.version = "; ".join(f"{t}: {p.version}" for t, p in self._providers.items())
        self.batch = max(provider.batch for provider in self._providers.values())

    def of(self, target: str) -> Provider:
        """Return the provider for a target language, or raise IsoglossError."""
        if target not in self._providers:
            raise IsoglossError(
                f"translation.seq2seq.models: has no model for {target!r}, only for "
                f"{', '.join(self._providers)}; name one, or take the language out"
            )
        return self._providers[target]

    def check(self, source: str, target: str) -> None:
        """Raise IsoglossError unless there is a model for this pair."""
        self.of(target).check(source, target)

    def fits(self, text: str) -> bool:
        """Whether all of the providers take `text`."""
        return all(provider.fits(text) for provider in self._providers.values())

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[str | Failure]:
        """Make one request to the target's provider; see Provider.translate."""
        return self.of(target).translate(texts, source, target)


def for_target(provider: Provider, target: str) -> Provider:
    """Return the provider that translates into `target`: under its name the memory keeps answers.

    So an added language leaves the answers in others where they are.
    """
    return provider.of(target) if isinstance(provider, ByTarget) else provider
