"""The bus between processes: hints that may be lost, by whichever way the settings name.

`port` says what a bus is. `local` is for a process that is alone, `nats` for many; NOTIFY, for a few, is in
`db/notify.py`, because only `db` speaks to PostgreSQL.
"""
