"""Schema fields: one description of a field for form, list, filter, API, import and export.

They are marshmallow's own with a label, a help line and what the pages need. Public as `pelatis.api.fields`.
"""

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from contextvars import ContextVar
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any, ClassVar, Final

import marshmallow as ma
from marshmallow import RAISE, validate
from marshmallow.types import ErrorMessages

from core.i18n import _, _l, is_ambiguous, with_point
from core.records.registry import record_types

#: Ids that the present job has found visible to its actor already: an import asks once for each, and not per row.
trusted_ids: ContextVar[Collection[uuid.UUID]] = ContextVar("trusted_ids", default=())

#: What a whole number and an amount stay below: what the columns of both databases hold.
LARGEST_INTEGER: Final = 2**31 - 1
LARGEST_AMOUNT: Final = Decimal(10) ** 14
#: The years of moments and of days in filters, so that any zone and the day after can still be told.
YEARS: Final = range(2, 9_999)


#: How a length, a number or an address that doesn't fit is told; marshmallow itself speaks English alone.
_LENGTHS: Final = {
    "max": _l("Write at most {max} characters."),
    "min": _l("Write at least {min} characters."),
    "both": _l("Write {min} to {max} characters."),
}
_RANGES: Final = {
    "max": _l("This must be at most {max}."),
    "min": _l("This must be at least {min}."),
    "above": _l("This must be more than {min}."),
    "both": _l("This must be between {min} and {max}."),
}
_WRONG: Final[ErrorMessages] = {
    "required": _l("Fill this in."),
    "null": _l("Fill this in."),
    "validator_failed": _l("This doesn't fit here."),
}
_NOT_WHOLE: Final[ErrorMessages] = {"invalid": _l("This isn't a whole number.")}
_NOT_A_NUMBER: Final[ErrorMessages] = {
    "invalid": _l("This isn't a number."),
    "special": _l("This isn't a number."),
    "too_large": _l("This number is too large."),
}
_NEITHER: Final[ErrorMessages] = {"invalid": _l("This is yes or no.")}
_NO_DAY: Final[ErrorMessages] = {"invalid": _l("This isn't a day.")}
_NO_MOMENT: Final[ErrorMessages] = {"invalid": _l("This isn't a day with a time.")}
_NOT_FOUND: Final[ErrorMessages] = {"invalid_uuid": _l("This record doesn't exist, or it isn't yours to see.")}
_NOT_MAIL, _NOT_WEB = _l("This isn't a mail address."), _l("This isn't a web address.")
_NOT_OFFERED = _l("Choose one of those that are offered.")


def _own_words(validator: Any) -> Any:
    """Let one of marshmallow's validators speak the language of whoever is answered, if it has no words of its own."""
    if isinstance(validator, validate.URL):
        validator.error = _NOT_WEB
    elif isinstance(validator, validate.Email):
        validator.error = _NOT_MAIL
    elif isinstance(validator, validate.Length) and not validator.error and validator.equal is None:
        validator.error = _LENGTHS[_bounds(validator)]
    elif isinstance(validator, validate.Range) and not validator.error:
        bounds = _bounds(validator)
        validator.error = _RANGES["above" if bounds == "min" and not validator.min_inclusive else bounds]
    elif isinstance(validator, validate.OneOf) and validator.error == validate.OneOf.default_message:
        validator.error = _NOT_OFFERED
    return validator


def _bounds(validator: Any) -> str:
    if validator.min is not None and validator.max is not None:
        return "both"
    return "max" if validator.min is None else "min"


