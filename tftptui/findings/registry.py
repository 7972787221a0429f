"""The decision table: rules over facts, in order of precedence.

This host's own errors come first, then reports of other hosts, then sizes, then
silence. Each rule is a pure function of Facts.
"""

from collections.abc import Callable, Mapping

from tftptui.findings.capture import (
    no_answer_seen,
    request_refused,
    requests_refused,
    server_aborted,
)
from tftptui.findings.client import (
    block_size_ignored,
    client_aborted,
    client_gone,
    client_port_closed,
    no_rollover,
    options_not_understood,
    options_refused,
    size_probe,
)
from tftptui.findings.draft import Draft
from tftptui.findings.facts import Facts
from tftptui.findings.file import (
    disk_full,
    file_changed,
    file_missing,
    file_permission,
    upload_refused,
)
from tftptui.findings.host import (
    gateway_silent,
    no_route,
    range_exhausted,
    server_output_blocked,
    wrong_source_address,
)
from tftptui.findings.path import (
    acks_blocked,
    address_unreachable,
    answers_blocked,
    answers_refused,
    client_firewall_refuses,
    client_port_blocked,
    duplicate_address,
    intermittent,
    nat_rebinding,
    nat_without_helper,
    path_cut,
    path_mtu,
    range_mismatch,
    routing_loop,
    stale_conntrack,
)
from tftptui.findings.quality import duplicated_packets, loss, reordering, round_trip

Rule = Callable[[Facts], Draft | None]

TROUBLE: tuple[Rule, ...] = (
    server_output_blocked.output_blocked,
    no_route.no_route,
    gateway_silent.gateway_silent,
    acks_blocked.acks_stopped_here,
    answers_refused.refused,
    options_refused.empty_file_refused,
    client_firewall_refuses.client_refuses,
    no_route.no_route_there,
    routing_loop.loop,
    address_unreachable.address_unreachable,
    client_gone.host_gone,
    no_rollover.no_rollover,
    nat_rebinding.nat_rebinding,
    duplicate_address.duplicate_address,
    loss.failed_by_loss,
    block_size_ignored.block_size_ignored,
    client_port_closed.port_closed,
    wrong_source_address.wrong_source,
    request_refused.refused,
    server_aborted.broken_off,
    file_missing.missing,
    file_missing.ambiguous,
    file_permission.locked,
    file_changed.changed,
    upload_refused.refused,
    options_refused.options_refused,
    path_mtu.mtu,
    path_mtu.unseen_block,
    acks_blocked.acks_behind,
    path_cut.cut,
    client_aborted.aborted,
    client_port_blocked.client_port,
    options_not_understood.options_not_understood,
    range_mismatch.range_mismatch,
    stale_conntrack.stale_state,
    intermittent.intermittent,
    nat_without_helper.translation,
    client_port_blocked.walked_client_port,
    range_mismatch.walked_range,
    intermittent.walked_path,
    answers_blocked.answers,
    acks_blocked.acks,
    client_gone.single_request,
    requests_refused.sent_back,
    no_answer_seen.nobody_answers,
    server_aborted.given_up,
    client_gone.gone,
)
"""The first one that matches is why a client does not get its file."""

OF_SERVER: Mapping[str, Rule] = {
    "range-exhausted": range_exhausted.ports_exhausted,
    "disk-full": disk_full.disk_full,
}
"""Shortages of the server itself, by code: reported besides any other finding."""

NOTES: tuple[Rule, ...] = (
    size_probe.size_probe,
    path_mtu.mtu_lowered,
    loss.loss,
    duplicated_packets.duplicated,
    reordering.reordering,
    round_trip.long_round_trip,
    round_trip.slow_client,
)
"""Notes: no alarm, but worth knowing; all that match are reported."""


def judge(facts: Facts) -> Draft | None:
    """Return why a client does not get its file, or None if it does.

    A client that gets it only after it dropped its options still has a problem.
    """
    if facts.is_done or (facts.tries and _is_moving(facts)):
        fell_back = options_not_understood.fell_back(facts)
        return fell_back or block_size_ignored.cut_short(facts)
    return next((found for rule in TROUBLE if (found := rule(facts))), None)


def notes(facts: Facts) -> list[Draft]:
    """Return the notes about the facts."""
    return [found for rule in NOTES if (found := rule(facts))]


def _is_moving(facts: Facts) -> bool:
    """Return whether the last try makes progress without trouble."""
    latest = facts.tries[-1]
    is_newest = not facts.refusals or latest.started >= facts.refusals[-1].time
    is_quick = latest.running and latest.heard and not latest.timeouts
    is_quick = is_quick and not facts.closed_at(latest)
    return is_newest and is_quick and not path_mtu.is_first_unseen(facts, latest)
