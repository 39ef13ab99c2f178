"""Who mentors whom: optimal by trying everything, stable by asking everybody, the same whatever the order, and explained."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from icportal.mentoring.matching.best import best
from icportal.mentoring.matching.blocking import blocking_pairs
from icportal.mentoring.matching.pool import Candidate, Fingerprint, Need, Offer, Pair, Pool, Settings
from icportal.mentoring.matching.runs import checksum, run
from icportal.mentoring.matching.stable import stable
from icportal.mentoring.matching.table import UNWISHED, Table

Found = Sequence[tuple[int, int]]
YEAR = ((date(2027, 1, 1), date(2027, 12, 31)),)
CODES = ("athens", "berlin", "ghent", "oulu")


def city(code: str, **fields: Any) -> Candidate:
    """A city with nothing in the way of any pair."""
    return Candidate(code, **{"languages": {"en": "c1"}, "windows": YEAR, **fields})


def needs(code: str, *wishes: str, theme: str = "a", **fields: Any) -> Candidate:
    return city(code, needs=(Need(theme, wishes=wishes),), **fields)


def offers(code: str, *wishes: str, theme: str = "a", places: int = 1, **fields: Any) -> Candidate:
    return city(code, offers=(Offer(theme, places=places, wishes=wishes),), **fields)


def named(pairs: Iterable[dict[str, Any]]) -> set[tuple[str, str]]:
    return {(each["mentor"], each["mentee"]) for each in pairs}


# --- small pools, whole ------------------------------------------------------------------------------------


@st.composite
def pools(draw: st.DrawFn) -> Pool:
    """Pools of at most four cities, two themes, limits on both sides, wishes, bans, avoid lists, locks and what was declined."""
    codes = CODES[: draw(st.integers(1, 4))]
    cities = []
    for code in codes:
        themes = st.lists(st.sampled_from("ab"), max_size=2, unique=True)
        wishes = st.lists(st.sampled_from(CODES), max_size=3, unique=True).map(tuple)
        cities.append(
            city(
                code,
                languages=draw(st.sampled_from([{"en": "c1"}, {"fr": "b2"}, {"en": "b2", "fr": "a2"}])),
                interpreter=draw(st.sampled_from(["none", "own", "other"])),
                avoid=frozenset(draw(st.lists(st.sampled_from(CODES), max_size=1))),
                carried_over=draw(st.integers(0, 2)),
                most_as_mentee=draw(st.integers(0, 2)),
                most_as_mentor=draw(st.integers(0, 3)),
                needs=tuple(Need(theme, draw(st.sampled_from([0, 50, 100])), draw(st.integers(1, 2)), draw(wishes)) for theme in draw(themes)),
                offers=tuple(Offer(theme, draw(st.sampled_from([0, 50, 100])), draw(st.integers(0, 2)), draw(wishes)) for theme in draw(themes)),
            )
        )  # fmt: skip
    pairs = st.builds(Pair, st.sampled_from("ab"), st.sampled_from(CODES), st.sampled_from(CODES))
    few = st.lists(pairs, max_size=1).map(tuple)
    return Pool(tuple(cities), locks=draw(few), bans=draw(few), declined=draw(few))


def every_assignment(table: Table) -> Iterator[Found]:
    """Every set of allowed pairs that keeps all limits, counted out one by one."""
    options = [(row, column) for row in table.free_rows for column in range(len(table.columns)) if table.allowed[row, column]]
    for size in range(len(options) + 1):
        for chosen in combinations(options, size):
            if keeps_limits(table, chosen):
                yield chosen


def keeps_limits(table: Table, chosen: Found) -> bool:
    rows, columns = [row for row, _column in chosen], [column for _row, column in chosen]
    mentees, mentors = [table.rows[row].city.code for row in rows], [table.columns[column].city.code for column in columns]
    return (
        len(set(rows)) == len(rows)
        and all(columns.count(column) <= table.places_left(column) for column in columns)
        and all(mentees.count(code) <= table.room_as_mentee[code] for code in mentees)
        and all(mentors.count(code) <= table.room_as_mentor[code] for code in mentors)
    )


def worth(table: Table, chosen: Found) -> tuple[int, int, int]:
    """What is to be as great as possible: how many, then the worst rank, then the score."""
    worst = max((int(table.rank[pair]) for pair in chosen), default=0)
    return len(chosen), -worst, sum(int(table.score[pair]) for pair in chosen)


@settings(max_examples=1500, deadline=None)
@given(pools())
def test_the_best_is_the_best_of_all(pool: Pool) -> None:
    table = Table(pool)
    if int(table.allowed.sum()) > 9:
        return
    found = best(table).pairs
    assert keeps_limits(table, found)
    assert all(table.allowed[pair] for pair in found)
    assert worth(table, found) == max(worth(table, each) for each in every_assignment(table))


@settings(max_examples=1500, deadline=None)
@given(pools())
def test_nobody_finds_a_better_pair_than_the_stable_ones(pool: Pool) -> None:
    table = Table(pool)
    found = stable(table).pairs
    assert keeps_limits(table, found)
    assert all(table.allowed[pair] for pair in found)
    assert blocking_pairs(table, found) == []


@settings(max_examples=150, deadline=None)
@given(pools())
def test_of_all_stable_ones_the_mentees_get_the_best(pool: Pool) -> None:
    """With one mentor at most for each, no other stable assignment gives any mentee a mentor it likes better."""
    pool = replace(pool, candidates=tuple(replace(each, most_as_mentee=1, needs=each.needs[:1]) for each in pool.candidates))
    table = Table(pool)
    if int(table.allowed.sum()) > 8:
        return
    own = dict(stable(table).pairs)
    for other in every_assignment(table):
        if blocking_pairs(table, other):
            continue
        for row, column in other:
            assert row in own
            assert (table.rank[row, own[row]], -table.score[row, own[row]]) <= (
                table.rank[row, column],
                -table.score[row, column],
            )


@settings(max_examples=100, deadline=None)
@given(pools(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_nothing(pool: Pool, random: Random) -> None:
    def shuffled(items: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(random.sample(list(items), len(items)))

    cities = shuffled([replace(each, needs=shuffled(each.needs), offers=shuffled(each.offers)) for each in pool.candidates])
    other = replace(
        pool, candidates=cities, locks=shuffled(pool.locks), bans=shuffled(pool.bans), declined=shuffled(pool.declined)
    )
    assert checksum(pool, run(pool)) == checksum(other, run(other))
    assert Pool.of(pool.canonical()).canonical() == pool.canonical()


def test_a_large_pool_is_computed_exactly_and_the_same_twice() -> None:
    """Larger than can be counted out: no exchange of two pairs, and no free pair, makes it better."""
    random = Random(7)
    codes = [f"c{number:02}" for number in range(40)]
    cities = [
        city(
            code, fingerprint=Fingerprint(random.randrange(50_000, 2_000_000)), most_as_mentor=random.choice([1, 2]),
            needs=(Need("a", random.randrange(101), wishes=tuple(random.sample(codes, 3))),),
            offers=(Offer("a", random.randrange(101), random.choice([0, 1, 2]), tuple(random.sample(codes, 3))),),
        )
        for code in codes
    ]  # fmt: skip
    table = Table(Pool(tuple(cities)))
    found = best(table).pairs
    assert best(table).pairs == found
    worst = max(int(table.rank[pair]) for pair in found)
    for (row, column), (other_row, other_column) in combinations(found, 2):
        swapped = [(row, other_column), (other_row, column)]
        if all(table.allowed[pair] and table.rank[pair] <= worst for pair in swapped) and worst == UNWISHED:
            assert sum(table.score[pair] for pair in swapped) <= table.score[row, column] + table.score[other_row, other_column]


# --- what goes wrong, each with its answer -----------------------------------------------------------------


def test_a_wish_on_one_side_only_is_a_wish() -> None:
    done = run(Pool((needs("oulu", "ghent"), offers("ghent"), offers("athens"))))
    assert named(done["best"]["pairs"]) == named(done["stable"]["pairs"]) == {("ghent", "oulu")}
    assert done["best"]["pairs"][0]["rank"] == 1
    assert done["best"]["pairs"][0]["rank_by_mentor"] == UNWISHED


def test_more_mentees_than_places_leaves_one_over_and_says_who_took_the_place() -> None:
    done = run(Pool((needs("oulu"), needs("riga"), offers("ghent"))))
    left = done["best"]["left_over"]
    assert len(left) == 1
    assert left[0]["mentors"] == {"ghent": []}
    assert left[0]["taken_by"]["ghent"] == [done["best"]["pairs"][0]["mentee"]]
    assert any(each["change"] == "place" and each["value"] == "ghent" and each["is_met"] for each in left[0]["helps"])


def test_no_place_is_said_as_such() -> None:
    done = run(Pool((needs("oulu"), offers("ghent", places=0))))
    assert done["best"]["left_over"][0]["mentors"] == {"ghent": ["no_place"]}
    paused = run(Pool((needs("oulu"), offers("ghent", most_as_mentor=0))))
    assert paused["stable"]["left_over"][0]["mentors"] == {"ghent": ["no_place"]}


def test_all_want_the_same_mentor_and_each_gets_one() -> None:
    mentees = [needs(code, "ghent") for code in ("oulu", "riga", "vantaa")]
    done = run(Pool((*mentees, offers("ghent"), offers("athens"), offers("berlin"))))
    assert done["best"]["matched"] == done["stable"]["matched"] == 3
    assert done["best"]["ranks"] == {"1": 1, str(UNWISHED): 2}


def test_only_an_interpreter_links_two_cities() -> None:
    mentee, mentor = needs("riga", languages={"lv": "c2"}), offers("genoa", languages={"it": "c2"})
    left = run(Pool((mentee, mentor)))["best"]["left_over"][0]
    assert left["mentors"] == {"genoa": ["no_language"]}
    assert left["helps"][0] == {"change": "language", "value": "it", "opens": 1, "is_met": True, "effort": 1}
    nobody = Pool((replace(mentee, interpreter="other"), replace(mentor, interpreter="other")))
    assert run(nobody)["best"]["left_over"][0]["mentors"] == {"genoa": ["nobody_pays"]}
    done = run(Pool((replace(mentee, interpreter="own"), replace(mentor, interpreter="other"))))
    assert done["best"]["pairs"][0]["interpreter"] is True


def test_what_would_help_is_what_helps_in_the_same_result() -> None:
    """With a language for Oulu the best result moves Riga to Berlin; in the stable one Riga and Ghent keep each other."""
    done = run(
        Pool(
            (
                needs("oulu", languages={"fi": "c2"}), needs("riga", "ghent"), offers("ghent", "riga", languages={"en": "c1", "it": "c1"}),
                offers("berlin", avoid=frozenset({"oulu"})),
            )
        )
    )  # fmt: skip
    helps = {result: done[result]["left_over"][0]["helps"] for result in ("best", "stable")}
    assert {each["value"] for each in helps["best"] if each["is_met"]} == {"en", "it"}
    assert [each for each in helps["stable"] if each["is_met"]] == []


def test_many_languages_of_mentors_hide_no_other_change() -> None:
    many = dict.fromkeys(["en", "it", "fr", "de", "es", "pt", "nl", "pl", "cs", "sk", "sl", "hr", "ro", "bg"], "c1")
    helps = run(Pool((needs("oulu"), needs("riga"), offers("ghent", languages=many))))["best"]["left_over"][0]["helps"]
    assert [(each["change"], each["value"]) for each in helps] == [("place", "ghent")], "they share a language already"
    apart = needs("oulu", languages={"fi": "c2"})
    few = dict.fromkeys(many, "a2") | {"pt": "b2"}
    for interpreter, also in (("none", []), ("other", [("interpreter", "")])):
        mentor = offers("ghent", languages=few, interpreter=interpreter)
        helps = run(Pool((apart, mentor)))["best"]["left_over"][0]["helps"]
        assert [(each["change"], each["value"]) for each in helps] == [("language", "pt"), *also], "below the level none helps"


def test_of_many_mentors_with_other_days_the_free_one_is_told() -> None:
    late = ((date(2028, 1, 1), date(2028, 2, 1)),)
    days = [
        ((date(2027, 1 + number // 2, 1 + 14 * (number % 2)), date(2027, 1 + number // 2, 14 + 14 * (number % 2))),)
        for number in range(20)
    ]
    mentors = [offers(f"c{number:02}", f"d{number:02}", windows=days[number]) for number in range(20)]
    others = [needs(f"d{number:02}") for number in range(19)]
    done = run(Pool((needs("oulu", windows=late), *others, *mentors)))
    assert [each["mentee"] for each in done["stable"]["left_over"]] == ["oulu"]
    helps = [each for each in done["stable"]["left_over"][0]["helps"] if each["is_met"]]
    assert [(each["change"], each["value"]) for each in helps] == [("days", "c19")]


def test_who_has_as_many_mentors_as_it_can_work_with_reads_to_make_room() -> None:
    mentee = city("oulu", most_as_mentee=1, needs=(Need("a", priority=1), Need("b", priority=2)))
    done = run(Pool((mentee, offers("ghent"), offers("riga", theme="b"))))
    for result in ("best", "stable"):
        assert [each["change"] for each in done[result]["left_over"][0]["helps"] if each["is_met"]] == ["room"]


def test_a_language_at_the_level_is_enough_and_below_it_is_not() -> None:
    pool = Pool((needs("riga", languages={"en": "b1"}), offers("genoa")))
    assert run(pool)["best"]["matched"] == 0
    assert run(replace(pool, settings=Settings(level="b1")))["best"]["matched"] == 1


def test_equal_scores_are_settled_by_the_codes_of_the_cities() -> None:
    mentees = [needs(code) for code in ("riga", "oulu", "vantaa")]
    done = run(Pool((*mentees, offers("ghent"), offers("berlin"), offers("athens"))))
    assert named(done["best"]["pairs"]) == {("athens", "oulu"), ("berlin", "riga"), ("ghent", "vantaa")}


def test_a_lock_that_breaks_a_rule_stands_and_warns() -> None:
    lock = Pair("a", "genoa", "riga")
    pool = Pool((needs("riga", languages={"lv": "c2"}), offers("genoa"), offers("ghent", languages={"lv": "c1"})), locks=(lock,))
    done = run(pool)
    assert done["standing"] == [["a", "genoa", "riga"]]
    assert done["warnings"] == [{"theme": "a", "mentor": "genoa", "mentee": "riga", "rules": ["no_language"]}]
    assert done["best"]["pairs"] == [], "its need is met: no run touches it"


def test_a_pair_that_came_to_nothing_is_not_made_again_not_even_by_its_lock() -> None:
    pair = Pair("a", "ghent", "oulu")
    pool = Pool((needs("oulu", "ghent"), offers("ghent"), offers("berlin")), declined=(pair,))
    done = run(pool)
    assert named(done["best"]["pairs"]) == named(done["stable"]["pairs"]) == {("berlin", "oulu")}
    locked = run(replace(pool, locks=(pair,)))
    assert locked["standing"] == []
    assert locked["warnings"] == [{"theme": "a", "mentor": "ghent", "mentee": "oulu", "rules": ["declined"]}]
    assert named(locked["best"]["pairs"]) == {("berlin", "oulu")}
    assert Pool.of(pool.canonical()).declined == (pair,)
    earlier = {name: value for name, value in pool.canonical().items() if name != "declined"}
    assert Pool.of(earlier).declined == ()


def test_a_city_that_withdrew_is_in_nobodys_way() -> None:
    pool = Pool(
        (needs("oulu", "gone", "ghent", avoid=frozenset({"gone"})), offers("ghent", "gone")),
        locks=(Pair("a", "gone", "riga"),), bans=(Pair("a", "gone", "oulu"),), past=(("gone", "oulu"),),
    )  # fmt: skip
    done = run(pool)
    assert named(done["best"]["pairs"]) == {("ghent", "oulu")}
    assert done["warnings"][0]["rules"] == ["not_there"]


def test_a_lock_on_a_city_that_withdrew_keeps_nobody_from_a_mentor() -> None:
    for lock in (Pair("a", "gone", "oulu"), Pair("b", "ghent", "oulu"), Pair("a", "ghent", "gone")):
        done = run(Pool((needs("oulu"), offers("ghent")), locks=(lock,)))
        assert done["standing"] == []
        assert [each["rules"] for each in done["warnings"]] == [["not_there"]]
        assert named(done["best"]["pairs"]) == named(done["stable"]["pairs"]) == {("ghent", "oulu")}
    there = run(Pool((needs("oulu"), offers("ghent")), fixed=(Pair("a", "gone", "oulu"),)))
    assert there["standing"] == [["a", "gone", "oulu"]], "a pair that is there already stays"


def test_locks_beyond_what_a_city_can_take_warn() -> None:
    def warned(*cities: Candidate, locks: Sequence[tuple[str, str, str]], fixed: Sequence[tuple[str, str, str]] = ()) -> Any:
        done = run(Pool(cities, locks=tuple(Pair(*each) for each in locks), fixed=tuple(Pair(*each) for each in fixed)))
        assert len(done["standing"]) == len(locks) + len(fixed)
        return {(each["mentor"], each["mentee"]): each["rules"] for each in done["warnings"]}

    two, both = (needs("oulu"), needs("riga")), [("a", "ghent", "oulu"), ("a", "ghent", "riga")]
    assert warned(*two, offers("ghent", places=1, most_as_mentor=2), locks=both) == {
        ("ghent", "oulu"): ["no_place"], ("ghent", "riga"): ["no_place"],
    }  # fmt: skip
    assert warned(*two, offers("ghent", places=2, most_as_mentor=1), locks=both[:1], fixed=both[1:]) == {
        ("ghent", "oulu"): ["no_place"]
    }
    assert warned(*two, offers("ghent", places=2, most_as_mentor=2), locks=both) == {}
    twice = [("a", "ghent", "oulu"), ("a", "genoa", "oulu")]
    assert warned(needs("oulu", most_as_mentee=2), offers("ghent"), offers("genoa"), locks=twice) == {
        ("ghent", "oulu"): ["no_room"], ("genoa", "oulu"): ["no_room"],
    }  # fmt: skip
    many = city("oulu", needs=(Need("a"), Need("b")), most_as_mentee=1)
    assert warned(many, offers("ghent"), offers("genoa", theme="b"), locks=[("a", "ghent", "oulu"), ("b", "genoa", "oulu")]) == {
        ("ghent", "oulu"): ["no_room"], ("genoa", "oulu"): ["no_room"],
    }  # fmt: skip


def test_a_city_is_never_paired_with_itself() -> None:
    both = city("genoa", needs=(Need("a", wishes=("genoa",)),), offers=(Offer("a", wishes=("genoa",)),))
    done = run(Pool((both,)))
    assert done["best"]["pairs"] == done["stable"]["pairs"] == done["all_pairs"] == []
    assert done["best"]["left_over"][0]["mentors"] == {}


def test_a_city_mentors_in_one_theme_and_is_mentored_in_another() -> None:
    genoa = city("genoa", needs=(Need("b"),), offers=(Offer("a"),))
    done = run(Pool((genoa, needs("riga"), offers("oslo", theme="b"))))
    assert named(done["best"]["pairs"]) == {("genoa", "riga"), ("oslo", "genoa")}


def test_totals_hold_over_all_themes() -> None:
    mentor = city("ghent", most_as_mentor=1, offers=(Offer("a", places=2), Offer("b", places=2)))
    done = run(Pool((needs("oulu"), needs("riga", theme="b"), mentor)))
    assert done["best"]["matched"] == done["stable"]["matched"] == 1
    mentee = city("oulu", most_as_mentee=1, needs=(Need("a", priority=2), Need("b", priority=1)))
    done = run(Pool((mentee, offers("ghent"), offers("riga", theme="b"))))
    assert named(done["stable"]["pairs"]) == {("riga", "oulu")}, "what matters more comes first"
    assert done["best"]["matched"] == 1


def test_days_country_ban_avoidance_and_past_remove_a_pair() -> None:
    early, late = ((date(2027, 1, 1), date(2027, 2, 1)),), ((date(2027, 3, 1), date(2027, 4, 1)),)
    mentee, mentor = needs("oulu", country="FI", windows=early), offers("vantaa", country="FI", windows=late)
    pool = Pool(
        (mentee, mentor), settings=Settings(same_country=False), bans=(Pair("a", "vantaa", "oulu"),), past=(("vantaa", "oulu"),)
    )
    left = run(replace(pool, candidates=(mentee, replace(mentor, avoid=frozenset({"oulu"})))))["best"]["left_over"][0]
    assert left["mentors"] == {"vantaa": ["banned", "avoided", "no_days", "same_country", "past_pair"]}
    again = replace(
        pool,
        candidates=(replace(mentee, windows=late, needs=(Need("a", wishes=("vantaa",)),)), mentor),
        bans=(),
        settings=Settings(),
    )
    assert run(again)["best"]["matched"] == 1, "a pair of last time is made again where it is wished"


def test_who_was_left_over_last_time_goes_first() -> None:
    done = run(Pool((needs("oulu"), needs("riga", carried_over=1), offers("ghent"))))
    assert named(done["best"]["pairs"]) == named(done["stable"]["pairs"]) == {("ghent", "riga")}


def test_a_short_list_wins_nothing() -> None:
    """Naming one mentor instead of three gives no better place than naming it first among three."""
    short, long = needs("oulu", "ghent"), needs("riga", "ghent", "berlin", "athens")
    table = Table(Pool((short, long, offers("ghent"), offers("berlin"), offers("athens"))))
    ghent = table.column_of["a", "ghent"]
    assert table.score[table.row_of["a", "oulu"], ghent] == table.score[table.row_of["a", "riga"], ghent]


def test_nothing_in_the_pool_is_an_answer_too() -> None:
    done = run(Pool())
    assert (done["best"]["matched"], done["stable"]["matched"], done["needs"], done["warnings"]) == (0, 0, 0, [])


def test_every_pair_has_its_reasons() -> None:
    mentees = [needs(code, "ghent") for code in ("oulu", "riga")]
    done = run(Pool((*mentees, offers("ghent", "riga"), offers("athens"))))
    assert len(done["all_pairs"]) == 4
    for pair in done["all_pairs"]:
        told = {name: (points, weight) for name, points, weight in pair["parts"]}
        assert set(told) == {"evidence", "mentee_wish", "mentor_wish", "context", "language", "carried_over", "repeat", "load"}
        assert pair["score"] == 100 + sum(points * weight for points, weight in told.values())
        assert pair["languages"] == ["en"]
        assert pair["days"] == 365
