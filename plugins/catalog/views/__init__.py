"""The pages of the catalog for staff: choosing a product's options."""

from flask import Blueprint

blueprint = Blueprint("catalog", __name__, template_folder="../templates")

from . import configurator  # noqa: E402, F401 – it puts its routes on the blueprint
