"""All systems, by name, and the control that is like one."""

from systems.channels import Channels
from systems.prosody import Prosody
from systems.relay import Relay
from systems.synapse import Synapse
from systems.system import System
from systems.valvomo import Valvomo

SYSTEMS: dict[str, System] = {one.name: one for one in (Valvomo(), Prosody(), Channels(), Synapse())}
CONTROL: System = Relay()


def named(name: str) -> System:
    """One of them."""
    return CONTROL if name == CONTROL.name else SYSTEMS[name]
