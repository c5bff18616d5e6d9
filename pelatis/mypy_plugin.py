"""What mypy has to know of Pelatis: `Model = model_base("warranties")` is a class that models derive from.

Plugin authors who check types name it in their configuration: `plugins = ["pelatis.mypy_plugin"]`.
"""

from collections.abc import Callable

from mypy.nodes import GDEF, Block, ClassDef, SymbolTable, SymbolTableNode, TypeInfo
from mypy.plugin import DynamicClassDefContext, Plugin
from mypy.types import Instance

_MODEL_BASE = "core.database.base.model_base"
_DECLARATIVE_BASE = "sqlalchemy.orm.decl_api.DeclarativeBase"


class PelatisPlugin(Plugin):
    """Tells mypy which calls make classes."""

    def get_dynamic_class_hook(self, fullname: str) -> Callable[[DynamicClassDefContext], None] | None:
        """Return what defines the class that a call of `fullname` makes; None for all but `model_base`."""
        return _define_model_base if fullname == _MODEL_BASE else None


def _define_model_base(context: DynamicClassDefContext) -> None:
    declarative_base = context.api.lookup_fully_qualified_or_none(_DECLARATIVE_BASE)
    if declarative_base is None or not isinstance(declarative_base.node, TypeInfo):
        context.api.defer()
        return
    definition = ClassDef(context.name, Block([]))
    definition.fullname = context.api.qualified_name(context.name)
    info = TypeInfo(SymbolTable(), definition, context.api.cur_mod_id)
    definition.info = info
    info.bases = [Instance(declarative_base.node, [])]
    info.mro = [info, *declarative_base.node.mro]
    info.metaclass_type = info.calculate_metaclass_type()
    context.api.add_symbol_table_node(context.name, SymbolTableNode(GDEF, info))


def plugin(_version: str) -> type[Plugin]:
    """Return the plugin; mypy asks for it by this name."""
    return PelatisPlugin
