"""Where people come in by a provider of identities, as the settings say."""

from __future__ import annotations

from valvomo.addresses import networks_of
from valvomo.commands.execute import Executor
from valvomo.commands.settings.provider_gate import ProviderGate
from valvomo.house_key import HouseKey, house_key
from valvomo.oidc.asking import Asking
from valvomo.oidc.passages import Passages
from valvomo.oidc.providers import Providers
from valvomo.settings import Settings


def provider_gate(executor: Executor, settings: Settings) -> ProviderGate:
    """Providers are reached where webhooks may go; what browsers keep is sealed with the house's key."""

    def key() -> HouseKey | None:
        # Several processes at one database could not each make one for themselves.
        alone = settings.embedded or bool(settings.secret_key)
        return house_key(settings.secret_key, settings.data) if alone else None

    return ProviderGate(
        executor,
        Providers(Asking(networks_of(settings.webhook_networks))),
        Passages(key),
        session_hours=settings.session_hours,
        public_url=settings.public_url,
    )
