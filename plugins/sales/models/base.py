"""The model base of sales."""

from pelatis.api import model_base

Model = model_base("sales")
