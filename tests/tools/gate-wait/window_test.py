#!/usr/bin/env python3
"""window_test.py GATE-WAIT: windows against the zone database that Python reads, and arithmetic of this test's own."""
import datetime
import json
import random
import zoneinfo

from support import case, folder, gate, gate_wait, run_cases

DAY = datetime.timedelta(days=1)
UTC = datetime.timezone.utc
NAMES = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def text(when):
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def instants(zone, day, minutes):
    """The earliest and the latest that a reading can mean, by PEP 495: fold 0 and 1."""
    reading = datetime.datetime.combine(day, datetime.time()) + datetime.timedelta(minutes=minutes)
    both = [reading.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    return min(both), max(both)


def minutes_of(clock):
    hours, minutes = clock.split(":")
    return 60 * int(hours) + int(minutes)


def falls_on(rule, day):
    if "dates" in rule:
        return day.isoformat() in rule["dates"]
    if NAMES[day.weekday()] not in rule["days"]:
        return False
    if "anchor" in rule:
        anchor = datetime.date.fromisoformat(rule["anchor"])
        weeks = (day.toordinal() - 1) // 7 - (anchor.toordinal() - 1) // 7  # ordinal 1 is a Monday
        return day >= anchor and weeks % rule["every_weeks"] == 0
    if "nth" in rule:
        before = sum(1 for k in range(1, 6) if (day - 7 * k * DAY).month == day.month and (day - 7 * k * DAY).year == day.year)
        after = sum(1 for k in range(1, 6) if (day + 7 * k * DAY).month == day.month and (day + 7 * k * DAY).year == day.year)
        return before + 1 in rule["nth"] or -after - 1 in rule["nth"]
    return True


def excepted(window, day):
    for one in window.get("except", []):
        first, _, last = one.partition("/")
        if first <= day.isoformat() <= (last or first):
            return True
    return False


def merged(parts):
    joined = []
    for begin, end in sorted(part for part in parts if part[0] < part[1]):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return joined


def occurrences(window, zone, first, last, grow=False):
    start, stop = minutes_of(window.get("from", "00:00")), minutes_of(window.get("to", "24:00"))
    overnight = stop <= start
    length = stop - start + (1440 if overnight else 0)
    found = []
    day = first
    while day <= last:
        if falls_on(window["rule"], day) and not excepted(window, day):
            begins, ends = instants(zone, day, start), instants(zone, day, start + length)
            span = datetime.timedelta(minutes=length)
            if grow:
                found.append((begins[0], max(ends[1], begins[0] + span)))
            else:
                end = min(ends[0], begins[1] + span)
                if overnight and excepted(window, day + DAY):
                    end = min(end, instants(zone, day + DAY, 0)[0])
                found.append((begins[1], end))
        day += DAY
    return merged(found)


def openings(window, first, last):
    zone = zoneinfo.ZoneInfo(window["tz"])
    # Wide enough that nothing in between is cut.
    whole = occurrences(window, zone, first - 9 * DAY, last + 9 * DAY)
    for deny in window.get("deny", []):
        holes = occurrences(deny, zone, first - 12 * DAY, last + 12 * DAY, grow=True)
        rest = []
        for begin, end in whole:
            for hole_begin, hole_end in holes:
                if hole_end > begin and hole_begin < end:
                    rest.append((begin, hole_begin))
                    begin = max(begin, hole_end)
            rest.append((begin, end))
        whole = merged(rest)
    shortened = window.get("min_remaining")
    if shortened:
        whole = merged((begin, end - datetime.timedelta(minutes=int(shortened[:-1]))) for begin, end in whole)
    begin, end = instants(zone, first, 0)[0], instants(zone, last, 0)[0]
    return [{"opens": text(one[0]), "closes": text(one[1])} for one in whole if one[1] > begin and one[0] < end]


def explained(windows, first, last):
    """What the tool says of each window, in one run: {id: openings}. All windows have one zone, that of the dates."""
    conditions = [{"id": f"w{index}", "type": "window", **window} for index, window in enumerate(windows)]
    outcome = gate_wait("explain", "-", "--from", first.isoformat(), "--to", last.isoformat(), "--json", document=gate(*conditions))
    assert outcome.code == 0, outcome
    return list(json.loads(outcome.out)["windows"][f"w{index}"] for index in range(len(windows)))


def compare(windows, first, last):
    for window, told in zip(windows, explained(windows, first, last)):
        wanted = openings(window, first, last)
        assert told == wanted, (window, [one for one in told if one not in wanted], [one for one in wanted if one not in told])


@case
def every_other_tuesday():
    """every other Tuesday over three years, through a year of 53 weeks"""
    window = {"tz": "Europe/Berlin", "rule": {"every_weeks": 2, "anchor": "2026-01-06", "days": ["tue"]}, "from": "10:00", "to": "12:00"}
    told = explained([window], datetime.date(2026, 1, 1), datetime.date(2029, 1, 1))[0]
    zone = zoneinfo.ZoneInfo("Europe/Berlin")
    days = [datetime.datetime.fromisoformat(one["opens"].replace("Z", "+00:00")).astimezone(zone) for one in told]
    wanted = [datetime.date(2026, 1, 6) + 14 * count * DAY for count in range(79)]
    wanted = [day for day in wanted if day < datetime.date(2029, 1, 1)]
    assert [day.date() for day in days] == wanted, days
    assert all((day.hour, day.minute, day.isoweekday()) == (10, 0, 2) for day in days), days
    # 2026 has 53 ISO weeks: by the number of the week two odd ones would follow each other.
    around = [day for day in wanted if datetime.date(2026, 12, 1) < day < datetime.date(2027, 2, 1)]
    assert [day.isocalendar()[1] for day in around] == [50, 52, 1, 3], around
    assert datetime.date(2026, 12, 29).isocalendar()[1] == 53 and datetime.date(2026, 12, 29) not in wanted
    compare([window], datetime.date(2026, 1, 1), datetime.date(2029, 1, 1))


@case
def week_53():
    """a window that begins in week 53 goes on every other week"""
    window = {"tz": "Europe/Berlin", "rule": {"every_weeks": 2, "anchor": "2026-12-29", "days": ["tue"]}, "from": "10:00", "to": "12:00"}
    told = explained([window], datetime.date(2026, 12, 1), datetime.date(2027, 2, 1))[0]
    assert [one["opens"][:10] for one in told] == ["2026-12-29", "2027-01-12", "2027-01-26"], told


@case
def changed_clocks():
    """both days on which clocks are changed, in four zones: windows get smaller, never larger"""
    for zone, spring, autumn in [("Europe/Berlin", "2026-03-29", "2026-10-25"), ("America/New_York", "2026-03-08", "2026-11-01"),
                                 ("Australia/Lord_Howe", "2026-10-04", "2026-04-05"), ("America/Santiago", "2026-09-06", "2026-04-05")]:
        for day in (spring, autumn):
            date = datetime.date.fromisoformat(day)
            windows = [{"tz": zone, "rule": {"dates": [(date + shift * DAY).isoformat()]}, "from": f"{start // 60:02}:{start % 60:02}",
                        "to": f"{stop // 60:02}:{stop % 60:02}"}
                       for shift in (-1, 0) for start in range(0, 1440, 30) for stop in (30, 60, 90, 120, 150, 180, 240, 1440)
                       if start != stop]
            compare(windows, date - 2 * DAY, date + 3 * DAY)
            for window, told in zip(windows, explained(windows, date - 2 * DAY, date + 3 * DAY)):
                length = (minutes_of(window["to"]) - minutes_of(window["from"])) % 1440 or 1440
                for one in told:
                    spent = datetime.datetime.fromisoformat(one["closes"][:-1]) - datetime.datetime.fromisoformat(one["opens"][:-1])
                    assert spent <= datetime.timedelta(minutes=length), (window, one)


@case
def known_edges():
    """a window that begins in the hour that is skipped or comes twice, by figures worked out on paper"""
    berlin = {"tz": "Europe/Berlin"}
    for day, start, stop, wanted in [
            ("2026-03-29", "02:30", "04:00", [("01:30", "02:00")]),  # as if 03:30: after the gap of 01:00Z
            ("2026-03-29", "01:00", "02:30", [("00:00", "00:30")]),
            ("2026-03-29", "02:15", "02:45", []),
            ("2026-10-25", "02:30", "03:30", [("01:30", "02:30")]),  # the second 02:30, to 03:30
            ("2026-10-25", "01:00", "02:30", [("-1 23:00", "00:30")]),  # to the first 02:30
            ("2026-10-25", "01:00", "04:00", [("-1 23:00", "02:00")])]:  # three hours, not four
        date = datetime.date.fromisoformat(day)
        told = explained([{**berlin, "rule": {"dates": [day]}, "from": start, "to": stop}], date - DAY, date + 2 * DAY)[0]
        expected = [{key: (f"{date - DAY}T{clock[3:]}" if clock.startswith("-1") else f"{day}T{clock}") + ":00.000Z"
                     for key, clock in zip(("opens", "closes"), one)} for one in wanted]
        assert told == expected, (day, start, stop, told, expected)


@case
def overnight():
    """a window over midnight belongs to the day on which it begins, and ends before a day that is excepted"""
    window = {"tz": "UTC", "rule": {"days": ["fri"]}, "from": "22:00", "to": "02:00", "except": ["2026-12-26"]}
    told = explained([window], datetime.date(2026, 12, 17), datetime.date(2027, 1, 1))[0]
    assert told == [{"opens": "2026-12-18T22:00:00.000Z", "closes": "2026-12-19T02:00:00.000Z"},
                    {"opens": "2026-12-25T22:00:00.000Z", "closes": "2026-12-26T00:00:00.000Z"}], told


@case
def not_of_a_window():
    """below "not" a window denies, and a doubtful moment is denied: the gate gets smaller there too"""
    day = {"id": "day", "type": "window", "tz": "Europe/Berlin", "rule": {"dates": ["2026-10-25"]}, "from": "00:00", "to": "24:00"}
    busy = {"id": "busy", "type": "window", "tz": "Europe/Berlin", "rule": {"dates": ["2026-10-25"]}, "from": "02:15", "to": "02:45"}
    outcome = gate_wait("explain", "-", "--from", "2026-10-25", "--to", "2026-10-26", "--json",
                        document=gate(day, busy, open_when={"all": ["day", {"not": "busy"}]}))
    # 02:15 comes at 00:15Z and 01:15Z; denied from the first 02:15 to the second 02:45.
    assert json.loads(outcome.out)["openings"] == [
        {"opens": "2026-10-24T22:00:00.000Z", "closes": "2026-10-25T00:15:00.000Z"},
        {"opens": "2026-10-25T01:45:00.000Z", "closes": "2026-10-25T22:00:00.000Z"}], outcome


def random_clock(source, last=1440):
    minutes = source.choice([source.randrange(0, 1440), source.randrange(0, 300), 15 * source.randrange(0, 97)]) % (last + 1)
    return f"{minutes // 60:02}:{minutes % 60:02}"


def random_rule(source, first):
    kind = source.randrange(4)
    days = sorted(source.sample(NAMES, source.randrange(1, 8)))
    if kind == 0:
        return {"days": days}
    if kind == 1:
        anchor = first + source.randrange(-60, 30) * DAY
        return {"every_weeks": source.randrange(1, 6), "anchor": anchor.isoformat(), "days": sorted({*days, NAMES[anchor.weekday()]})}
    if kind == 2:
        return {"days": days, "nth": source.sample([1, 2, 3, 4, 5, -1, -2], source.randrange(1, 4))}
    return {"dates": sorted({(first + source.randrange(0, 60) * DAY).isoformat() for _ in range(5)})}


def random_times(source):
    while True:
        start, stop = random_clock(source, 1439), random_clock(source)
        if start != stop:
            return {"from": start, "to": stop}


def random_window(source, zone, first):
    window = {"tz": zone, "rule": random_rule(source, first), **random_times(source)}
    if source.random() < 0.3:
        day = first + source.randrange(0, 60) * DAY
        window["except"] = [f"{day}/{day + source.randrange(0, 9) * DAY}", (first + source.randrange(0, 60) * DAY).isoformat()]
    if source.random() < 0.3:
        window["deny"] = [{"rule": random_rule(source, first), **(random_times(source) if source.random() < 0.7 else {})}]
    length = (minutes_of(window["to"]) - minutes_of(window["from"])) % 1440 or 1440
    if source.random() < 0.3 and length > 2:
        window["min_remaining"] = f"{source.randrange(1, min(length, 600))}m"
    return window


@case
def random_windows():
    """10,000 random windows in 25 zones, around the days on which clocks are changed"""
    source = random.Random(20261122)
    zones = ["Europe/Berlin", "Europe/London", "Europe/Dublin", "America/New_York", "America/Los_Angeles", "America/St_Johns",
             "America/Santiago", "America/Sao_Paulo", "America/Asuncion", "America/Havana", "Africa/Cairo", "Africa/Casablanca",
             "Asia/Tehran", "Asia/Kathmandu", "Asia/Kolkata", "Asia/Beirut", "Asia/Gaza", "Asia/Tokyo", "Australia/Sydney",
             "Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Apia", "Antarctica/Troll", "UTC"]
    count = 0
    while count < 10000:
        zone = source.choice(zones)
        # Also beyond 2037, where the files end and their last line tells the rule.
        first = datetime.date(source.choice([2008, 2011, 2016, 2024, 2026, 2027, 2038, 2045]), source.randrange(1, 13), source.randrange(1, 29))
        windows = [random_window(source, zone, first) for _ in range(50)]
        compare(windows, first, first + 60 * DAY)
        count += len(windows)


@case
def missing_zone():
    """a zone that is not there, or a machine without any, is 3 and never UTC"""
    window = {"rule": {"days": ["mon"]}, "from": "10:00", "to": "12:00"}
    for name, environment, said in [("Europe/Berlln", {}, "did you mean 'Europe/Berlin'?"), ("Mars/Olympus", {}, "there is no time zone"),
                                    ("Europe/Berlin", {"TZDIR": "/nonexistent"}, "tzdata")]:
        for arguments in (["--window", json.dumps({"tz": name, **window})], ["--window", json.dumps({"tz": name, **window}), "--once"]):
            outcome = gate_wait(*arguments, environment=environment)
            assert outcome.code == 3 and said in outcome.err, (name, outcome)
        for verb in ("lint", "explain"):
            outcome = gate_wait(verb, "-", document=gate({"id": "w", "type": "window", "tz": name, **window}), environment=environment)
            assert outcome.code == 3, (verb, outcome)
    for name in ("../etc/passwd", "/etc/localtime", "", "posix/UTC", "localtime"):
        assert gate_wait("--window", json.dumps({"tz": name, **window})).code == 2, name
    with folder() as where:
        (where / "Broken").write_bytes(b"TZif2" + bytes(100))
        (where / "Text").write_text("not a zone")
        for name in ("Broken", "Text"):
            assert gate_wait("--window", json.dumps({"tz": name, **window}), environment={"TZDIR": str(where)}).code == 3, name


run_cases()
