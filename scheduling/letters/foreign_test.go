package letters

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kring/internal/testkit"
	"kring/internal/testkit/icalreaders"
	"kring/internal/wall"

	"kring/scheduling"
)

// phone is somebody's calendar program: it takes the files of letters as RFC 5546 says, by UID, RECURRENCE-ID and
// SEQUENCE.
type phone struct {
	zones  map[string][]string          // by TZID: the descriptions of its offsets
	series map[string]map[string]string // by UID, by RECURRENCE-ID ("" for the series itself): the entry
}

func newPhone() *phone {
	return &phone{zones: map[string][]string{}, series: map[string]map[string]string{}}
}

// blocks are the parts of a calendar of one kind, each with its BEGIN and END.
func blocks(file, kind string) []string {
	var out []string
	for _, piece := range strings.Split(file, "BEGIN:"+kind+"\r\n")[1:] {
		inside, _, _ := strings.Cut(piece, "END:"+kind+"\r\n")
		out = append(out, "BEGIN:"+kind+"\r\n"+inside+"END:"+kind+"\r\n")
	}
	return out
}

// value is that of the first line of a property, after its parameters.
func value(block, property string) string {
	for line := range strings.SplitSeq(strings.ReplaceAll(block, "\r\n ", ""), "\r\n") {
		if name, rest, found := strings.Cut(line, ":"); found && (name == property || strings.HasPrefix(name, property+";")) {
			return rest
		}
	}
	return ""
}

func sequence(block string) int {
	n, _ := strconv.Atoi(value(block, "SEQUENCE"))
	return n
}

// take takes a file in. Every entry must be newer than what is there, because programs pass over any other; one that is
// told again must say the same.
func (p *phone) take(t *testing.T, file []byte) {
	t.Helper()
	content := string(file)
	for _, zone := range blocks(content, "VTIMEZONE") {
		id := value(zone, "TZID")
		p.zones[id] = append(p.zones[id], append(blocks(zone, "STANDARD"), blocks(zone, "DAYLIGHT")...)...)
	}
	cancel := value(content, "METHOD") == "CANCEL"
	for _, event := range blocks(content, "VEVENT") {
		uid, at := value(event, "UID"), value(event, "RECURRENCE-ID")
		if p.series[uid] == nil {
			p.series[uid] = map[string]string{}
		}
		known, series := p.series[uid][at], p.series[uid][""]
		again := sequence(event) == sequence(known) && value(event, "STATUS") == value(known, "STATUS") &&
			value(event, "DTSTART") == value(known, "DTSTART")
		if known != "" && sequence(event) <= sequence(known) && !again || at != "" && sequence(event) <= sequence(series) {
			t.Errorf("sequence %d of %s %s is not newer", sequence(event), uid, at)
		}
		switch {
		case at == "" && cancel:
			p.series[uid] = map[string]string{"": event} // STATUS:CANCELLED
		case at == "":
			p.series[uid] = map[string]string{at: event} // a new series takes what was changed in the old one with it
		default:
			p.series[uid][at] = event
		}
	}
}

// file is the whole calendar.
func (p *phone) file() []byte {
	out := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n"
	for id, offsets := range p.zones {
		slices.Sort(offsets)
		out += "BEGIN:VTIMEZONE\r\nTZID:" + id + "\r\n" + strings.Join(slices.Compact(offsets), "") + "END:VTIMEZONE\r\n"
	}
	for _, uid := range slices.Sorted(maps.Keys(p.series)) {
		for _, at := range slices.Sorted(maps.Keys(p.series[uid])) {
			out += p.series[uid][at]
		}
	}
	return []byte(out + "END:VCALENDAR\r\n")
}

// moment is a calendar at an instant, and the starts that must be to come in it.
type moment struct {
	name string
	now  time.Time
	file []byte
	want string
}

// starts are the instants of the lines that a reader answers, later than now and not called off.
func (m moment) starts(lines string) string {
	var out strings.Builder
	for line := range strings.Lines(lines) {
		fields := strings.Split(line, "\t")
		if fields[2] != "CANCELLED" && fields[0] > m.now.UTC().Format(time.RFC3339) {
			fmt.Fprintln(&out, fields[0])
		}
	}
	return out.String()
}

