"""The bench: Pelatis' pages beside a floor measured in the same run, on data that it makes itself."""

from core.bench.run import Sizes, run_bench

__all__ = ["Sizes", "run_bench"]
