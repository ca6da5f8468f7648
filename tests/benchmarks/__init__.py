"""Times, memory and results of softmax-cli beside other tools: `python -m tests.benchmarks`."""
