"""Imports: a file becomes records, row by row, with a preview, a report, an error file and an undo of the whole."""