class FieldInfo:
    """What every field of a record knows beside how it is validated.

    Args:
        label: what people call it, lazily translated; made from the name when missing.
        help: one line under the control.
        column: the model attribute it is kept in, when it isn't called like the field.
        sort_column: the model attribute that its list is sorted by (a sort key), when it isn't the column.
        group: fields of one group stand together in a form.
        import_names: headers (folded) that an import recognises it by, beside label and name.
        when_empty: what an empty cell of an import becomes; the field is left out when not given.
    """

    #: The form control: text, textarea, number, date, datetime, checkbox, choice, relation, money, email, phone,
    #: tags, choices.
    control: ClassVar[str] = "text"
    #: What filters may ask of it.
    operators: ClassVar[tuple[str, ...]] = ("is", "is_not", "contains", "empty", "not_empty")
    numeric: ClassVar[bool] = False
    #: Whether a list may be sorted by it.
    sortable: ClassVar[bool] = True
    #: Whether equal texts are read alike whatever stands in the other fields, and to a value that nobody changes.
    reads_alike: ClassVar[bool] = True

    default_error_messages = _WRONG

    # What marshmallow's fields have, for those who know a field by this class alone.
    name: str | None
    attribute: str | None
    required: bool
    allow_none: bool
    dump_only: bool
    load_only: bool
    error_messages: ErrorMessages
    validators: list[ma.types.Validator]

    def __init__(
        self,
        *arguments: Any,
        label: Any = None,
        help: Any = None,
        column: str | None = None,
        sort_column: str | None = None,
        group: Any = None,
        import_names: Sequence[str] = (),
        **options: Any,
    ) -> None:
        if not options.get("required"):
            options.setdefault("allow_none", True)
        super().__init__(*arguments, **options)
        for validator in self.validators:
            _own_words(validator)
        self._label = label
        self.help = help
        self.group = group
        self.sort_column = sort_column
        self.import_names = tuple(import_names)
        self._column = column

    @property
    def label(self) -> Any:
        """What people call the field."""
        return self._label or str(self.name).replace("_", " ").capitalize()

    def relabel(self, label: Any) -> None:
        """Let people call it something else, where a copy of it stands among another record's fields."""
        self._label = label

    @property
    def column(self) -> str:
        """The model attribute that it is kept in."""
        return self._column or self.attribute or str(self.name)

    @property
    def writable(self) -> bool:
        """Whether forms, API and imports may set it."""
        return not self.dump_only

    def make_error(self, key: str, **variables: Any) -> ma.ValidationError:
        """Say what is wrong in the language of whoever is answered now; a field is made when nobody is."""
        return ma.ValidationError(str(self.error_messages[key]).format(**variables))

    def _validate(self, value: Any) -> None:
        """Leave what turned out to be empty alone; marshmallow looks for None before it reads a text."""
        if value is None:
            return
        try:
            for validator in self.validators:
                validator(value)
        except ma.ValidationError:
            super()._validate(value)  # type: ignore[misc]  # it asks all of them, and gathers what they say


class WritesItself:
    """A field that knows better than the records layer how its values are read by people."""

    def written(self, value: Any) -> str:
        """Write a value, which is never empty, in the person's language."""
        raise NotImplementedError


class String(FieldInfo, ma.fields.String):
    """A line of text; surrounding space is dropped."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        text = super()._deserialize(value, attr, data, **options)
        text = " ".join(str(text).split()) if self.control == "text" else str(text).strip()
        if not text and self.required:
            raise self.make_error("required")
        return text or (None if self.allow_none else text)


class Text(String):
    """Text of several lines."""

    control = "textarea"


class Rows(Text):
    """Text whose lines are rows of a few columns: `0 - 10000: 5`. A browser with JavaScript draws them as a table.

    Args:
        columns: what each column is called.
        separators: what stands between each column and the next.
        example: lines that show how it is written.
        chained: whether a row begins where the one before it ends: its first column follows that one's second.
    """

    sortable = False

    def __init__(
        self, columns: Sequence[Any], separators: Sequence[str], example: str, *, chained: bool = False, **options: Any
    ) -> None:
        super().__init__(**options)
        self.columns, self.separators, self.example, self.chained = columns, separators, example, chained


class _MailAddress(validate.Email):
    """marshmallow's own check, which words what is wrong only when something is."""

    def __call__(self, value: str) -> str:
        """Check an address."""
        user, _at, domain = value.rpartition("@")
        if user and self.USER_REGEX.match(user) and self.DOMAIN_REGEX.match(domain):
            return value
        return super().__call__(value)


