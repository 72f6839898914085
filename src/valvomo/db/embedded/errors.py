"""What can go wrong before there is a database to speak to."""


class EmbeddedPostgresError(Exception):
    """The embedded server cannot run; the message says why and what to do about it."""


class AlreadyRunningError(EmbeddedPostgresError):
    """Another process has this data folder."""
