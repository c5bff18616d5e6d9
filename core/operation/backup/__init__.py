"""Backup while serving, and a restore that proves itself before it switches.

A backup is one zip file that doesn't care which database it came from: `manifest.json`, one file of JSON lines per
table, and the attachments. Every table carries its number of rows and a hash that doesn't depend on their order; every
attachment its SHA-256. A restore builds the new database beside the old one (SQLite) or inside one transaction
(PostgreSQL), reads everything back, compares counts and hashes, and only then takes the old one's place.
"""
