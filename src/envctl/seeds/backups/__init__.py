"""Backups of the files of a server, as pg_basebackup and others make them."""
