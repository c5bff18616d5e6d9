"""The base of the catalog's models."""

from pelatis.api import model_base

Model = model_base("catalog")