class Email(FieldInfo, ma.fields.Email):
    """A mail address, kept in lower case."""

    control = "email"

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.validators[0] = _own_words(_MailAddress())

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        if value in ("", None):
            return None
        return str(super()._deserialize(str(value).strip().lower(), attr, data, **options))


class Url(FieldInfo, ma.fields.Url):
    """A web address; https is put before a bare host name."""

    control = "url"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        text = str(value or "").strip()
        if not text:
            return None
        if "://" not in text and not text.lower().startswith(("javascript:", "data:")):
            text = f"https://{text}"
        return super()._deserialize(text, attr, data, **options)


class Phone(FieldInfo, ma.fields.String):
    """A phone number, kept as E.164 (`+302610437221`); national ones are read as of the field's region."""

    control = "phone"

    def __init__(self, *, region: str = "GR", **options: Any) -> None:
        super().__init__(**options)
        self.region = region

    def region_of(self, _data: Any) -> str:
        """Give the country as of which a national number is read, ISO 3166-1 alpha-2; fields are shared by all threads.

        Args:
            _data: what the number was sent with, field name to raw value.
        """
        return self.region

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        text = str(value or "").strip()
        if not text:
            return None
        import phonenumbers  # heavy, and most requests need none

        try:
            number = phonenumbers.parse(text, self.region_of(data))
        except phonenumbers.NumberParseException as error:
            raise ma.ValidationError(_("“%(text)s” isn't a phone number.", text=text)) from error
        if not phonenumbers.is_possible_number(number):
            raise ma.ValidationError(_("“%(text)s” has too few or too many digits.", text=text))
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class Typed(str):
    """A number as somebody typed it into a page: where their language has it so, a comma stands before its decimals."""

    __slots__ = ()


def as_written(value: Any) -> Any:
    """Write a typed number as programs do; what isn't `Typed` comes back as it is.

    Raises:
        ValidationError: for what is a thousand to one reader and one to another.
    """
    if not isinstance(value, Typed):
        return value
    if is_ambiguous(value):
        message = _("“%(number)s” can be read in two ways. Write thousands without a sign.", number=value.strip())
        raise ma.ValidationError(message)
    return with_point(value)


class Integer(FieldInfo, ma.fields.Integer):
    """A whole number."""

    control = "number"
    operators = ("is", "less", "more", "between", "empty", "not_empty")
    numeric = True
    default_error_messages = _NOT_WHOLE

    def _validated(self, value: Any) -> int:
        number: int = super()._validated(as_written(value))
        if abs(number) > LARGEST_INTEGER:
            raise ma.ValidationError(_("This number is too large."))
        return number


class Decimals(FieldInfo, ma.fields.Decimal):
    """An exact decimal number."""

    control = "number"
    operators = ("is", "less", "more", "between", "empty", "not_empty")
    numeric = True
    default_error_messages = _NOT_A_NUMBER

    def __init__(self, *, places: int = 4, **options: Any) -> None:
        super().__init__(places=places, as_string=True, **options)

    def _validated(self, value: Any) -> Decimal:
        value = as_written(value)
        try:
            number: Decimal = super()._validated(value)
        except ma.ValidationError as error:
            # marshmallow can't round a number of more digits than the context has, and calls it none.
            raise self.make_error("too_large") if number_of(value) is not None else error from error
        if abs(number) >= LARGEST_AMOUNT:
            raise self.make_error("too_large")
        return number


