"""`python -m app.manage worker`: one process, or several that are replaced and end together."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.tasks.engine.workers import stop_workers
from tests.conftest import ROOT
from tests.manage.test_start import environment
from tests.waiting import LIMIT_SECONDS

pytestmark = pytest.mark.fault


@dataclass
class Command:
    """The command, and the ids of the processes that have become workers so far."""

    process: subprocess.Popen[bytes]
    workers: list[int] = field(default_factory=list)

    def wait_for_worker(self) -> None:
        """Read the log until another worker is ready."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if b"worker is ready" in line:
                self.workers.append(json.loads(line)["pid"])
                return
        raise AssertionError("the command has ended")

    def wait(self) -> int:
        """Return the exit code; the output ends when no process holds it any more."""
        self.process.communicate(timeout=LIMIT_SECONDS)
        return self.process.returncode


@contextmanager
def started(folder: Path, workers: int) -> Iterator[Command]:
    """Run the command, which needs no server to start, until all workers are ready."""
    settings = environment(
        DATABASE_URL=f"sqlite+aiosqlite:///{folder}/app.db",
        REDIS_URL="redis://127.0.0.1:1/0",
        SIGNING_KEYS_FILE=str(folder / "keys.json"),
        TASK_WORKERS=str(workers),
        TASK_SHUTDOWN_SECONDS="1",
    )
    arguments = [sys.executable, "-m", "app.manage", "worker"]
    with subprocess.Popen(arguments, cwd=ROOT, env=settings, stdout=subprocess.PIPE) as process:
        command = Command(process)
        try:
            for _ in range(workers):
                command.wait_for_worker()
            yield command
        finally:
            process.terminate()


def test_one_worker_runs_in_the_process_itself(tmp_path: Path) -> None:
    with started(tmp_path, workers=1) as command:
        assert command.workers == [command.process.pid]

        command.process.terminate()

        assert command.wait() == 0


def test_more_workers_are_processes_that_end_with_the_one_that_is_stopped(tmp_path: Path) -> None:
    with started(tmp_path, workers=2) as command:
        assert len({command.process.pid, *command.workers}) == 3

        command.process.terminate()

        assert command.wait() == 0


def test_a_killed_worker_is_replaced(tmp_path: Path) -> None:
    with started(tmp_path, workers=2) as command:
        os.kill(command.workers[0], signal.SIGKILL)

        command.wait_for_worker()

        assert len(set(command.workers)) == 3


def test_workers_end_when_the_process_that_started_them_is_killed(tmp_path: Path) -> None:
    with started(tmp_path, workers=2) as command:
        command.process.kill()

        assert command.wait() == -signal.SIGKILL


def test_a_worker_that_does_not_stop_in_time_is_killed() -> None:
    worker = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(600,))
    worker.start()
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGSTOP)

    stop_workers([worker], seconds=0.1)

    worker.join(LIMIT_SECONDS)
    assert not worker.is_alive()
