"""Running Pelatis: health, metrics, logs, checks, backup and restore."""
