"""The people of a deal and its competitors: who has a part in it, who else is after it, who won it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from core.access import Actor, Scope, system_actor
from core.customers.operations import add_person, create_customer
from core.database import db, write_unit
from core.problems import Problem
from core.records.operations import bin_record, create_record
from core.records.queries import ListQuery, list_records
from plugins.sales.models import Competitor, ContactRole, DealCompetitor, Opportunity, Stage
from plugins.sales.operations.competitors import create_deal_competitor
from plugins.sales.operations.contacts import create_contact_role, update_contact_role
from plugins.sales.operations.opportunities import move_opportunity, update_opportunity
from plugins.sales.queries.competitors import competitors_of, records_against
from plugins.sales.queries.contacts import find_people, people_of
from plugins.sales.records import CONTACT_ROLE_TYPE

Deal = Callable[..., Opportunity]
Stages = dict[str, Stage]
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
PARTS = {
    f"sales.{part}.{action}": Scope.own
    for part in ("contact_role", "deal_competitor")
    for action in ("view", "create", "edit", "delete")
}


@pytest.fixture
def person(customer: Any) -> Any:
    return add_person(system_actor(), customer, {"name": "Κατερίνα Βλάχου"}, title="Purchasing")


@pytest.fixture
def rival(app: Any) -> Competitor:
    with write_unit() as session:
        found = Competitor(name="Aegean Pantry Supply")
        session.add(found)
        session.flush()
        return found


def part(deal: Opportunity, person: Any, actor: Actor | None = None, **values: Any) -> ContactRole:
    given = {"opportunity_id": deal.id, "customer_id": person.id, "role": "uses", **values}
    return create_contact_role(actor or system_actor(), given)


def may_all(actor: Actor) -> Actor:
    return Actor(actor.kind, user_id=actor.user_id, name=actor.name, grants={**actor.grants, **PARTS})


def test_first_person_of_a_deal_is_its_main_contact(deal: Deal, person: Any) -> None:
    assert part(deal(), person).is_primary


def test_new_main_contact_takes_the_place_of_the_old_one(deal: Deal, person: Any, customer: Any) -> None:
    opportunity = deal()
    first = part(opportunity, person)
    second = part(opportunity, add_person(system_actor(), customer, {"name": "Nikos"}), role="decides")
    update_contact_role(system_actor(), second, {"is_primary": True})
    assert [contact.id for contact, _person in people_of(system_actor(), opportunity.id)] == [second.id, first.id]
    assert not first.is_primary


def test_person_has_one_part_in_a_deal(deal: Deal, person: Any) -> None:
    opportunity = deal()
    part(opportunity, person)
    with pytest.raises(Problem) as refused:
        part(opportunity, person, role="decides")
    assert (refused.value.code, set(refused.value.fields)) == ("sales.known_contact", {"customer"})


def test_organisation_has_no_part_of_its_own(deal: Deal, customer: Any) -> None:
    with pytest.raises(Problem) as refused:
        part(deal(), customer)
    assert refused.value.code == "sales.not_a_person"


def test_people_of_the_customer_are_offered_first(deal: Deal, person: Any, customer: Any) -> None:
    create_customer(system_actor(), {"name": "Κατερίνα Άλλου", "kind": "person"})
    found = find_people(system_actor(), deal(customer_id=customer.id), "Κατερίνα")
    assert [name for _id, name, _note in found] == ["Κατερίνα Βλάχου", "Κατερίνα Άλλου"]
    assert found[0][2] == "Purchasing"


def test_person_who_has_a_part_is_not_offered_again(deal: Deal, person: Any, customer: Any) -> None:
    opportunity = deal(customer_id=customer.id)
    part(opportunity, person)
    assert find_people(system_actor(), opportunity, "") == []


def test_parts_of_a_deal_are_seen_and_changed_by_whoever_may_the_deal(
    deal: Deal, person: Any, hire: Callable[[str], Actor]
) -> None:
    eleni, piotr = may_all(hire("Eleni")), may_all(hire("Piotr"))
    opportunity = deal(actor=eleni)
    contact = part(opportunity, person)  # somebody else wrote it
    assert [each.id for each in list_records(eleni, CONTACT_ROLE_TYPE, ListQuery()).items] == [contact.id]
    assert list_records(piotr, CONTACT_ROLE_TYPE, ListQuery()).items == []
    with pytest.raises(Problem) as refused:
        bin_record(piotr, CONTACT_ROLE_TYPE, contact)
    assert refused.value.status == 404
    with pytest.raises(Problem) as refused:
        part(opportunity, create_customer(system_actor(), {"name": "Nikos", "kind": "person"}), piotr)
    assert refused.value.status == 404
    bin_record(eleni, CONTACT_ROLE_TYPE, contact)
    assert people_of(eleni, opportunity.id) == []


def test_nobody_gives_a_part_in_a_deal_that_they_do_not_see(
    deal: Deal, person: Any, hire: Callable[[str], Actor]
) -> None:
    piotr = may_all(hire("Piotr"))
    from core.access import acting_as

    with acting_as(piotr), pytest.raises(Problem) as refused:
        create_record(piotr, CONTACT_ROLE_TYPE, {"opportunity": str(deal().id), "customer": str(person.id)})
    assert refused.value.status == 422


def test_competitor_is_met_once_in_a_deal(deal: Deal, rival: Competitor) -> None:
    values = {"opportunity_id": deal().id, "competitor_id": rival.id}
    create_deal_competitor(system_actor(), values)
    with pytest.raises(Problem) as refused:
        create_deal_competitor(system_actor(), values)
    assert refused.value.code == "sales.known_competitor"


def test_losing_to_a_competitor_asks_which(deal: Deal, stages: Stages, rival: Competitor) -> None:
    opportunity = deal()
    with pytest.raises(Problem) as refused:
        move_opportunity(system_actor(), opportunity, stages["Lost"], {"lost_reason": "competitor"})
    assert set(refused.value.fields) == {"lost_to"}
    db.session.refresh(opportunity)
    move_opportunity(system_actor(), opportunity, stages["Lost"], {"lost_reason": "competitor", "lost_to_id": rival.id})
    assert opportunity.lost_to_id == rival.id
    assert [competitor.id for _met, competitor in competitors_of(opportunity.id)] == [rival.id]


def test_losing_for_another_reason_asks_nothing_more(deal: Deal, stages: Stages) -> None:
    opportunity = deal()
    move_opportunity(system_actor(), opportunity, stages["Lost"], {"lost_reason": "price"})
    assert opportunity.lost_to_id is None


def test_reopened_deal_is_lost_to_nobody_any_more(deal: Deal, stages: Stages, rival: Competitor) -> None:
    opportunity = deal("Lost", lost_reason="competitor", lost_to_id=rival.id)
    move_opportunity(system_actor(), opportunity, stages["Needs"])
    assert opportunity.lost_to_id is None
    assert len(competitors_of(opportunity.id)) == 1


def test_winner_that_is_written_later_is_met_too(deal: Deal, rival: Competitor) -> None:
    opportunity = deal("Lost", lost_reason="price")
    update_opportunity(system_actor(), opportunity, {"lost_to_id": rival.id})
    assert len(competitors_of(opportunity.id)) == 1


def test_record_against_a_competitor_counts_what_was_won_and_lost(deal: Deal, rival: Competitor, seller: Actor) -> None:
    deal("Lost", lost_reason="competitor", lost_to_id=rival.id, amount=Decimal(300))
    for stage, values in (("Won", {"amount": Decimal(1000)}), ("Lost", {"lost_reason": "price"}), ("Needs", {})):
        met = deal(stage, **values)
        create_deal_competitor(system_actor(), {"opportunity_id": met.id, "competitor_id": rival.id})
    [found] = records_against(system_actor(), [rival.id])
    assert (found.met, found.open, found.won, found.lost, found.lost_to) == (4, 1, 1, 2, 1)
    assert (found.won_amount, found.lost_to_amount) == (Decimal(1000), Decimal(300))
    assert records_against(seller, [rival.id]) == []


# Pages


def test_person_is_added_on_the_page_of_the_deal(client: FlaskClient, deal: Deal, person: Any, customer: Any) -> None:
    opportunity = deal(customer_id=customer.id)
    url = f"/sales/opportunities/{opportunity.id}"
    assert "Nobody yet." in client.get(url).text
    offered = client.get(f"{url}/people/options?q=").get_json()["items"]
    assert offered == [{"id": str(person.id), "text": person.name, "note": "Purchasing"}]
    added = client.post(f"{url}/people", data={"customer": person.id, "role": "decides"}, headers=PARTIAL)
    assert "Main contact" in added.text
    assert "Decides" in added.text
    again = client.post(f"{url}/people", data={"customer": person.id, "role": "uses"}, headers=PARTIAL)
    assert again.status_code == 422
    assert "They have a part in this deal already." in again.text
    contact = db.session.query(ContactRole).one()
    gone = client.post(f"{url}/people/{contact.id}/remove", headers=PARTIAL)
    assert "Nobody yet." in gone.text
    assert "/undo/" in gone.headers["HX-Trigger"]


def test_new_person_works_at_the_customer_of_the_deal(client: FlaskClient, deal: Deal, customer: Any) -> None:
    url = f"/sales/opportunities/{deal(customer_id=customer.id).id}/people"
    made = client.post(f"{url}/new", data={"text": "Zofia Nowak"})
    assert made.get_json()["text"] == "Zofia Nowak"
    assert [each["text"] for each in client.get(f"{url}/options?q=zofia").get_json()["items"]] == ["Zofia Nowak"]


def test_part_of_another_deal_is_not_found(client: FlaskClient, deal: Deal, person: Any, rival: Competitor) -> None:
    contact = part(deal(), person)
    met = create_deal_competitor(system_actor(), {"opportunity_id": deal().id, "competitor_id": rival.id})
    other = f"/sales/opportunities/{deal().id}"
    assert client.post(f"{other}/people/{contact.id}/remove").status_code == 404
    assert client.post(f"{other}/competitors/{met.id}/remove").status_code == 404


def test_competitor_is_added_on_the_page_of_the_deal(client: FlaskClient, deal: Deal) -> None:
    url = f"/sales/opportunities/{deal().id}"
    made = client.post("/sales/competitors/quick", data={"text": "Norddeli"}).get_json()
    added = client.post(f"{url}/competitors", data={"competitor": made["id"], "note": "5 % below us"}, headers=PARTIAL)
    assert "Norddeli" in added.text
    assert "5 % below us" in added.text
    met = db.session.query(DealCompetitor).one()
    assert "Norddeli" not in client.post(f"{url}/competitors/{met.id}/remove", headers=PARTIAL).text


def test_lost_card_asks_for_the_reason_and_then_for_the_winner(
    client: FlaskClient, deal: Deal, stages: Stages, rival: Competitor
) -> None:
    opportunity = deal()
    url = f"/sales/opportunities/{opportunity.id}/move"
    data = {"stage": str(stages["Lost"].id), "version": "1", "lost_reason": "competitor"}
    asked = client.post(url, data=data, headers=PARTIAL)
    assert asked.status_code == 422
    assert 'name="lost_to"' in asked.text
    assert 'name="lost_reason"' in asked.text
    assert client.post(url, data={**data, "lost_to": str(rival.id)}, headers=PARTIAL).status_code == 200
    assert "Won it" in client.get(f"/sales/opportunities/{opportunity.id}").text


def test_page_of_a_person_tells_their_deals(client: FlaskClient, deal: Deal, person: Any) -> None:
    part(deal(name="Olive oil, yearly"), person, role="decides")
    page = client.get(f"/customers/{person.id}").text
    assert "Has a part in" in page
    assert "Olive oil, yearly" in page
