"""Time, memory and results of softmax-cli against other tools: `python -m tests.benchmarks`."""
