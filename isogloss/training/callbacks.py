"""What happens beside the steps: progress, checkpoints' marks, times and memory."""

import math
import time
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from isogloss.errors import IsoglossError
from isogloss.progress import progress
from isogloss.training.checkpoints import mark_whole

SKIPPED = 1  # steps of a run whose time does not count: the first one allocates and compiles


class Progress(TrainerCallback):
    """A progress bar with the loss, in the first process."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.bar: Any = None

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Begin where an earlier run has stopped."""
        if state.is_world_process_zero:
            self.bar = progress(state.max_steps, self.name, "step", initial=state.global_step)

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any) -> None:
        """Show a step's loss; stop where it is no number any more."""
        if logs is None or "loss" not in logs:
            return
        if not math.isfinite(logs["loss"]):
            raise IsoglossError(
                f"{self.name}: the loss of step {state.global_step} is {logs['loss']}; give a "
                "smaller learning_rate, or a longer warm_up"
            )
        if self.bar is not None:
            self.bar.set_postfix_str(f"loss {logs['loss']:.3f}", refresh=False)
            self.bar.update()

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Close the bar."""
        if self.bar is not None:
            self.bar.close()


class Marks(TrainerCallback):
    """Marks each checkpoint as whole when every process has written its part.

    After the last step there is none: the model itself is written then.
    """

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Take back the order to write one after the last step."""
        if state.global_step >= state.max_steps:
            control.should_save = False

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Wait for all processes, then mark."""
        import torch.distributed as dist

        if dist.is_initialized():
            dist.barrier()
        if state.is_world_process_zero:
            mark_whole(Path(args.output_dir) / f"checkpoint-{state.global_step}")


class Clock(TrainerCallback):
    """Times steps, from the end of one (its log or its checkpoint) to the log of the next.

    Each log waits for the device, so no time is missed; writing checkpoints is left out.
    """

    def __init__(self) -> None:
        self.seconds: list[float] = []  # of each step of this run
        self.tokens: list[int] = []  # that it read, without padding, in all processes
        self._since = 0.0

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Start."""
        self._since = time.perf_counter()

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any) -> None:
        """Take a step's time."""
        now = time.perf_counter()
        if logs is not None and "tokens" in logs:
            self.seconds.append(now - self._since)
            self.tokens.append(logs["tokens"])
        self._since = now

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Leave out what writing has taken."""
        self._since = time.perf_counter()

    def tokens_per_second(self) -> float | None:
        """Return the rate over all steps of this run but the first; None if there is no other."""
        seconds, tokens = self.seconds[SKIPPED:], self.tokens[SKIPPED:]
        return sum(tokens) / sum(seconds) if seconds else None
