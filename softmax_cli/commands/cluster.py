"""Options and runs on a Dask cluster: parts of files as tasks of its workers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from softmax_cli import inputs, options
from softmax_cli.commands import streaming
from softmax_cli.conversion.output_plan import WriteOptions, is_folder, output_format, plan_outputs
from softmax_cli.display.progress import progress
from softmax_cli.errors import Notice, SoftmaxError, UsageError
from softmax_cli.formats.registry import FORMATS
from softmax_cli.number_command import option

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from softmax_cli.conversion.parts.part_writer import PartWriter
    from softmax_cli.conversion.parts.run_record import OutputFolder, RunRecord
    from softmax_cli.conversion.transform import Transform
    from softmax_cli.evaluation.row_stats import RowStats
    from softmax_cli.formats.part import Part
    from softmax_cli.formats.part_map import PartJob
    from softmax_cli.formats.read_options import ReadOptions
    from softmax_cli.formats.source import Source
    from softmax_cli.runtime.cluster import Cluster

# Bytes of a part: few enough for several parts per thread, as many as make tasks worth their cost.
LEAST_PART, MOST_PART = 8 << 20, 128 << 20
_PARTS_PER_THREAD = 4
# Packages that must have the same version everywhere, as Python must.
_PACKAGES = ["softmax-cli", "numpy", "polars", "distributed"]


@dataclass(frozen=True)
class ClusterOptions:
    """The scheduler of a cluster; None for this process."""

    cluster: str | None = None

    def is_used(self, jobs: int | None) -> bool:
        """Return True if a cluster is used; raise UsageError if --jobs has no effect on it."""
        if self.cluster is not None and jobs is not None:
            raise UsageError("--jobs has no effect with --cluster, whose workers have threads")
        return self.cluster is not None


@dataclass(frozen=True)
class OutputClusterOptions(ClusterOptions):
    """Options of a command that writes parts."""

    resume: bool = False

    def is_used(self, jobs: int | None) -> bool:
        """Return True if a cluster is used; raise UsageError for options without effect."""
        if self.resume and self.cluster is None:
            raise UsageError("--resume has no effect without --cluster")
        return super().is_used(jobs)


_cluster = option(
    "Run", "--cluster", metavar="ADDRESS|FILE|local",
    help="Run on the Dask cluster with this scheduler, or on processes of this machine.",
)  # fmt: skip
cluster_options = options.options_as_record(ClusterOptions, "cluster_options", [_cluster])
output_options = options.options_as_record(OutputClusterOptions, "cluster_options", [
    _cluster,
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
            hint="Leave out --cluster, or make rows of the groups first: convert --group --wide.",
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


@dataclass(frozen=True)
class PartsRun:
    """A run that writes the parts of its inputs to a folder."""

    read_options: ReadOptions
    transform_options: DataclassInstance
    write_options: WriteOptions
    cluster_options: OutputClusterOptions
    quiet: bool

    def convert(self, paths: Sequence[str], transform: Transform) -> None:
        """Transform all rows of the inputs."""
        require_files(paths, self.read_options)
        folder = self._folder()
        earlier = folder.earlier(resume=self.cluster_options.resume)
        sources = list(self._open(paths, transform))
        assert self.cluster_options.cluster is not None
        with connect(self.cluster_options.cluster, quiet=self.quiet) as cluster:
            record = self._describe(paths, earlier or part_size(sources, cluster))
            if earlier:
                folder.require_same(earlier, record)
            if folder.is_complete:
                options.print_notices([Notice(f"{folder.path}: complete")], quiet=self.quiet)
                return
            folder.start(record)
            jobs = self._plan(sources, transform, record.part_size)
            self._run(jobs, transform, cluster)
            for job in jobs:
                cast("PartWriter", job.function.function).outputs.remove_records(len(job.parts))
            folder.succeed()

    def _folder(self) -> OutputFolder:
        from softmax_cli.conversion.parts.run_record import OutputFolder

        if self.write_options.output is None or not is_folder(self.write_options.output):
            raise UsageError("--cluster writes parts to a folder", hint="Use -o FOLDER/.")
        return OutputFolder(self.write_options.output)

    def _open(self, paths: Sequence[str], transform: Transform) -> Iterator[Source]:
        """Open each input for a look at its head."""
        for source in streaming.open_each(paths, transform, self.read_options, self.write_options):
            with closing(source):
                yield source

    def _describe(self, paths: Sequence[str], size: RunRecord | int) -> RunRecord:
        from softmax_cli.conversion.parts.run_record import RunRecord

        own = [self.read_options, self.transform_options, replace(self.write_options, output=None)]
        return RunRecord.describe(paths, own, size if isinstance(size, int) else size.part_size)

    def _plan(
        self, sources: Sequence[Source], transform: Transform, size: int
    ) -> list[PartJob[RowStats]]:
        """Return the parts of each source, with what writes them."""
        from softmax_cli.conversion.parts.part_writer import OutputParts, PartWriter
        from softmax_cli.formats.part_map import PartFunction, PartJob

        jobs = []
        for path, (source,) in plan_outputs(sources, self.write_options):
            own = replace(self.write_options, output=path)
            (converter,), _ = streaming.make_converters([source], transform, own, quiet=self.quiet)
            parts = source.parts(size)
            note_whole(source, parts, quiet=self.quiet)
            suffix = FORMATS[output_format(own, source)[0]].suffixes[0]
            writer = PartWriter(converter, OutputParts.of_path(path or "", suffix))
            done = writer.outputs.done(len(parts)) if self.cluster_options.resume else None
            jobs.append(PartJob(PartFunction(source, writer), parts, done))
        return jobs

    def _run(
        self, jobs: Sequence[PartJob[RowStats]], transform: Transform, cluster: Cluster
    ) -> None:
        """Write all parts."""
        from softmax_cli.conversion.parts.part_writer import counts_of
        from softmax_cli.evaluation.row_stats import RowStats
        from softmax_cli.formats.part_map import map_parts

        stats = [RowStats() for _ in jobs]
        total = sum(part.size for job in jobs for part in job.parts)
        position = rows = 0
        with progress(total, shown=not self.quiet) as bar:
            for number, result in map_parts(jobs, cluster):
                counts = counts_of(result)
                stats[number].add(counts)
                position, rows = position + result.part.size, rows + counts.rows + counts.invalid
                bar.update(position, rows)
        for job, counts in zip(jobs, stats, strict=True):
            streaming.print_warnings(counts, job.function.source, transform, quiet=self.quiet)


def _require_same_versions(cluster: Cluster) -> None:
    """Raise SoftmaxError for a worker with other versions than the client."""
    hosts = cluster.versions(_PACKAGES)
    own = hosts.pop("client")
    for address, versions in hosts.items():
        for package, version in versions.items():
            if version != own[package]:
                has = f"has {package} {version}" if version else f"lacks {package}"
                raise SoftmaxError(
                    f"worker {address} {has}, the client {package} {own[package]}",
                    hint="Install the same versions on all workers.",
                )