def number_of(value: Any) -> Decimal | None:
    """Read a number as programs write it, however large; None for what is none."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


class Money(FieldInfo, ma.fields.Decimal):
    """An amount of money; the record's `currency` attribute says of what.

    Args:
        currency: the model attribute that holds the ISO 4217 code.
    """

    control = "money"
    operators = ("is", "less", "more", "between", "empty", "not_empty")
    numeric = True
    default_error_messages = _NOT_A_NUMBER

    def __init__(self, *, currency: str = "currency", **options: Any) -> None:
        super().__init__(places=None, as_string=True, **options)
        self.currency = currency

    def _validated(self, value: Any) -> Decimal:
        amount = super()._validated(as_written(value))
        if abs(amount) >= LARGEST_AMOUNT:
            raise ma.ValidationError(_("This amount is too large."))
        if amount != round(amount, 4):
            raise ma.ValidationError(_("An amount has at most four decimals."))
        return amount


class Boolean(FieldInfo, ma.fields.Boolean):
    """Yes or no."""

    control = "checkbox"
    operators = ("is",)
    default_error_messages = _NEITHER


class Date(FieldInfo, ma.fields.Date):
    """A day."""

    control = "date"
    operators = ("is", "within", "before", "after", "between", "empty", "not_empty")
    default_error_messages = _NO_DAY


class DateTime(FieldInfo, ma.fields.AwareDateTime):
    """A moment; one without a zone is read in the person's own."""

    control = "datetime"
    operators = ("within", "before", "after", "between", "empty", "not_empty")
    default_error_messages = _NO_MOMENT

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        from core.i18n import current_zone

        try:
            moment = ma.fields.DateTime(format="iso")._deserialize(value, attr, data, **options)
        except ma.ValidationError as error:
            raise self.make_error("invalid") from error
        if moment.year not in YEARS:
            raise ma.ValidationError(_("This day is too far away."))
        return moment.replace(tzinfo=current_zone()) if moment.tzinfo is None else moment


class OfASet:
    """What a field is that takes its values from a fixed set."""

    _choices: Mapping[str, Any] | Callable[[], Mapping[str, Any]]

    @property
    def choices(self) -> Mapping[str, Any]:
        """Value to label."""
        return self._choices() if callable(self._choices) else self._choices

    def check(self, value: str) -> str:
        """Give a value of the set back.

        Raises:
            ma.ValidationError: when it isn't one.
        """
        if value not in self.choices:
            raise ma.ValidationError(_("“%(text)s” isn't one of: %(all)s.", text=value, all=", ".join(self.choices)))
        return value


