"""Programs that stay open and answer unit by unit, each unit ended by a zero byte."""

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Sequence

CHUNK = 1 << 16

# apertium-tagger says this of a combination of readings that it was not trained on.
_NEW_CLASS = b"new ambiguity class"


class Broken(Exception):
    """Why programs cannot go on; they are of no more use."""


class Pipeline:
    """The programs of `commands`, connected in order. Not for several threads at once.

    timeout: seconds without any answer after which the programs count as hanging. listen: keep
    what a single program writes to its standard error for `heard`; else it goes where ours goes.
    """

    def __init__(self, commands: Sequence[Sequence[str]], timeout: float, *, listen: bool = False):
        self.timeout = timeout
        self._heard = b""
        # In another encoding the programs would read something else.
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        self._names = [command[0] for command in commands]
        self.programs: list[subprocess.Popen[bytes]] = []
        for command in commands:
            before = self.programs[-1].stdout if self.programs else None
            self.programs.append(
                subprocess.Popen(
                    command,
                    stdin=before or subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE if listen else None,
                    bufsize=0,
                    env=environment,
                )
            )
            if before is not None:
                before.close()  # so that the end of a program is seen by the one before it, too
        first, last = self.programs[0].stdin, self.programs[-1].stdout
        assert first is not None
        assert last is not None
        self._input, self._output = first.fileno(), last.fileno()
        self._errors = self.programs[0].stderr.fileno() if self.programs[0].stderr else None
        os.set_blocking(self._input, False)
        if self._errors is not None:
            os.set_blocking(self._errors, False)

    def send(self, units: Sequence[bytes]) -> list[bytes]:
        """Return the answer to each of `units`, none of which holds a zero byte, in order.

        Raises Broken if a program ends or hangs, and if answers are not one to each unit.
        """
        left = memoryview(b"".join(unit + b"\0" for unit in units))
        answers: list[bytes] = []
        rest = b""
        with selectors.DefaultSelector() as selector:
            selector.register(self._output, selectors.EVENT_READ)
            if self._errors is not None:
                selector.register(self._errors, selectors.EVENT_READ)
            selector.register(self._input, selectors.EVENT_WRITE)
            while len(answers) < len(units):
                ready = {key.fd for key, _ in selector.select(self.timeout)}
                if not ready:
                    raise Broken(f"no answer for {self.timeout:g} s")
                if self._errors in ready and not self._listen():
                    selector.unregister(self._errors)
                if self._input in ready:
                    # If nobody reads any more, the end of the output says so, too.
                    with contextlib.suppress(BrokenPipeError):
                        left = left[os.write(self._input, left[:CHUNK]) :]
                    if not left or self.programs[0].poll() is not None:
                        selector.unregister(self._input)
                if self._output in ready:
                    data = os.read(self._output, CHUNK)
                    if not data:
                        raise Broken(self._cause())
                    *done, rest = (rest + data).split(b"\0")
                    answers += done
        # At the end of its input a program answers with nothing, and so do those after it.
        if rest or len(answers) > len(units) or b"" in answers:
            raise Broken(self._cause())
        return answers

    def heard(self) -> bytes:
        """Return what the program wrote to its standard error since the last call."""
        self._listen()
        heard, self._heard = self._heard, b""
        return heard

    def _listen(self) -> bool:
        """Take what is there, and tell whether there was anything."""
        assert self._errors is not None
        with contextlib.suppress(BlockingIOError):
            data = os.read(self._errors, CHUNK)
            self._heard += data
            return bool(data)
        return False

    def _cause(self) -> str:
        """Return which program ended, and how; the others ended for want of it."""
        deadline = time.monotonic() + 1
        for program in self.programs:
            with contextlib.suppress(subprocess.TimeoutExpired):
                program.wait(max(0, deadline - time.monotonic()))
        for name, program in zip(self._names, self.programs, strict=True):
            code = program.returncode
            if code not in (None, 0, -signal.SIGPIPE):
                how = f"by {signal.Signals(-code).name}" if code < 0 else f"with status {code}"
                return f"{name} ended {how}"
        if self.programs[-1].returncode is None:
            return "answers that are not one to each text"
        return f"{self._names[-1]} ended"

    def close(self) -> None:
        """End the programs."""
        for program in self.programs:
            program.kill()
        for program in self.programs:
            program.wait()
            for pipe in (program.stdin, program.stdout, program.stderr):
                if pipe is not None and not pipe.closed:
                    pipe.close()


class Tagger:
    """apertium-tagger, whose answers depend on one unit alone.

    In version 3.8.3 a combination of readings that it was not trained on makes it forget, for as
    long as it runs, which parts of speech an unknown word can be: the search for a similar
    combination writes into the set of them. With `-d` it says so, and is then replaced.
    """

    def __init__(self, command: Sequence[str], timeout: float):
        self._command = [command[0], "-d", *command[1:]]
        self._timeout = timeout
        self._now = self._started()
        self._next = self._started()  # reads its data meanwhile

    def _started(self) -> Pipeline:
        return Pipeline([self._command], self._timeout, listen=True)

    def send(self, units: Sequence[bytes]) -> list[bytes]:
        """Return the answer to each of `units`; see Pipeline.send."""
        answers = []
        for unit in units:
            answers += self._now.send([unit])
            if _NEW_CLASS in self._now.heard():
                self._now.close()
                self._now, self._next = self._next, self._started()
        return answers

    def close(self) -> None:
        """End the programs."""
        self._now.close()
        self._next.close()
