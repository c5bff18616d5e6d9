"""Public names that plugin authors need though no bundled plugin does yet."""

from flask_babel import force_locale

from pelatis.api import pgettext


def test_word_with_a_context_falls_back_to_the_word_alone(app: object) -> None:
    with force_locale("el"):
        assert pgettext("of a deal in a plugin without catalogue", "Close") == "Close"
