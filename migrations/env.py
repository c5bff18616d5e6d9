"""The one Alembic environment, through which the core's and every plugin's migrations run.

`core.host.migrations` gives it an open connection, in whose transaction everything happens, and the name of the plugin.
"""

from alembic import context

from core.host.migrations import MigrationRun

run: MigrationRun = context.config.attributes["run"]

context.configure(
    connection=run.connection,
    target_metadata=run.metadata,
    version_table=run.version_table,
    include_name=run.include_name,
    include_object=run.include_object,
    render_item=run.render_item,
    process_revision_directives=run.move_circular_keys,
    render_as_batch=True,
    transactional_ddl=True,
    compare_type=True,
    compare_server_default=False,
)

with context.begin_transaction():
    context.run_migrations()
