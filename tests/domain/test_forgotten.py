"""What is left of facts when nobody is to know who the customer was."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.agents.events import Searched, SettingChanged
from valvomo.domain.contacts.events import NOBODY, ContactChanged, ContactMerged
from valvomo.domain.contacts.forgetting import forget_refusal, searched_by, unnamed
from valvomo.domain.conversations.ask import SupervisorAsked
from valvomo.domain.conversations.call_marks import Telephone
from valvomo.domain.conversations.fold import fold
from valvomo.domain.conversations.forgotten import CustomerForgotten, forgotten, numbers_in, without_customer
from valvomo.domain.conversations.model import Channel, Mode
from valvomo.domain.conversations.start import ConversationStarted
from valvomo.domain.conversations.telephone import CallbackRequested
from valvomo.domain.refusals import Reason

AT = datetime(2026, 3, 2, tzinfo=UTC)
PHONE = Telephone(account_id="trunk", number="+358401234567")
STARTED = ConversationStarted(
    conversation_id="c1", organization_id="o", workstream_id="w", queue_id="q", queue_name="Support",
    channel=Channel.VOICE, mode=Mode.VOICE, contact_id="k1", customer_name="Kaisa", units=1, telephone=PHONE,
)  # fmt: skip
ASKED = SupervisorAsked(by_id="k1", by_name="Kaisa", by_role="customer")
OF_AGENT = SupervisorAsked(by_id="aino", by_name="Aino", by_role="agent", note="help")
WANTED = CallbackRequested(call_id="c2", account_id="trunk", number="+358407654321", by="keys")
FACTS = (STARTED, ASKED, OF_AGENT, WANTED)


def test_neither_name_nor_number_is_left_and_the_agents_is() -> None:
    left = [str(forgotten(one)) for one in FACTS]
    assert not any("Kaisa" in one or "+358" in one or "help" in one for one in left)
    assert "Aino" in left[2]
    assert [numbers_in(one) for one in FACTS] == [("+358401234567",), (), (), ("+358407654321",)]
    assert [numbers_in(forgotten(one)) for one in FACTS] == [()] * 4


@pytest.mark.parametrize("many", range(1, 5))
def test_a_conversation_that_is_forgotten_is_the_fold_of_its_forgotten_facts(many: int) -> None:
    whole, less = None, None
    for one in FACTS[:many]:
        whole, less = fold(whole, one, AT), fold(less, forgotten(one), AT)
    over = CustomerForgotten(contact_id="k1", messages=0, files=0, facts=1, seal="s")
    assert whole is not None
    assert fold(whole, over, AT) == fold(less, over, AT)
    assert without_customer(without_customer(whole)) == without_customer(whole)
    assert fold(whole.but(erased_at=AT), over, AT.replace(year=2027)).erased_at == AT


def test_facts_of_the_house_say_what_was_changed_and_not_to_what() -> None:
    changed = ContactChanged(contact_id="k1", name="Kaisa", before={"phone": "1"}, after={"phone": "2"})
    assert unnamed(changed) == replace(
        changed, name=NOBODY, before={"phone": NOBODY}, after={"phone": NOBODY}
    )
    merged = ContactMerged(contact_id="k1", name="Kaisa", into_id="k2", into="Kaija")
    assert unnamed(merged) == replace(merged, name=NOBODY, into=NOBODY)
    assert unnamed(Searched(words="kaisa", seen=2)) == Searched(words=NOBODY, seen=2)
    sent = SettingChanged(subject="dispatch", subject_id="m1", name="Kaisa", before={"state": "failed"})
    assert unnamed(sent) == replace(sent, name=NOBODY)


def test_short_names_are_no_words_that_somebody_looked_for() -> None:
    assert searched_by(["Kaisa ", "Li", None, "", "a@b.example"]) == ["Kaisa", "a@b.example"]


def test_administrators_may_once_nothing_goes_on() -> None:
    admin = Actor(id="aatu", organization_id="o", name="Aatu", roles=frozenset({UserRole.ADMINISTRATOR}))
    assert forget_refusal(admin, 0) is None
    ongoing = forget_refusal(admin, 2)
    assert ongoing is not None
    assert ongoing.reason is Reason.CONTACT_ONGOING
    refusal = forget_refusal(replace(admin, roles=frozenset({UserRole.SUPERVISOR})), 0)
    assert refusal is not None
    assert refusal.reason is Reason.ROLE_NEEDED
