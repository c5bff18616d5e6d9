"""PostgreSQL's prepared statements: a statement that is asked for often is parsed once, and planned once at best."""

from typing import Any, Final

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, event

#: How many statements a connection remembers; all the pages together ask for some hundreds.
MOST_PREPARED: Final = 500


class _Connection(psycopg.Connection[Any]):
    """A connection whose readers end by a commit, which is the same to them, or have no transaction at all.

    psycopg forgets all that it has prepared with each rollback, because that may have taken tables back.
    """

    def rollback(self) -> None:
        if not self.read_only:
            super().rollback()
        elif self.pgconn.transaction_status != TransactionStatus.IDLE:
            self.commit()

    def cursor(self, name: str = "", **options: Any) -> Any:
        # A cursor in the database ends with the transaction, and a reader's statement is one of its own.
        outlives = {"withhold": True} if name and self.autocommit else {}
        return super().cursor(name, **options, **outlives)


def keep_prepared(engine: Engine) -> None:
    """Let the connections of an engine keep what they have prepared from one request to the next."""

    @event.listens_for(engine, "do_connect")
    def on_connecting(_dialect: Any, _record: Any, arguments: Any, options: Any) -> psycopg.Connection[Any]:
        connection = _Connection.connect(*arguments, **options)
        connection.prepared_max = MOST_PREPARED
        return connection
