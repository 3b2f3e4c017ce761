#!/usr/bin/python3
"""Prints the occurrences of calendar files as python3-icalendar understands them (see README.md)."""
import sys
from datetime import datetime, timezone

from dateutil.rrule import rruleset, rrulestr
from icalendar import Calendar


def read(path):
    with open(path, "rb") as file:
        calendar = Calendar.from_ical(file.read())
    zones = {str(zone["TZID"]): zone.to_tz() for zone in calendar.walk("VTIMEZONE")}
    events = calendar.walk("VEVENT")

    def utc(prop):
        """The instant of a property, by the file's own description of its zone."""
        local = prop.dt
        zone = prop.params.get("TZID")
        if zone:
            local = zones[str(zone)].localize(local.replace(tzinfo=None), is_dst=True)
        return local.astimezone(timezone.utc)

    overridden = {(str(e["UID"]), utc(e["RECURRENCE-ID"])) for e in events if "RECURRENCE-ID" in e}
    for event in events:
        start, end = utc(event["DTSTART"]), utc(event["DTEND"])
        for at in starts(event, utc, zones):
            if "RECURRENCE-ID" not in event and (str(event["UID"]), at) in overridden:
                continue
            yield at, at + (end - start), event


def starts(event, utc, zones):
    """All starts in UTC, excluded ones left out."""
    dates = rruleset()
    naive = event["DTSTART"].dt.replace(tzinfo=None)
    zone = event["DTSTART"].params.get("TZID")
    dates.rdate(naive)
    if "RRULE" in event:
        rule = event["RRULE"]
        if "UNTIL" in rule and zone:  # an instant, whereas the rule is laid out on the wall
            rule["UNTIL"] = [rule["UNTIL"][0].astimezone(zones[str(zone)]).replace(tzinfo=None)]
        dates.rrule(rrulestr(rule.to_ical().decode(), dtstart=naive, ignoretz=True))
    found = set()
    for local in dates:
        at = zones[str(zone)].localize(local, is_dst=True) if zone else local.replace(tzinfo=timezone.utc)
        found.add(at.astimezone(timezone.utc))
    found |= {utc(date) for date in listed(event, "RDATE")}
    return sorted(found - {utc(date) for date in listed(event, "EXDATE")})


def listed(event, name):
    """The single dates of EXDATE or RDATE, each with the parameters of its line."""
    values = event.get(name, [])
    for value in values if isinstance(values, list) else [values]:
        for date in value.dts:
            date.params = value.params if hasattr(value, "params") else date.params
            yield date


def main():
    for path in sys.argv[1:]:
        lines = []
        for start, end, event in read(path):
            form = "%Y-%m-%dT%H:%M:%SZ"
            lines.append("\t".join([
                start.strftime(form), end.strftime(form), str(event["STATUS"]), str(event["SEQUENCE"]),
                str(event["UID"]), str(event["SUMMARY"]),
            ]))
        sys.stdout.buffer.write("".join(line + "\n" for line in sorted(lines)).encode() + b"\f\n")


main()
