"""What makes attachments: a plugin says by name how, and the worker makes them when the mail is sent."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from core.jobs.registry import jobs

Maker = TypeVar("Maker", bound=Callable[..., "Attachment"])


@dataclass(frozen=True)
class Attachment:
    """A file of a mail.

    Attributes:
        name: its name, in any language.
        content: the file.
        type: its media type.
    """

    name: str
    content: bytes
    type: str = "application/pdf"


#: The makers of the core and of every plugin, by qualified name, `sales.quote_pdf`.
makers: Final[dict[str, Callable[..., Attachment]]] = {}


def mail_attachment(*, name: str | None = None) -> Callable[[Maker], Maker]:
    """Declare a function that makes an attachment: `@mail_attachment()` above `def quote_pdf(quote_id: str)`.

    The worker calls it with the rights of whoever wrote the mail and in the mail's language, each time that the mail is
    tried; it should give the same file each time.

    Args:
        name: the qualified name, where it isn't the plugin's name and the function's.
    """

    def declare(function: Maker) -> Maker:
        qualified = name or f"{jobs.plugin_of_module(function.__module__)}.{function.__name__}"
        makers[qualified] = function
        function.maker_name = qualified  # type: ignore[attr-defined]
        return function

    return declare
