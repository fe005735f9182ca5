"""What asking a server costs: tokens counted, their price, and a limit."""

import threading
from dataclasses import dataclass, field

from isogloss.errors import IsoglossError


@dataclass
class Spending:
    """Tokens of one run, from several threads. Prices are those of a million tokens.

    limit: the most that may be spent, in the currency of the prices; None: no limit.
    """

    read_price: float | None = None
    write_price: float | None = None
    limit: float | None = None
    read: int = 0
    written: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def cost(self) -> float | None:
        """Return what the tokens cost, None where prices are not known."""
        if self.read_price is None or self.write_price is None:
            return None
        return (self.read * self.read_price + self.written * self.write_price) / 1e6

    def __str__(self) -> str:
        """Return what was spent, for the log."""
        cost = "unknown (no price in the model table)" if self.cost is None else f"{self.cost:.4f}"
        return f"{self.read} tokens read, {self.written} written; cost {cost}"

    def add(self, read: int, written: int) -> None:
        """Count the tokens of an answer."""
        with self._lock:
            self.read += read
            self.written += written

    def check(self) -> None:
        """Raise IsoglossError if the limit is reached."""
        cost = self.cost
        if self.limit is not None and cost is not None and cost >= self.limit:
            raise IsoglossError(
                f"the spending limit of {self.limit:g} is reached (api.spending_limit): {self}; "
                "what was answered is kept: raise the limit and run again"
            )
