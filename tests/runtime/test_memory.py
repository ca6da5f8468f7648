"""Settings of the allocator and the garbage collector for streams."""

import ctypes
import gc
import os

import numpy as np
import pytest

from softmax_cli.runtime import memory


@pytest.fixture
def collector():
    enabled, frozen, threshold = gc.isenabled(), gc.get_freeze_count(), gc.get_threshold()
    yield
    gc.set_threshold(*threshold)
    (gc.enable if enabled else gc.disable)()
    if not frozen:
        gc.unfreeze()


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype=np.uint64).reshape(2, 3),
        np.arange(6, dtype=np.uint64).reshape(2, 3).T,
        np.arange(12, dtype=np.uint64)[::2],
        np.array([2**64 - 1], np.uint64),
    ],
    ids=["rows", "columns", "strided", "one"],
)
def test_a_copy_outside_the_heap_is_equal_and_its_own(array):
    copy = memory.copy_to_mmap(array)
    expected = array.copy()
    assert (copy.dtype, copy.shape) == (array.dtype, array.shape)
    np.testing.assert_array_equal(copy, expected)
    copy[...] = 7
    np.testing.assert_array_equal(array, expected)
    assert not np.shares_memory(copy, array)


def test_garbage_is_collected_again_and_what_is_there_is_left_alone(collector, monkeypatch):
    monkeypatch.setattr(memory, "_raise_malloc_thresholds", lambda: None)
    gc.disable()
    gc.unfreeze()
    memory.tune_for_streaming()
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0


@pytest.mark.parametrize("given", [None, "narenas:1"])
def test_jemalloc_keeps_freed_memory_unless_the_user_has_settings(given, collector, monkeypatch):
    name = "_RJEM_MALLOC_CONF"
    monkeypatch.setattr(memory, "_raise_malloc_thresholds", lambda: None)
    monkeypatch.setenv(name, given or "")
    if given is None:
        monkeypatch.delenv(name)
    memory.tune_for_streaming()
    assert os.environ[name] == (given or "dirty_decay_ms:10000")


def test_freed_memory_is_kept_where_the_allocator_has_the_setting(monkeypatch):
    settings = {}

    class Library:
        mallopt = staticmethod(lambda which, size: settings.update({which: size}))

    monkeypatch.setattr(ctypes, "CDLL", lambda _name: Library)
    memory._raise_malloc_thresholds()
    assert settings == {-8: 1, -3: 32 << 20, -1: 512 << 20}


def _no_library(_name):
    raise OSError


@pytest.mark.parametrize("library", [_no_library, lambda _name: object()])
def test_another_allocator_is_left_alone(library, monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", library)
    memory._raise_malloc_thresholds()
