"""Many calls of one service: several at a time, tried again, paused together, no answer lost."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

from isogloss.errors import IsoglossError
from isogloss.retry import Interrupted, Retry

T = TypeVar("T")
R = TypeVar("R")

# A service that is down would take days to fail every call, one after the other.
LOST_IN_A_ROW = 20


class Calls:
    """The calls of one run, from several threads.

    name: of the service, for errors. kept: what stays of the answers that came, for errors.
    made counts all calls, repeated those that were made again after a failed try.
    """

    def __init__(self, name: str, retry: Retry, kept: str):
        self.name, self.retry, self.kept = name, retry, kept
        self.made = self.repeated = 0
        self._lost = 0
        self._not_before = 0.0  # a pause that the server asks one thread for holds for all
        self._stop = threading.Event()
        self._lock = threading.Lock()

    def run(self, tasks: Iterable[T], work: Callable[[T], R], at_once: int) -> Iterator[list[R]]:
        """Yield what `work` returns for each task, as it is done, from `at_once` threads.

        After an error the tasks under way are waited for, and their results yielded, before it is
        raised.
        """
        waiting = iter(tasks)
        running: set[Future[R]] = set()
        error: BaseException | None = None
        with ThreadPoolExecutor(at_once) as pool:
            try:
                while True:
                    # Few are queued, so that a stop is a stop.
                    while error is None and len(running) < 2 * at_once:
                        for task in waiting:
                            running.add(pool.submit(work, task))
                            break
                        else:
                            break
                    if not running:
                        break
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    error = error or next((e for f in done if (e := f.exception())), None)
                    results = [f.result() for f in done if f.exception() is None]
                    if results:
                        yield results
                    if error is not None:
                        self._stop.set()
                        running = {future for future in running if not future.cancel()}
            finally:
                self._stop.set()
                for future in running:
                    future.cancel()
        if error is not None:
            raise error

    def make(self, call: Callable[[], R]) -> R:
        """Return what `call` returns; it is made again after each Interrupted.

        Raises Interrupted with the last reason where no try succeeds, and IsoglossError where the
        service asks for too long a pause, or `LOST_IN_A_ROW` calls were lost.
        """
        reason = ""
        for attempt in range(1, self.retry.tries + 1):
            self._wait()
            with self._lock:
                self.made += 1
                self.repeated += attempt > 1
            try:
                found = call()
            except Interrupted as interruption:
                reason = str(interruption)
                self._hold(interruption, attempt)
            else:
                with self._lock:
                    self._lost = 0
                return found
        self._count_lost(reason)
        raise Interrupted(f"{reason} ({self.retry.tries} tries)")

    def _count_lost(self, reason: str) -> None:
        with self._lock:
            self._lost += 1
            lost = self._lost
        if lost >= LOST_IN_A_ROW:
            raise IsoglossError(
                f"{self.name}: {lost} requests failed in a row for good, the last with: {reason}; "
                f"see whether the service can be reached, and run again: {self.kept}"
            )

    def _hold(self, interruption: Interrupted, attempt: int) -> None:
        """Pause after a failed try."""
        if interruption.pause > self.retry.longest_wait:
            raise IsoglossError(
                f"{self.name}: {interruption}; the service asks to wait {interruption.pause:.0f} s,"
                f" longer than the {self.retry.longest_wait:.0f} s allowed; run again later: "
                f"{self.kept}"
            )
        if interruption.pause:
            with self._lock:
                until = time.monotonic() + interruption.pause
                self._not_before = max(self._not_before, until)
        if attempt < self.retry.tries:
            self._stop.wait(self.retry.pause(attempt, interruption.pause))

    def _wait(self) -> None:
        """Wait until the server may be asked again."""
        while (pause := self._not_before - time.monotonic()) > 0 and not self._stop.wait(pause):
            pass
        if self._stop.is_set():
            raise IsoglossError(f"{self.name}: stopped")
