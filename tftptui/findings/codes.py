"""The codes of findings: a stable interface of journal, metrics and screens.

Everything about a code is in the file of its finding; see ``registry``.
"""

from enum import StrEnum


class Code(StrEnum):
    """The code of a finding; the groups are those of docs/diagnosis.md."""

    SERVER_OUTPUT_BLOCKED = "server-output-blocked"
    NO_ROUTE = "no-route"
    GATEWAY_SILENT = "gateway-silent"
    WRONG_SOURCE_ADDRESS = "wrong-source-address"
    REQUESTS_NOT_ARRIVING = "requests-not-arriving"
    RANGE_EXHAUSTED = "range-exhausted"

    ANSWERS_BLOCKED = "answers-blocked"
    CLIENT_PORT_BLOCKED = "client-port-blocked"
    ANSWERS_REFUSED = "answers-refused"
    CLIENT_FIREWALL_REFUSES = "client-firewall-refuses"
    ACKS_BLOCKED = "acks-blocked"
    RANGE_MISMATCH = "range-mismatch"
    NAT_WITHOUT_HELPER = "nat-without-helper"
    INTERMITTENT = "intermittent"
    STALE_CONNTRACK = "stale-conntrack"
    ADDRESS_UNREACHABLE = "address-unreachable"
    DUPLICATE_ADDRESS = "duplicate-address"
    NAT_REBINDING = "nat-rebinding"
    PATH_CUT = "path-cut"
    ROUTING_LOOP = "routing-loop"
    PATH_MTU = "path-mtu"
    PATH_MTU_LOWERED = "path-mtu-lowered"

    CLIENT_GONE = "client-gone"
    CLIENT_ABORTED = "client-aborted"
    CLIENT_PORT_CLOSED = "client-port-closed"
    OPTIONS_REFUSED = "options-refused"
    OPTIONS_NOT_UNDERSTOOD = "options-not-understood"
    BLOCK_SIZE_IGNORED = "block-size-ignored"
    NO_ROLLOVER = "no-rollover"
    SIZE_PROBE = "size-probe"
    WRONG_MACHINE = "wrong-machine"

    NO_ANSWER_SEEN = "no-answer-seen"
    ANSWERS_NOT_SEEN = "answers-not-seen"
    REQUESTS_REFUSED = "requests-refused"
    REQUEST_REFUSED = "request-refused"
    SERVER_ABORTED = "server-aborted"

    FILE_MISSING = "file-missing"
    FILE_CASE = "file-case"
    FILE_PERMISSION = "file-permission"
    FILE_CHANGED = "file-changed"
    UPLOAD_REFUSED = "upload-refused"
    DISK_FULL = "disk-full"

    LOSS = "loss"
    DUPLICATED_PACKETS = "duplicated-packets"
    REORDERING = "reordering"
    LONG_ROUND_TRIP = "long-round-trip"
    CLIENT_SLOW = "client-slow"

    ADDRESS_MISSING = "address-missing"
    NOBODY_ANSWERS = "nobody-answers"
    PROXY_IGNORED = "proxy-ignored"
    TWO_DHCP = "two-dhcp"
    SENT_ELSEWHERE = "sent-elsewhere"
    FILE_NOT_NAMED = "file-not-named"
    HTTP_ONLY = "http-only"
    NAME_DIFFERS = "name-differs"
    LINK_FLAPS = "link-flaps"
    LATE_PORT = "late-port"
