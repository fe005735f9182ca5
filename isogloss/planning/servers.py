"""What models behind servers would be asked, and what that costs."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from isogloss.config.models import Price
from isogloss.planning.estimate import Estimate
from isogloss.planning.rates import Span


@dataclass(frozen=True)
class ServerCost:
    """All that one model is asked: requests, tokens read and written, and its price if known."""

    model: str
    requests: int
    read: float
    written: Span
    price: Price | None

    @property
    def cost(self) -> Span | None:
        """Return the cost in the currency of the price, None where that is not known."""
        if self.price is None:
            return None
        price = self.price
        low, middle, high = (
            (self.read * price.read + part * price.written) / 1e6 for part in self.written
        )
        return low, middle, high


def servers(plan: Estimate) -> list[ServerCost]:
    """Return what each model behind a server is asked in all jobs of a plan."""
    asked = [cost.work.server for cost in plan.costs if cost.work.server]
    found = []
    for name in dict.fromkeys(one.model for one in asked):
        mine = [one for one in asked if one.model == name]
        low, middle, high = (sum(one.written[i] for one in mine) for i in range(3))
        requests, read = sum(one.requests for one in mine), sum(one.read for one in mine)
        price = plan.run.settings.models[name].price
        found.append(ServerCost(name, requests, read, (low, middle, high), price))
    return found


def servers_text(costs: Sequence[ServerCost]) -> Iterable[str]:
    """Yield a paragraph on servers, if there are any."""
    if costs:
        yield "Servers, if the response store has none of the answers:\n  " + "\n  ".join(
            line for one in costs for line in _lines(one)
        )


def _lines(one: ServerCost) -> Iterator[str]:
    yield (
        f"{one.model}: {one.requests:,} requests, {one.read / 1e6:,.2f} million tokens read, "
        f"{one.written[1] / 1e6:,.2f} ({one.written[0] / 1e6:,.2f} to {one.written[2] / 1e6:,.2f}) "
        "written"
    )
    if one.price is None or one.cost is None:
        yield "  cost unknown (the model table has no price of it)"
        return
    low, middle, high = one.cost
    yield (
        f"  cost {middle:,.2f} ({low:,.2f} to {high:,.2f}) {one.price.currency}, by the prices of "
        f"{one.price.date} in {one.price.source}"
    )
