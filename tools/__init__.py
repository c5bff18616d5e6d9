"""What developers and the build run; never installed with Pelatis."""
