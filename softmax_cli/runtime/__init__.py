"""Execution: an ordered parallel map over chunks, and memory tuning for streams.

`ordered_map` maps a function over chunks on several threads, a bounded number ahead, and
yields results in order; `threads` counts CPUs; `memory` tunes the allocator;
`positional_read` reads a file at an offset from any thread.
"""
