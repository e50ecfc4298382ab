"""Where data comes from. Now: dumps of Postgres, restored by the client of the service's own image.

Nothing of a dump runs on the host. It is read here as bytes, and everything that acts on it (psql, pg_restore, and
what the SQL in it may do on the server's side: `COPY … FROM PROGRAM`, `lo_import`) acts inside the container, as an
unprivileged user, without the daemon's socket. psql's own commands (`\\!`, `\\copy`, `\\o`) are refused altogether.
"""
