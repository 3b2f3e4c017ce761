package ical

import (
	"bytes"
	"slices"
	"strings"
)

const (
	// maxDepth is how deep components may be nested: VCALENDAR, VEVENT, VALARM and one more.
	maxDepth = 4
	// maxLists is how many lines of rules and dates a file may have, which an event can have several of; above it is far
	// above any calendar in use, and each costs twenty times its length.
	maxLists = 50_000
	// maxSeen is how many events are looked at, those that cannot be read included.
	maxSeen = 2 * MaxEvents
)

// How often a property that matters may stand in one component.
const (
	never uint8 = iota
	once
	often
)

// property says of a name whether it matters to who reads a calendar. All else is left out before anything is made of
// it: descriptions, guests and alarms are most of a file.
func property(name string) uint8 {
	switch name {
	case "DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "UID", "SEQUENCE", "SUMMARY", "TRANSP", "STATUS", "X-MICROSOFT-CDO-BUSYSTATUS",
		"METHOD", "X-WR-TIMEZONE", "TZID", "X-LIC-LOCATION", "TZOFFSETFROM", "TZOFFSETTO":
		return once
	case "RRULE", "RDATE", "EXDATE", "FREEBUSY":
		return often
	}
	return never
}

// matters says of a component whether it does.
func matters(component string) bool {
	switch component {
	case "VCALENDAR", "VEVENT", "VFREEBUSY", "VTIMEZONE", "STANDARD", "DAYLIGHT":
		return true
	}
	return false
}

// clean makes of a foreign file lines that the decoder reads without an error: one unfolded line each, names in
// capitals, components closed in the order in which they were opened, nothing that does not matter. What cannot be read
// is left out and counted.
func clean(data []byte, report *Report) []byte { return (&cleaning{report: report}).all(data) }

func (c *cleaning) all(data []byte) []byte {
	for all := linesOf(data); ; {
		line, more := all.next()
		if !more {
			break
		}
		c.line(line)
	}
	if len(c.open) > 0 {
		c.report.BadLines++
		c.closeTo(c.open[0].name)
	}
	return c.out.Bytes()
}

// cleaning is a file on its way to lines that the decoder reads.
type cleaning struct {
	out    bytes.Buffer
	report *Report
	open   []opened
	seen   int // events
	lists  int // properties that may stand often

	answers bool // who answers, how and when matters as well
}

// opened is a component that is not closed yet.
type opened struct {
	name string
	kept bool
	had  []string // properties that stand in it once
}

func (c *cleaning) line(line []byte) {
	end := bytes.IndexAny(line, ":;")
	if end < 0 || end > maxName {
		c.report.BadLines++
		return
	}
	name := strings.ToUpper(string(bytes.TrimSpace(line[:end])))
	if !soundName(name) {
		c.report.BadLines++
		return
	}
	switch name {
	case "BEGIN", "END":
		_, value, _ := bytes.Cut(line, []byte(":"))
		c.component(name, value)
	default:
		c.property(name, line[end:])
	}
}

// component opens or closes one.
func (c *cleaning) component(name string, value []byte) {
	component := ""
	if len(value) <= maxName {
		component = strings.ToUpper(string(bytes.TrimSpace(value)))
	}
	isOpen := slices.ContainsFunc(c.open, func(o opened) bool { return o.name == component })
	switch {
	case !soundName(component), name == "END" && !isOpen,
		name == "BEGIN" && (len(c.open) >= maxDepth || len(c.open) == 0 && component != "VCALENDAR"):
		c.report.BadLines++
	case name == "END":
		c.closeTo(component)
	default:
		kept := matters(component) && (len(c.open) == 0 || c.open[len(c.open)-1].kept)
		if component == "VEVENT" && kept {
			if c.seen++; c.seen > maxSeen {
				c.report.BadEvents++
				kept = false
			}
		}
		c.open = append(c.open, opened{name: component, kept: kept})
		if kept {
			c.write("BEGIN:", component)
		}
	}
}

// closeTo closes the innermost component of that name, and before it what is still open inside.
func (c *cleaning) closeTo(name string) {
	for {
		last := c.open[len(c.open)-1]
		c.open = c.open[:len(c.open)-1]
		if last.kept {
			c.write("END:", last.name)
		}
		if last.name == name {
			return
		}
		c.report.BadLines++
	}
}

// property writes one that matters and stands in a component that does; rest is its line behind the name.
func (c *cleaning) property(name string, rest []byte) {
	kind := property(name)
	if c.answers && kind == never {
		kind = answering(name)
	}
	if kind == never || len(c.open) == 0 || !c.open[len(c.open)-1].kept {
		return
	}
	in := &c.open[len(c.open)-1]
	if kind == once && slices.Contains(in.had, name) {
		return
	}
	head, value, found := cutOutsideQuotes(string(bytes.ToValidUTF8(rest, []byte("\uFFFD"))), ':')
	if !found || kind == often && c.lists >= maxLists {
		c.report.BadLines++
		return
	}
	if kind == often {
		c.lists++
	} else {
		in.had = append(in.had, name)
	}
	c.write(append(append([]string{name}, c.params(head)...), ":", value)...)
}

func (c *cleaning) write(parts ...string) {
	for _, part := range parts {
		c.out.WriteString(part)
	}
	c.out.WriteString("\r\n")
}

// maxParams is far above what a property has that we read; of one with more no parameter is.
const maxParams = 2000

// params are those that matter, each behind its semicolon. One that cannot be read is dropped, the property stays.
func (c *cleaning) params(head string) (kept []string) {
	if head == "" {
		return nil
	}
	if len(head) > maxParams {
		c.report.BadParams++
		return nil
	}
	var param string
	for rest, more := head[1:], true; more; {
		param, rest, more = cutOutsideQuotes(rest, ';')
		name, _, _ := strings.Cut(param, "=")
		switch {
		case !soundParam(param):
			c.report.BadParams++
		case slices.Contains([]string{"TZID", "VALUE", "FBTYPE"}, strings.ToUpper(name)), c.answers && strings.EqualFold(name, "PARTSTAT"):
			kept = append(kept, ";", param)
		}
	}
	return kept
}

// cutOutsideQuotes is strings.Cut that does not look between double quotes; when a quote is never closed, it does.
func cutOutsideQuotes(s string, sep byte) (before, after string, found bool) {
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == sep && !quoted:
			return s[:i], s[i+1:], true
		}
	}
	if quoted {
		return strings.Cut(s, string(sep))
	}
	return s, "", false
}

// maxName is far above the name of any property or component in use.
const maxName = 64

func soundName(name string) bool {
	for _, r := range name {
		if (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' {
			return false
		}
	}
	return name != "" && len(name) <= maxName
}

// soundParam follows the decoder's grammar: a name, then values with commas between, each wholly in quotes or free of
// them.
func soundParam(param string) bool {
	name, values, found := strings.Cut(param, "=")
	if !found || !soundName(strings.ToUpper(name)) {
		return false
	}
	for more := true; more; {
		var value string
		value, values, more = cutOutsideQuotes(values, ',')
		inner := value
		if len(value) >= 2 && value[0] == '"' && value[len(value)-1] == '"' {
			inner = value[1 : len(value)-1]
		} else if strings.ContainsAny(value, ";:,") {
			return false
		}
		if strings.Contains(inner, `"`) {
			return false
		}
	}
	return true
}
