"""A filter made from the packet under the cursor."""

from hypothesis import given
from hypothesis import strategies as st

from tests.support.pane_host import record
from tests.support.pictures import view
from tftptui.telemetry.records.filters.parsing import parse
from tftptui.telemetry.records.filters.terms import Filter
from tftptui.telemetry.records.ring import Kind
from tftptui.ui.panes.packets.similar import SimilarFilter, terms_of
from tftptui.ui.panes.packets.words import Line

LINE = Line(
    record(Kind.ACK, 0.0, client_tid=2_070, server_tid=40_007),
    transfer=view(1, client="10.0.4.37", file="my file.img"),
)


def test_each_press_is_another_term_and_then_none() -> None:
    such, wanted = SimilarFilter(), parse("retrans")
    assert isinstance(wanted, Filter)
    told = []
    made = wanted
    for _ in range(6):
        made = such.another(made, 7, LINE)
        told.append(str(made))
    assert told == [
        "retrans client:10.0.4.37",
        'retrans file:"my file.img"',
        "retrans type:ack",
        "retrans client-port:2070",
        "retrans server-port:40007",
        "retrans",
    ]


def test_another_packet_begins_anew_from_what_holds() -> None:
    such = SimilarFilter()
    made = such.another(Filter(), 7, LINE)
    again = such.another(made, 8, LINE)
    assert str(again) == 'client:10.0.4.37 file:"my file.img"'


def test_what_belongs_to_no_transfer_has_fewer() -> None:
    loose = Line(record(Kind.ERROR, 0.0, transfer=0), "10.0.4.99 1 not found")
    assert [str(one).partition(":")[0] for one in terms_of(loose)] == [
        "client",
        "type",
        "client-port",
        "server-port",
    ]


@given(st.text(min_size=1, max_size=20))
def test_terms_read_back_as_they_are_written(file: str) -> None:
    line = Line(LINE.record, transfer=view(1, client="2001:db8::1", file=file))
    for term in terms_of(line):
        assert parse(str(term)) == Filter(((term,),))