// A member who opens every calendar file has at every moment in the calendar what is to come, whatever the program.
func TestForeignProgramsFollowACircleThroughItsChanges(t *testing.T) {
	url := testkit.SQLite(t)
	var moments []moment
	synctest.Test(t, func(t *testing.T) { moments = followed(t, newWorld(t, testkit.Open(t, url), 2017)) })
	for _, r := range icalreaders.All(t) {
		for _, m := range moments {
			t.Run(r.Name+"/"+m.name, func(t *testing.T) {
				t.Parallel()
				if got := m.starts(r.Read(t, m.file)); got != m.want {
					t.Errorf("%s sees to come\n%swant\n%s\n%s", r.Name, got, m.want, m.file)
				}
			})
		}
	}
}

// followed lives begin, move, skip, a date added, a new slot, a session called off, and the end, and takes An's files in.
func followed(t *testing.T, w *world) []moment {
	phone := newPhone()
	var moments []moment
	opens := func(name, kind string, untold ...string) {
		t.Helper()
		m := got(w.compose("An", kind))(t)
		for _, file := range m.Calendars {
			phone.take(t, file.Body)
		}
		moments = append(moments, moment{name, w.clock.Now(), phone.file(), w.toCome(untold...)})
	}

	w.begin()
	opens("begin", scheduling.NoticeBegin)
	w.until("2017-08-31 12:00")
	w.record("2017-08-31", scheduling.Held)
	got(w.calendar.Move(w.ctx, w.as("Ben"), w.on("2017-09-07").ID, 0, wall.NewDate(2017, 9, 8), wall.At(9, 0), false))(t)
	opens("move", scheduling.NoticeMoved)
	got(w.calendar.Move(w.ctx, w.as("Ben"), w.on("2017-09-08").ID, 0, wall.NewDate(2017, 9, 6), wall.At(18, 15), false))(t)
	opens("move once more", scheduling.NoticeMoved)
	w.until("2017-09-06 18:00")
	w.record("2017-09-06", scheduling.Held)
	got(w.calendar.Skip(w.ctx, w.as("Els"), w.on("2017-09-14").ID, 0, false))(t)
	opens("skip", scheduling.NoticeSkipped, "2017-12-07") // the added date is told with the next reminder
	w.until("2017-09-19 11:00")
	opens("a date added", scheduling.NoticeReminderTwoDays)
	w.until("2017-09-21 12:00")
	w.record("2017-09-21", scheduling.Held)
	slot := wall.Slot{Weekday: time.Tuesday, At: wall.At(17, 0), Zone: "Europe/Brussels"}
	got(w.calendar.NewSlot(w.ctx, w.farah, w.circleID, 0, scheduling.SlotChange{Slot: slot}, false))(t)
	opens("new slot", scheduling.NoticeNewSlot)
	got(w.calendar.Cancel(w.ctx, w.farah, w.on("2017-10-10").ID, 0, false))(t)
	opens("cancel", scheduling.NoticeCancelled, "2017-12-19")
	w.until("2017-09-25 12:00")
	got(w.calendar.End(w.ctx, w.as("An"), w.circleID, 0, "dates", "", false))(t)
	w.until("2017-09-28 12:01")
	opens("end", scheduling.NoticeEnded)
	return moments
}

// toCome are the starts of the planned sessions, without those on dates in Brussels that nobody was told of yet.
func (w *world) toCome(untold ...string) string {
	w.t.Helper()
	brussels := got(wall.LoadZone("Europe/Brussels"))(w.t)
	var out strings.Builder
	for _, s := range got(w.calendar.Sessions(w.ctx, w.farah, w.circleID))(w.t) {
		if s.State == scheduling.Planned && s.StartsAt.After(w.clock.Now()) && !slices.Contains(untold, s.On(brussels).String()) {
			fmt.Fprintln(&out, s.StartsAt.UTC().Format(time.RFC3339))
		}
	}
	return out.String()
}
