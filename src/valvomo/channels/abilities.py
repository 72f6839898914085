"""What a provider carries besides words, by how an account at it is set up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from valvomo.channels import PROVIDERS
from valvomo.channels.port import Account
from valvomo.domain.attachments.limits import NOTHING, Ability


def files_by(provider_name: str, stored: Mapping[str, Any]) -> Ability:
    """The files that go by an account with these settings; none where nobody can tell."""
    provider = PROVIDERS.get(provider_name)
    if provider is None:
        return NOTHING
    try:
        settings = msgspec.convert(stored, provider.settings)
    except msgspec.ValidationError:
        return NOTHING
    account = Account(id="", organization_id="", settings=settings, secrets=None, callback="")
    return provider.abilities(account).media
