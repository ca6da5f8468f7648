"""`python -m softmax_cli`."""

from softmax_cli.cli import run

if __name__ == "__main__":
    run()
