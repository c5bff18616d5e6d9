"""The pages of the catalog for staff: choosing a product's options, making its variants."""

from flask import Blueprint

blueprint = Blueprint("catalog", __name__, template_folder="../templates")

from . import configurator, quantity_prices, variants  # noqa: E402, F401 – they put their routes on the blueprint
