"""The pages of sales for anybody: forms that make leads, and quotes by their link."""

from flask import Blueprint

blueprint = Blueprint("sales_public", __name__, template_folder="../templates")

from . import forms, quotes  # noqa: E402, F401 – they put their routes on the blueprint
