"""The bench: Pelatis' pages beside a floor measured in the same run, on data that it makes itself."""
