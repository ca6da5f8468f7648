"""Run the program with parts of some bytes: `cluster_client.py PART_SIZE ARGUMENT...`."""

import sys

from softmax_cli import run_options
from softmax_cli.cli import main

if __name__ == "__main__":  # also imported by processes that Dask starts
    run_options.LEAST_PART = run_options.MOST_PART = int(sys.argv.pop(1))
    main()
