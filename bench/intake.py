"""The database, brought to this version and up to the journals."""

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bench.home import Home
from bench.store.ingest import ingest
from registry.errors import RequestError


def take_in(home: Home) -> str:
    """Bring the database up to what the runs folder says.

    Returns
    -------
    str
        Why the database could not take it in; empty where it did. No run depends on it.
    """
    try:
        home.store.upgrade()
        ingest(home.store, home.runs)
    except DBAPIError as error:
        return str(home.store.failure("write", error))
    except (RequestError, SQLAlchemyError) as error:
        return str(error)
    return ""
