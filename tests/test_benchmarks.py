"""The benchmarks start: every case is there, with the functions that it names."""

import pytest

from tests.benchmarks import __main__ as program


def test_every_case_can_be_listed():
    cases = program.benchmarks(program.parser().parse_args([]))
    assert {"startup", "narrow-6", "evaluate", "readers", "scaling", "cluster"} <= set(cases)
    assert all(callable(run) for run in cases.values())


def test_a_pattern_without_a_case_is_a_usage_error(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["benchmarks", "--only", "nothing"])
    with pytest.raises(SystemExit):
        program.main()
    assert "no case is named nothing; there are startup, " in capsys.readouterr().err
