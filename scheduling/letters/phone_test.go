package letters

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
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

// take takes a file in, as RFC 5546 (2.1.5, 3.2.2 and 3.2.5) says. Every entry must be newer than what was there before
// the file, because programs pass over any other; one that is told again must say the same.
func (p *phone) take(t testing.TB, file []byte) {
	t.Helper()
	content := string(file)
	for _, zone := range blocks(content, "VTIMEZONE") {
		id := value(zone, "TZID")
		p.zones[id] = append(p.zones[id], append(blocks(zone, "STANDARD"), blocks(zone, "DAYLIGHT")...)...)
	}
	cancel := value(content, "METHOD") == "CANCEL"
	before := map[string]map[string]string{}
	for uid, entries := range p.series {
		before[uid] = maps.Clone(entries)
	}
	uids := map[string]bool{}
	for _, event := range blocks(content, "VEVENT") {
		uid, at := value(event, "UID"), value(event, "RECURRENCE-ID")
		uids[uid] = true
		for _, known := range []string{before[uid][at], before[uid][""]} {
			if known != "" && sequence(event) <= sequence(known) && !same(event, known) {
				t.Errorf("sequence %d of %s %s is not newer", sequence(event), uid, at)
			}
		}
		if p.series[uid] == nil || at == "" {
			p.series[uid] = map[string]string{} // a new series takes what was changed in the old one with it
		}
		p.series[uid][at] = event
		if cancel != (value(event, "STATUS") == "CANCELLED") {
			t.Errorf("%s %s: the file's method and the entry's status differ", uid, at)
		}
	}
	if len(uids) != 1 {
		t.Errorf("one file speaks of %d entries", len(uids))
	}
}

// same says whether an entry says what another said.
func same(event, known string) bool {
	return slices.IndexFunc([]string{"SEQUENCE", "STATUS", "DTSTART", "RRULE", "EXDATE"}, func(name string) bool {
		return value(event, name) != value(known, name)
	}) < 0
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
