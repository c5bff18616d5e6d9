"""The demo: a believable company with customers, people and two years of history, of any size, the same for a seed.

Each plugin adds its own part, a `DemoPart` in its module `demo`; the core finds it through the host. What plugins stand
on is in `company`; nothing here imports the rest before somebody loads the demo.
"""
