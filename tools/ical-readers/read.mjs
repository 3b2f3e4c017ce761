// Prints the occurrences of calendar files as ical.js understands them (see README.md).
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

function utc(time) {
  return time.toJSDate().toISOString().replace(".000Z", "Z");
}

function line(start, end, event) {
  const status = event.component.getFirstPropertyValue("status");
  return [utc(start), utc(end), status, event.sequence, event.uid, event.summary].join("\t");
}

function* read(path) {
  ICAL.TimezoneService.reset();
  const calendar = new ICAL.Component(ICAL.parse(readFileSync(path, "utf8")));
  for (const zone of calendar.getAllSubcomponents("vtimezone")) {
    ICAL.TimezoneService.register(zone);
  }
  const events = calendar.getAllSubcomponents("vevent").map((component) => new ICAL.Event(component, { strictExceptions: false }));
  const series = events.filter((event) => !event.isRecurrenceException());
  const overrides = events.filter((event) => event.isRecurrenceException());
  for (const event of series) {
    for (const override of overrides.filter((other) => other.uid === event.uid)) {
      event.relateException(override);
    }
    if (!event.isRecurring()) {
      yield line(event.startDate, event.endDate, event);
      continue;
    }
    const starts = event.iterator();
    for (let start = starts.next(); start; start = starts.next()) {
      const found = event.getOccurrenceDetails(start);
      yield line(found.startDate, found.endDate, found.item);
    }
  }
  for (const override of overrides.filter((other) => !series.some((event) => event.uid === other.uid))) {
    yield line(override.startDate, override.endDate, override);
  }
}

for (const path of process.argv.slice(2)) {
  process.stdout.write([...read(path)].sort().map((text) => text + "\n").join("") + "\f\n");
}