class Choice(OfASet, FieldInfo, ma.fields.String):
    """One of a fixed set.

    Args:
        choices: value to label, lazily translated; or a function that gives it.
        tones: value to status colour (grey, blue, green, amber, red, violet).
    """

    control = "choice"
    operators = ("is", "is_not", "empty", "not_empty")

    def __init__(
        self,
        choices: Mapping[str, Any] | Callable[[], Mapping[str, Any]],
        *,
        tones: Mapping[str, str] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._choices = choices
        self.tones = dict(tones or {})

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        return None if value in ("", None) else self.check(str(value).strip())


class Tags(FieldInfo, ma.fields.List[str]):
    """Words that a record is found by, kept as a list."""

    control = "tags"
    sortable = False
    reads_alike = False
    operators = ("is", "is_not", "empty", "not_empty")

    def __init__(self, **options: Any) -> None:
        super().__init__(ma.fields.String(validate=_own_words(validate.Length(min=1, max=60))), **options)


class Choices(OfASet, Tags):
    """Some of a fixed set, kept as a list in the set's order; a form shows a box to tick for each.

    Args:
        choices: value to label, lazily translated; or a function that gives it.
    """

    control = "choices"

    def __init__(self, choices: Mapping[str, Any] | Callable[[], Mapping[str, Any]], **options: Any) -> None:
        super().__init__(**options)
        self._choices = choices

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        chosen = {self.check(str(each).strip()) for each in super()._deserialize(value, attr, data, **options)}
        return [each for each in self.choices if each in chosen]


class Related(FieldInfo, ma.fields.UUID):
    """Another record, `Related("customer")`; the model attribute is the field's name with `_id`.

    In JSON it is the other's id; in a form a search field; in an import the other's title or match field.
    """

    control = "relation"
    operators = ("is", "is_not", "empty", "not_empty")
    reads_alike = False
    default_error_messages = _NOT_FOUND

    def __init__(self, record_type: str, **options: Any) -> None:
        super().__init__(**options)
        self.record_type = record_type

    @property
    def column(self) -> str:
        """The model attribute that it is kept in."""
        return self._column or f"{self.name}_id"

    def _serialize(self, value: Any, attr: str | None, obj: Any, **options: Any) -> Any:
        kept = obj.get(self.column) if isinstance(obj, dict) else getattr(obj, self.column)
        return None if kept is None else str(kept)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> uuid.UUID:
        from core.records.queries import exists_visible

        found: uuid.UUID = super()._deserialize(value, attr, data, **options)
        if found in trusted_ids.get():
            return found
        related = record_types.get(self.record_type)
        if related is None or not exists_visible(related, found):
            raise ma.ValidationError(_("This record doesn't exist, or it isn't yours to see."))
        return found

    def deserialize(self, value: Any, *arguments: Any, **options: Any) -> Any:
        """Take an empty text for nothing."""
        return super().deserialize(None if value == "" else value, *arguments, **options)

    def get_value(self, obj: Any, attr: str, accessor: Any = None, default: Any = None) -> Any:
        """Read the id from the model's column instead of an attribute of the field's name."""
        return obj.get(self.column) if isinstance(obj, dict) else getattr(obj, self.column, default)


#: What other systems, and people in Greek and Polish, call the owner.
OWNER_NAMES: Final = (
    "owner", "sales_agent", "sales agent", "agent", "sales rep", "assigned to", "account manager", "salesperson",
    "υπεύθυνος", "πωλητής", "opiekun", "handlowiec", "sprzedawca",
)  # fmt: skip


#: What was read of the texts of many rows, by field and text; None where single records are read.
read_before: Final = ContextVar[dict[tuple[Any, str], Any] | None]("read_before", default=None)
#: Texts that are remembered; in most columns few different ones come again and again.
MOST_REMEMBERED: Final = 20_000


def _read(declared: Any, name: str, data: Mapping[str, Any], known: dict[tuple[Any, str], Any]) -> Any:
    """Read a text whose reading is remembered."""
    value = data[name]
    found = known.get((declared, value), known)
    if found is known:
        if len(known) >= MOST_REMEMBERED:
            known.clear()
        found = known[declared, value] = declared.deserialize(value, name, data)
    return found


class RecordSchema(ma.Schema):
    """The base of every record's schema. Unknown fields are refused."""

    class Meta:
        """marshmallow's own settings."""

        unknown = RAISE

    @cached_property
    def _loading(self) -> list[tuple[str, str, Any, bool]]:
        """What is asked of each field for each row: its name, its attribute, itself, whether texts are read alike."""
        return [
            (name, declared.attribute or name, declared, getattr(declared, "reads_alike", False))
            for name, declared in self.load_fields.items()
        ]

    def _deserialize(self, data: Any, **options: Any) -> Any:
        """Read one row's fields as marshmallow does, to the same values, at a third of its cost.

        It is marshmallow itself that reads what is more than that, and that says what is wrong.
        """
        if options.get("many") or not isinstance(data, Mapping) or data.keys() - self.load_fields.keys():
            return super()._deserialize(data, **options)
        loaded: dict[str, Any] = {}
        known, partial = read_before.get(), options.get("partial")
        try:
            for name, attribute, declared, reads_alike in self._loading:
                if name in data:
                    if reads_alike and known is not None and type(data[name]) is str:
                        loaded[attribute] = _read(declared, name, data, known)
                    else:
                        loaded[attribute] = declared.deserialize(data[name], name, data)
                elif not partial and declared.load_default is not ma.missing:
                    default = declared.load_default
                    loaded[attribute] = default() if callable(default) else default
                elif declared.required and not partial:
                    return super()._deserialize(data, **options)
        except ma.ValidationError:
            return super()._deserialize(data, **options)
        return loaded

    id = ma.fields.UUID(dump_only=True)
    version = ma.fields.Integer(dump_only=True)
    created_at = DateTime(dump_only=True, label=_l("Created"))
    updated_at = DateTime(dump_only=True, label=_l("Changed"))
    owner = Related("user", label=_l("Owner"), import_names=OWNER_NAMES)
