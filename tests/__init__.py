"""The tests of Pelatis."""
