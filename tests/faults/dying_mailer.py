"""A worker for the fault tests of mail: it does the next job, and is killed by the mail server that it talks to.

Called with the database's URL and a data folder.
"""

import sys
from pathlib import Path

from core.app import create_app
from core.jobs.worker import run_next_job, worker_name
from tests.conftest import make_settings

if __name__ == "__main__":
    app = create_app(make_settings(Path(sys.argv[2]), sys.argv[1]))
    with app.app_context():
        run_next_job(worker_name())
