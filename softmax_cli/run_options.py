"""Options about where a command runs: threads of this process, or a Dask cluster."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from softmax_cli import inputs, options
from softmax_cli.dataclass import dataclass
from softmax_cli.errors import Notice, SoftmaxError, UsageError
from softmax_cli.formats.streams.urls import is_url
from softmax_cli.number_command import option
from softmax_cli.runtime.threads import default_jobs

if TYPE_CHECKING:
    from softmax_cli.formats.part import Part
    from softmax_cli.formats.part_map import PartTasks
    from softmax_cli.formats.read_options import ReadOptions
    from softmax_cli.formats.source import Source
    from softmax_cli.runtime.cluster import Cluster

# Bytes of a part: few enough for several parts per thread, as many as make tasks worth their cost.
LEAST_PART, MOST_PART = 8 << 20, 128 << 20
_PARTS_PER_THREAD = 4
# Packages that must have the same version everywhere, as Python must.
_PACKAGES = ["softmax-cli", "numpy", "polars", "distributed"]


@dataclass(frozen=True)
class RunOptions:
    """Threads of this process, or the scheduler of a cluster, to run a command."""

    jobs: int | None = None
    cluster: str | None = None

    @property
    def threads(self) -> int:
        """The number of threads of this process."""
        return self.jobs or default_jobs()

    def uses_cluster(self) -> bool:
        """Return True if a cluster is used; raise UsageError for options without effect."""
        if self.cluster is not None and self.jobs is not None:
            raise UsageError("--jobs has no effect with --cluster, whose workers have threads")
        return self.cluster is not None

    def as_seen(self, path: str) -> str:
        """Return a path as workers find it, whose current folder is another one."""
        from softmax_cli.runtime.executors import LOCAL

        elsewhere = self.cluster not in (None, LOCAL)
        return os.path.abspath(path) if elsewhere and not is_url(path) else path  # noqa: PTH100

    def require_labeled_file(
        self, paths: Sequence[str], read_options: ReadOptions, label_file: str | None
    ) -> None:
        """Raise UsageError for labeled rows that the workers of a cluster cannot read in parts."""
        if not self.uses_cluster():
            return
        require_files(paths, read_options)
        if len(paths) > 1:
            raise UsageError(
                "--cluster takes one file: models are compared row by row",
                hint="Evaluate each file, or leave out --cluster.",
            )
        if label_file is not None:
            raise UsageError(
                "--cluster cannot match rows with labels in another file",
                hint="Use labels in a column of the file, or leave out --cluster.",
            )

    def enter_tasks(self, stack: ExitStack, source: Source, *, quiet: bool) -> PartTasks | None:
        """Connect for tasks on the parts of a source, until the stack closes; None if not used."""
        from softmax_cli.formats.part_map import PartTasks

        if self.cluster is None:
            return None
        cluster = stack.enter_context(connect(self.cluster, quiet=quiet))
        parts = source.parts(part_size([source], cluster))
        note_whole(source, parts, quiet=quiet)
        return PartTasks(parts, cluster)


@dataclass(frozen=True)
class OutputRunOptions(RunOptions):
    """The same for a command that writes parts, with `resume` those that are missing."""

    resume: bool = False

    def uses_cluster(self) -> bool:
        """Return True if a cluster is used; raise UsageError for options without effect."""
        if self.resume and self.cluster is None:
            raise UsageError("--resume has no effect without --cluster")
        return super().uses_cluster()


_options = [
    options.jobs,
    option("Run", "--cluster", metavar="SCHEDULER",
           help="Run on a Dask cluster: the address or file of its scheduler, or local for "
                "processes on this machine."),
]  # fmt: skip
with_run_options = options.options_as_record(RunOptions, "run_options", _options)
with_output_run_options = options.options_as_record(OutputRunOptions, "run_options", [
    *_options,
    option("Run", "--resume", is_flag=True,
           help="With --cluster: write only the parts that an earlier run did not."),
])  # fmt: skip


@contextmanager
def connect(address: str, *, quiet: bool) -> Iterator[Cluster]:
    """Connect to a cluster, and wait for a worker.

    Raises SoftmaxError if the workers do not run what the client runs.
    """
    from softmax_cli.runtime.cluster import open_cluster

    with open_cluster(address) as cluster:
        cluster.wait_for_workers(lambda text: options.print_notices([Notice(text)], quiet=quiet))
        _require_same_versions(cluster)
        yield cluster


def require_files(paths: Sequence[str], read_options: ReadOptions) -> None:
    """Raise UsageError for inputs that workers cannot read."""
    if not paths or "-" in paths or inputs.are_vectors(paths):
        raise UsageError("--cluster reads files, not standard input or arguments")
    if read_options.grouping:
        raise UsageError(
            "--cluster cannot keep the rows of a group in one part",
            hint="Leave out --cluster.",
        )


def part_size(sources: Sequence[Source], cluster: Cluster) -> int:
    """Return the bytes of a part: several parts per thread, within bounds."""
    total = sum(source.size or 0 for source in sources)
    return min(MOST_PART, max(LEAST_PART, total // (_PARTS_PER_THREAD * max(1, cluster.threads))))


def note_whole(source: Source, parts: Sequence[Part], *, quiet: bool) -> None:
    """Say that an input is one part, because it can only be read from its beginning."""
    if parts[0].whole:
        text = f"{source.source}: read by one worker, because it cannot be split"
        options.print_notices([Notice(text)], quiet=quiet)


def _require_same_versions(cluster: Cluster) -> None:
    """Raise SoftmaxError for a worker with other versions than the client."""
    hosts = cluster.versions(_PACKAGES)
    own = hosts.pop("client")
    for address, versions in hosts.items():
        for package, version in versions.items():
            if version != own[package]:
                has = f"has {package} {version}" if version else f"lacks {package}"
                raise SoftmaxError(
                    f"worker {address} {has}, but the client has {own[package]}",
                    hint="Install the same versions on all workers.",
                )
