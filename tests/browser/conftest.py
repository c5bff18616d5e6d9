"""What a test in a browser may ask for: a served company to look around in, and pages of the person who runs it.

Nothing here is collected unless `PELATIS_TEST_BROWSER` names a Chromium; the end of a run says so (tests/reporting.py).
"""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    StorageState,
    expect,
    sync_playwright,
)

BROWSER: Final = os.environ.get("PELATIS_TEST_BROWSER", "")
ROOT: Final = Path(__file__).parents[2]
#: Without a sandbox, because tests also run as root in containers, and without anything that reaches for the network.
ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
#: Chromium tells every answer of 400 and more as an error; `Opened` hears of them by itself, and knows more of them.
REFUSAL: Final = "Failed to load resource: the server responded with a status of "
#: What a person's act may ask for, so that an answer of 4xx is no fault of the page.
ACTS: Final = ("document", "fetch", "xhr")
#: A page that is left gives up what it was still loading.
GIVEN_UP: Final = "net::ERR_ABORTED"
#: Every picture, sheet and script of a page that its own rules keep out is told in the console.
TELL_WHAT_IS_KEPT_OUT: Final = """addEventListener("securitypolicyviolation", (event) => {
  console.error(`kept out by the policy: ${event.violatedDirective} ${event.blockedURI}`);
});"""

collect_ignore_glob = [] if BROWSER else ["test_*.py"]


@dataclass(frozen=True)
class Installation:
    """A database with the demonstration in it, and how to sign in to it."""

    environment: dict[str, str]
    folder: Path
    email: str
    password: str

    def run(self, *arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
        """Run the command `pelatis` on this database, tell it what is said to it, and give what it answered."""
        return subprocess.run(
            _command(*arguments),
            cwd=ROOT,
            env=self.environment,
            input=said,
            capture_output=True,
            text=True,
            check=False,
        )

    @contextmanager
    def serve(self, port: int = 0) -> Iterator[str]:
        """Run `pelatis run` on a port, or any free one, for as long as the block lasts, and give its address."""
        with ExitStack() as stack:
            log = stack.enter_context((self.folder / "server.log").open("ab"))
            server = stack.enter_context(
                subprocess.Popen(
                    _command("run", "--port", str(port)),
                    cwd=ROOT,
                    env=self.environment,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                )
            )
            stack.callback(server.terminate)
            assert server.stdout is not None
            announced = next((line for line in server.stdout if line.startswith("Pelatis is at ")), "")
            assert announced, (self.folder / "server.log").read_text()
            yield announced.split()[3]


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "pelatis", *arguments]


def environment_of(folder: Path) -> dict[str, str]:
    """Give the environment of an installation that keeps everything in a folder, apart from the machine's own."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PELATIS_")}
    return inherited | {"PELATIS_DATA_DIR": str(folder / "data"), "PELATIS_SECRET_KEY": "t" * 40}


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Make a company of forty customers, once for all workers, and give its folder."""
    own = tmp_path_factory.getbasetemp()
    folder = (own if worker_id == "master" else own.parent) / "company"
    with (folder.with_suffix(".lock")).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "told.json").exists():
            made = Installation(environment_of(folder), folder, "", "")
            loaded = made.run("demo", "--customers", "40", "--json")
            assert loaded.returncode == 0, loaded.stderr
            (folder / "told.json").write_text(loaded.stdout)
    return folder


@pytest.fixture(scope="session")
def installation(company: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Give the worker a company of its own."""
    return copy_of(company, tmp_path_factory.mktemp("browser"))


def copy_of(company: Path, folder: Path) -> Installation:
    """Copy a company into a folder, where it is somebody's own."""
    shutil.copytree(company, folder, dirs_exist_ok=True)
    told = json.loads((folder / "told.json").read_text())
    return Installation(environment_of(folder), folder, told["email"], told["password"])


@pytest.fixture(scope="session")
def server(installation: Installation) -> Iterator[str]:
    """Serve the company, and give the address."""
    with installation.serve() as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Give the machine's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=list(ARGUMENTS))
        yield browser
        browser.close()


def sign_in(page: Page, server: str, email: str, password: str) -> None:
    """Sign a person in by the page, and wait for the day that it leads to."""
    page.goto(f"{server}/login")
    page.get_by_role("textbox", name="Mail").fill(email)
    page.get_by_role("textbox", name="Password").fill(password)
    page.locator("form [type=submit]").first.click()
    page.wait_for_url(f"{server}/")


@pytest.fixture(scope="session")
def session(chromium: Browser, server: str, installation: Installation) -> StorageState:
    """Sign the administrator in once, for all tests."""
    context = chromium.new_context(base_url=server)
    sign_in(context.new_page(), server, installation.email, installation.password)
    state = context.storage_state()
    context.close()
    return state


@dataclass
class Opened:
    """A page, and what the browser complained of on it."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self._complain(str(error)))
        self.page.on("requestfailed", self._miss)
        self.page.on("response", self._read)

    def _complain(self, text: str) -> None:
        self.complaints.append(f"{text} @ {self.page.url}")

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(REFUSAL):
            self._complain(message.text)

    def _miss(self, request: Request) -> None:
        if request.failure != GIVEN_UP:
            self._complain(f"{request.method} {request.url}: {request.failure}")

    def _read(self, response: Response) -> None:
        if response.status >= 500 or (response.status >= 400 and response.request.resource_type not in ACTS):
            self._complain(f"{response.status} for {response.url}")


Opener = Callable[..., Page]


@pytest.fixture
def open_page(chromium: Browser, server: str, session: StorageState) -> Iterator[Opener]:
    """Give what opens a page: at a size, signed in or not, light or dark; no page may have had an error at the end."""
    expect.set_options(timeout=10_000)
    opened: list[Opened] = []

    def opener(
        *, width: int = 1400, height: int = 900, signed_in: bool = True, dark: bool = False, base_url: str = server
    ) -> Page:
        context = chromium.new_context(
            base_url=base_url,
            viewport={"width": width, "height": height},
            storage_state=session if signed_in else None,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            locale="en-GB",
        )
        context.set_default_timeout(10_000)
        context.add_init_script(TELL_WHAT_IS_KEPT_OUT)
        opened.append(Opened(context.new_page()))
        return opened[-1].page

    yield opener
    contexts: list[BrowserContext] = [each.page.context for each in opened]
    for context in contexts:
        context.close()
    assert [complaint for each in opened for complaint in each.complaints] == []


@pytest.fixture
def page(open_page: Opener) -> Page:
    """Give a page of the administrator on a wide screen."""
    return open_page()
