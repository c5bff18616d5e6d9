"""What a deal may collide with, as plugins say it to each other."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DealConflict:
    """Something else that is under way.

    Attributes:
        title: what it is, in the language of the request: the name of another deal, "Registered by Nordvik AS".
        note: whose it is and how it stands, in a few words; may be empty.
        figure: what it is worth, formatted; may be empty.
        url: its page, where the actor may open it; otherwise empty.
    """

    title: str
    note: str = ""
    figure: str = ""
    url: str = ""
