"""Statements of what a customer owes as letters, in the customer's language."""

from werkzeug.wrappers import Response

from pelatis.api import (
    LANGUAGES,
    Actor,
    Customer,
    Letter,
    LetterColumn,
    LetterLine,
    LetterPart,
    LetterTotal,
    _,
    document_name,
    format_amount,
    format_day,
    in_language,
    pdf_response,
    render_letter,
    today,
)

from .letters import address_of
from .queries.statements import Statement, statements_of


def age_names() -> list[str]:
    """Name the columns of how long invoices are overdue."""
    return [
        _("Not due yet"), _("1–30 days"), _("31–60 days"), _("61–90 days"), _("More than 90 days"),
    ]  # fmt: skip


def letter_of_statement(actor: Actor, customer: Customer) -> Letter:
    """Write what a customer owes and has to their credit: a table for each currency."""
    language = customer.language if customer.language in LANGUAGES else actor.language
    with in_language(language):
        statements, _failures = statements_of(actor, customer.id)
        facts = [(_("Date"), format_day(today(), "long"))]
        if customer.tax_number:
            facts.append((_("Your tax number"), customer.tax_number))
        return Letter(
            language=language,
            title=_("Statement of account"),
            recipient=address_of(customer),
            facts=facts,
            intro="" if statements else _("Nothing is open."),
            parts=[_part(statement) for statement in statements],
        )


def _part(statement: Statement) -> LetterPart:
    rows = [
        LetterLine([
            invoice.number or "", format_day(invoice.issued_on, "long"), format_day(invoice.due_on, "long"),
            format_amount(invoice.open_amount, statement.currency, whole=False),
        ])
        for invoice in statement.invoices
    ]  # fmt: skip
    rows += [
        LetterLine([
            each.title, format_day(each.day, "long"), "",
            format_amount(-each.amount, statement.currency, whole=False),
        ])
        for each in statement.credits
    ]  # fmt: skip
    columns = [
        LetterColumn(_("Document"), wide=True),
        LetterColumn(_("Date")),
        LetterColumn(_("Due")),
        LetterColumn(_("Open amount"), numeric=True),
    ]
    ages = [
        LetterTotal(name, format_amount(amount, statement.currency, whole=False))
        for name, amount in zip(age_names(), statement.ages, strict=True)
        if amount
    ]
    balance = LetterTotal(_("Balance"), format_amount(statement.balance, statement.currency, whole=False), strong=True)
    return LetterPart(columns=columns, rows=rows, title=statement.currency, totals=[*ages, balance])


def statement_answer(actor: Actor, customer: Customer) -> Response:
    """Answer with the PDF of a customer's statement.

    Args:
        actor: who looks; only what they may see is printed.
        customer: any; the caller has checked that they may be seen.
    """
    name = document_name(_("Statement of account"), customer.name)
    return pdf_response(render_letter(letter_of_statement(actor, customer)), name, inline=True)
