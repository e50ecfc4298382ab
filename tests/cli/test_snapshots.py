"""What `snapshot ls`, `inspect` and `rm` show, and `gc` of snapshots."""

from __future__ import annotations

from dataclasses import replace

from envctl.certificate import Certificate
from envctl.reports.snapshots import SnapshotListing, SnapshotsRemoved
from tests.cli.made_up import DETAILS, RECLAIMED, SNAPSHOT, Envctl, Ops

SHOWN = "shop/a, shop/b, shop/c and 1 more"


def test_ls_shows_who_lives_on_each(envctl: Envctl, ops: Ops) -> None:
    """By name, else by the beginning of the address; what cannot be read is told beside."""
    ops.answers["snapshots.show.ls"] = SnapshotListing(
        (SNAPSHOT, replace(SNAPSHOT, name=None, clones=())), ("9e" * 16,)
    )
    ran = envctl("snapshot", "ls")
    header, first, second = ran.out.splitlines()
    assert ["SNAPSHOT", "SOURCE", "SERVICES", "SIZE", "AGE", "BY", "CLONES"] == header.split()
    assert first.startswith("before")
    assert first.endswith(SHOWN)
    assert second.startswith("1a2b1a2b1a2b ")
    assert "left alone: snapshot 9e9e9e9e9e9e" in ran.err


def test_ls_of_none_says_so(envctl: Envctl, ops: Ops) -> None:
    """On stderr: the result is empty. Other projects may have some."""
    ops.answers["snapshots.show.ls"] = SnapshotListing(())
    ran = envctl("snapshot", "ls", "--project", "shop")
    assert "" == ran.out
    assert "There is no snapshot of shop.\n" in ran.err
    assert ("HERE", "shop") == ops.calls["snapshots.show.ls"][0]
    assert "There is no snapshot.\n" in envctl("snapshot", "ls").err


def test_inspect_shows_everything(envctl: Envctl) -> None:
    """What it was made from, what is known of it, where its bytes are, that its image is gone, its clones."""
    shown = envctl("snapshot", "inspect", "before").out
    for word in ("environment shop/a", "glibc 2.41", "1.0 GiB", "postgres:17 (gone)", "v-0", "p1", "shop_a_db-data"):
        assert word in shown
    data = envctl("snapshot", "inspect", "before", "--json").envelope["data"]
    assert {"address", "size", "parts", "copies", "about", "digest", "clones"} <= set(data)


def test_inspect_says_nothing_twice(envctl: Envctl, ops: Ops) -> None:
    """What a service's data was filled with is told where it is something else than what the snapshot was made from."""
    part = replace(DETAILS.parts[0], facts={"data": "abc", "version": "17", "database": "shop"})
    ops.answers["snapshots.show.inspect"] = replace(DETAILS, parts=(part,))
    shown = envctl("snapshot", "inspect", "before").out
    assert (1, 0, 1) == tuple(shown.count(word) for word in ("abc", "db.version", "db.database"))
    ops.answers["snapshots.show.inspect"] = replace(DETAILS, digest=None, parts=(part,))
    assert "db.data " in envctl("snapshot", "inspect", "before").out


def test_an_empty_name_is_none(envctl: Envctl, ops: Ops) -> None:
    """A variable of a script that is not set: the snapshot would be there without the name, and go with `gc`."""
    ran = envctl("snapshot", "create", "", "--json")
    assert (2, "Nothing was changed.") == (ran.status, ran.envelope["error"]["unchanged"])
    assert "snapshots.create.create" not in ops.calls


def test_what_others_wrote_moves_no_cursor(envctl: Envctl, ops: Ops) -> None:
    """Labels are anybody's."""
    ops.answers["snapshots.show.inspect"] = replace(DETAILS, about={"libc": "\x1b[2Jx"})
    assert "\x1b" not in envctl("snapshot", "inspect", "before").out


def test_rm_names_what_went(envctl: Envctl, ops: Ops) -> None:
    """All of them are given on at once."""
    ops.answers["snapshots.rm.rm"] = SnapshotsRemoved((SNAPSHOT,))
    assert "removed   before   environment shop/a   1.0 GiB\n" == envctl("snapshot", "rm", "before", "1a2b").out
    assert ("HERE", ["before", "1a2b"]) == ops.calls["snapshots.rm.rm"][0]


def test_gc_tells_of_each_snapshot_what_becomes_of_it(envctl: Envctl) -> None:
    """In a table of their own, those that go first, and in the summary."""
    ran = envctl("gc")
    table = ran.out.split("\n\n")[1].splitlines()
    assert ["VERDICT", "SNAPSHOT", "PROJECT", "SOURCE", "SIZE", "BECAUSE"] == table[0].split()
    assert ["removed", "keep"] == [line.split()[0] for line in table[1:]]
    assert "2 snapshots: 1 removed, 1 kept." in ran.err


def test_gc_without_snapshots_is_silent_about_them(envctl: Envctl, ops: Ops) -> None:
    """As before there were any."""
    ops.answers["gc.reclaim.gc"] = replace(RECLAIMED, snapshots=())
    ran = envctl("gc")
    assert "SNAPSHOT" not in ran.out
    assert "snapshot" not in ran.err


def test_the_budget_of_snapshots_reaches_gc(envctl: Envctl, ops: Ops) -> None:
    """20 GiB unless somebody says otherwise; what is no size is refused."""
    envctl("gc")
    assert 20 * 2**30 == ops.calls["gc.reclaim.gc"][1]["snapshot_budget"]
    envctl("gc", "--snapshot-budget", "5GB")
    assert 5 * 10**9 == ops.calls["gc.reclaim.gc"][1]["snapshot_budget"]
    assert 2 == envctl("gc", "--snapshot-budget", "much").status


def test_a_certificate_says_which_rows_came(envctl: Envctl, ops: Ops) -> None:
    """Of how many, what was asked for, and what time it was then."""
    proof = Certificate(
        "sha256:1", "policy", "key", {"public.orders": 1200, "public.settings": 7}, {}, 1, 0, "short", 9,
        subset={"orders": "at > now() - interval '30 days'"}, out_of={"public.orders": 16044}, moment="2024-03-01T00Z",
    )  # fmt: skip
    ops.answers["snapshots.show.inspect"] = replace(DETAILS, certificate=proof)
    out = " ".join(envctl("snapshot", "inspect", "before").out.split())
    assert "rows public.orders 1,200 of 16,044, public.settings 7 " in out
    assert "subset orders: at > now() - interval '30 days' now() was 2024-03-01T00Z" in out
