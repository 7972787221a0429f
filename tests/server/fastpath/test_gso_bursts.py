from tftptui.server.fastpath.gso_bursts import CLEAN_WINDOWS, GAPS, PROVEN, Burst


def test_a_window_leaves_at_once_until_something_is_lost() -> None:
    burst = Burst(16)
    assert burst.is_whole
    assert burst.size == 16


def test_a_time_out_halves_it_down_to_one_block() -> None:
    burst = Burst(16)
    sizes = []
    for _ in range(6):
        burst.timed_out()
        sizes.append(burst.size)
    assert sizes == [8, 4, 2, 1, 1, 1]


def test_a_lone_gap_changes_nothing() -> None:
    burst = Burst(16)
    for _ in range(10):
        burst.had_gap()
        burst.went_well()
    assert burst.is_whole


def test_gaps_one_after_the_other_halve_it() -> None:
    burst = Burst(16)
    sizes = []
    for _ in range(GAPS):
        burst.had_gap()
        sizes.append(burst.size)
    assert sizes == [16] * (GAPS - 1) + [8]


def test_a_lone_time_out_of_what_has_fitted_often_changes_nothing() -> None:
    burst = Burst(16)
    for _ in range(PROVEN):
        burst.went_well()
    burst.timed_out()
    assert burst.is_whole
    burst.went_well()
    burst.timed_out()
    assert burst.size == 8


def test_what_went_well_before_is_counted() -> None:
    burst = Burst(16, in_time=PROVEN)
    burst.timed_out()
    assert burst.is_whole


def test_a_size_just_grown_to_has_not_fitted_yet() -> None:
    burst = Burst(16)
    burst.timed_out()
    for _ in range(CLEAN_WINDOWS):
        burst.went_well()
    assert burst.size == 9
    burst.timed_out()
    assert burst.size == 4


def test_it_grows_by_a_block_after_clean_windows() -> None:
    burst = Burst(16)
    burst.timed_out()
    for _ in range(CLEAN_WINDOWS - 1):
        burst.went_well()
    assert burst.size == 8
    burst.went_well()
    assert burst.size == 9


def test_a_time_out_begins_the_count_anew() -> None:
    burst = Burst(4)
    burst.timed_out()
    for _ in range(CLEAN_WINDOWS - 1):
        burst.went_well()
    burst.timed_out()
    burst.went_well()
    assert burst.size == 2


def test_it_never_outgrows_the_window() -> None:
    burst = Burst(2)
    burst.timed_out()
    for _ in range(10 * CLEAN_WINDOWS):
        burst.went_well()
    assert burst.size == 2
    assert burst.is_whole


def test_a_size_that_was_too_large_is_tried_again_later_than_others() -> None:
    burst = Burst(4)
    burst.timed_out()
    windows = []
    for size in (3, 4):
        count = 0
        while burst.size < size:
            burst.went_well()
            count += 1
        windows.append(count)
    assert windows[0] == CLEAN_WINDOWS
    assert windows[1] > 2 * CLEAN_WINDOWS
