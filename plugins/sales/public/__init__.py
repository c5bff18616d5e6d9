"""The pages of sales for anybody: forms that make leads."""

from flask import Blueprint

blueprint = Blueprint("sales_public", __name__, template_folder="../templates")

from . import forms  # noqa: E402, F401 – it puts its routes on the blueprint
