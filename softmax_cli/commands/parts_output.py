"""Runs of a command on a cluster that write the parts of their inputs to a folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from softmax_cli import options, run_options
from softmax_cli.commands import streaming
from softmax_cli.conversion.output_plan import WriteOptions, is_folder, output_format, plan_outputs
from softmax_cli.dataclass import dataclass
from softmax_cli.display.progress import progress
from softmax_cli.errors import Notice, UsageError
from softmax_cli.formats.registry import FORMATS
from softmax_cli.run_options import OutputRunOptions

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from softmax_cli.conversion.parts.part_writer import PartWriter
    from softmax_cli.conversion.parts.run_record import OutputFolder, RunRecord
    from softmax_cli.conversion.transform import Transform
    from softmax_cli.evaluation.row_stats import RowStats
    from softmax_cli.formats.part_map import PartJob
    from softmax_cli.formats.read_options import ReadOptions
    from softmax_cli.formats.source import Source
    from softmax_cli.runtime.cluster import Cluster

    # Sources, the cluster and the bytes of a part, to one source.
    Combine = Callable[[Sequence[Source], Cluster, int], Source]


@dataclass(frozen=True)
class PartsRun:
    """A run that writes the parts of its inputs to a folder."""

    read_options: ReadOptions
    transform_options: DataclassInstance
    write_options: WriteOptions
    own_options: OutputRunOptions
    quiet: bool

    def convert(
        self, paths: Sequence[str], transform: Transform, combine: Combine | None = None
    ) -> None:
        """Transform all rows of the inputs, or of what these are combined to."""
        run_options.require_files(paths, self.read_options)
        paths = [self.own_options.as_seen(path) for path in paths]
        folder = self._folder()
        earlier = folder.earlier(resume=self.own_options.resume)
        sources = list(self._open(paths, transform))
        assert self.own_options.cluster is not None
        with run_options.connect(self.own_options.cluster, quiet=self.quiet) as cluster:
            record = self._describe(paths, earlier or run_options.part_size(sources, cluster))
            if earlier:
                folder.require_same(earlier, record)
            if folder.is_complete:
                options.print_notices([Notice(f"{folder.path}: complete")], quiet=self.quiet)
                return
            folder.start(record)
            if combine:
                sources = [combine(sources, cluster, record.part_size)]
            jobs = self._plan(sources, transform, record.part_size)
            self._run(jobs, transform, cluster)
            for job in jobs:
                cast("PartWriter", job.function.function).outputs.remove_records(len(job.parts))
            folder.succeed()

    def _folder(self) -> OutputFolder:
        from softmax_cli.conversion.parts.run_record import OutputFolder

        if self.write_options.output is None or not is_folder(self.write_options.output):
            raise UsageError("--cluster writes parts to a folder", hint="Use -o FOLDER/.")
        return OutputFolder(self._output)

    @property
    def _output(self) -> str:
        """The output folder as workers find it."""
        folder = self.own_options.as_seen(self.write_options.output or "")
        return os.path.join(folder, "")  # noqa: PTH118

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
        write_options = replace(self.write_options, output=self._output)
        for path, (source,) in plan_outputs(sources, write_options):
            own = replace(write_options, output=path)
            (converter,), _ = streaming.make_converters([source], transform, own, quiet=self.quiet)
            parts = source.parts(size)
            run_options.note_whole(source, parts, quiet=self.quiet)
            suffix = FORMATS[output_format(own, source)[0]].suffixes[0]
            writer = PartWriter(converter, OutputParts.of_path(path or "", suffix))
            done = writer.outputs.done(len(parts)) if self.own_options.resume else None
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
