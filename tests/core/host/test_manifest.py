"""What a plugin may say about itself."""

import pytest

from core.host.manifest import ManifestError, Plugin


def manifest(**changes: object) -> Plugin:
    values: dict[str, object] = {"name": "sales", "title": "Sales", "summary": "Selling", "version": "1.0.0"}
    return Plugin(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["Sales", "s", "sales-tax", "sales__tax", "_sales", "sales_", "1sales", "a" * 31, ""])
def test_name_that_cannot_be_url_segment_table_prefix_and_namespace_is_refused(name: str) -> None:
    with pytest.raises(ManifestError, match="can't be a plugin's name"):
        manifest(name=name)


@pytest.mark.parametrize(
    "name", ["customers", "admin", "api", "static", "login", "settings", "today", "healthz", "core"]
)
def test_name_of_a_core_page_is_refused(name: str) -> None:
    with pytest.raises(ManifestError, match="the core has pages of that name"):
        manifest(name=name)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"version": "one"}, "isn't like 1.0.0"),
        ({"requires_core": "1.0 or so"}, "isn't like >=1.0,<2"),
        ({"requires": "catalog"}, "not the string"),
        ({"requires": ["sales"]}, "names the plugin itself"),
        ({"uses": ["No Name"]}, "can't be a plugin's name"),
        ({"title": " "}, "must not be empty"),
    ],
)
def test_wrong_value_is_named_in_the_error(changes: dict[str, object], complaint: str) -> None:
    with pytest.raises(ManifestError, match=complaint):
        manifest(**changes)


def test_lists_become_tuples_so_that_a_manifest_never_changes() -> None:
    assert manifest(requires=["catalog"], uses=["service"]).requires == ("catalog",)
    with pytest.raises(AttributeError):
        manifest().name = "other"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("wanted", "core", "accepted"),
    [
        ("", "0.1.0", True),
        (">=1.0,<2", "1.4.2", True),
        (">=1.0,<2", "1.0.dev3", True),
        (">=1.0,<2", "0.9", False),
        (">=1.0,<2", "2.0", False),
    ],
)
def test_required_core_is_compared_as_pep_440_has_it(wanted: str, core: str, accepted: bool) -> None:
    assert manifest(requires_core=wanted).accepts_core(core) is accepted
