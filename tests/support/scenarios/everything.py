"""All labelled cases, in numerical order."""

from tests.support.scenarios.firewalls import FIREWALLS
from tests.support.scenarios.hosts import HOSTS
from tests.support.scenarios.paths import PATHS

SCENARIOS = sorted((*FIREWALLS, *HOSTS, *PATHS), key=lambda scenario: scenario.number)
