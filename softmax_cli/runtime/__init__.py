"""How work is run: chunks through a function, in order, and memory that suits streams.

`ordered_map` maps a function over chunks on several threads, a bounded number ahead, and
yields results in order; `threads` counts CPUs; `memory` tunes the allocator.
"""
