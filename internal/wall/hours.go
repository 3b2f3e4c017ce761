package wall

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// MaxHours is how many ranges a stated availability may have: 14 a day are plenty, and a list is bounded.
const MaxHours = 100

// Hours is one stated range as people and files write it: weekday "mon".."sun", from and until as "15:04", until also
// "24:00". A range over midnight is two of them.
type Hours struct {
	Weekday string `json:"weekday"`
	From    string `json:"from"`
	Until   string `json:"until"`
}

// The codes of an HoursFault.
const (
	HoursUnreadable  = "unreadable"        // not a list of ranges at all
	HoursTooMany     = "too-many"          // more than MaxHours
	HoursField       = "field"             // a field missing, unknown, twice, or not text
	HoursWeekday     = "weekday"           // not "mon".."sun"
	HoursTime        = "time"              // not "15:04"
	HoursNotQuarter  = "not-quarter-hour"  // a time that is no quarter hour
	HoursZeroLength  = "zero-length"       // from equals until
	HoursUntilBefore = "until-before-from" // until lies before from: split the range at midnight
)

// HoursFault is one thing wrong with a stated availability: which range (-1: the whole list), which of its fields
// (empty: the range itself), and what.
type HoursFault struct {
	Index int
	Field string
	Code  string
}

// HoursFaults is everything wrong with a stated availability, in the order of the list.
type HoursFaults []HoursFault

// Error names every fault on one line.
func (f HoursFaults) Error() string {
	parts := make([]string, len(f))
	for i, fault := range f {
		parts[i] = fmt.Sprintf("range %d %s: %s", fault.Index, fault.Field, fault.Code)
	}
	return "availability: " + strings.Join(parts, "; ")
}

// AvailabilityOf builds an availability from stated ranges. Ranges that overlap are merged. The error is an
// HoursFaults with everything that is wrong.
func AvailabilityOf(hours []Hours) (Availability, error) {
	if len(hours) > MaxHours {
		return Availability{}, HoursFaults{{Index: -1, Code: HoursTooMany}}
	}
	var a Availability
	var faults HoursFaults
	for i, h := range hours {
		r, wrong := h.read(i)
		faults = append(faults, wrong...)
		if len(wrong) == 0 {
			a = a.With(r.Weekday, r.From, r.Until)
		}
	}
	if len(faults) > 0 {
		return Availability{}, faults
	}
	return a, nil
}

func (h Hours) read(index int) (Range, HoursFaults) {
	var faults HoursFaults
	fault := func(field, code string) { faults = append(faults, HoursFault{Index: index, Field: field, Code: code}) }
	weekday, err := ParseWeekday(h.Weekday)
	if err != nil {
		fault("weekday", HoursWeekday)
	}
	from, fromFault := quarterHour(h.From, dayMinutes-quarter)
	if fromFault != "" {
		fault("from", fromFault)
	}
	until, untilFault := quarterHour(h.Until, dayMinutes)
	if untilFault != "" {
		fault("until", untilFault)
	}
	switch {
	case fromFault != "" || untilFault != "":
	case from == until:
		fault("until", HoursZeroLength)
	case until < from:
		fault("until", HoursUntilBefore)
	}
	return Range{Weekday: weekday, From: from, Until: until}, faults
}

func quarterHour(s string, most int) (minutes int, code string) {
	minutes, ok := clockMinutes(s)
	switch {
	case !ok:
		return 0, HoursTime
	case minutes%quarter != 0:
		return 0, HoursNotQuarter
	case minutes > most:
		return 0, HoursTime
	}
	return minutes, ""
}

// ParseAvailability reads [{"weekday":"tue","from":"09:00","until":"12:00"}] strictly: all three fields as text, no
// others, nothing after the list. The error is an HoursFaults with everything that is wrong.
func ParseAvailability(data []byte) (Availability, error) {
	ranges, ok := jsonList(data)
	if !ok {
		return Availability{}, HoursFaults{{Index: -1, Code: HoursUnreadable}}
	}
	if len(ranges) > MaxHours {
		return Availability{}, HoursFaults{{Index: -1, Code: HoursTooMany}}
	}
	var a Availability
	var faults HoursFaults
	for i, raw := range ranges {
		h, wrong := decodeHours(i, raw)
		if len(wrong) == 0 {
			var r Range
			if r, wrong = h.read(i); len(wrong) == 0 {
				a = a.With(r.Weekday, r.From, r.Until)
			}
		}
		faults = append(faults, wrong...)
	}
	if len(faults) > 0 {
		return Availability{}, faults
	}
	return a, nil
}

func jsonList(data []byte) ([]json.RawMessage, bool) {
	var list []json.RawMessage
	decoder := json.NewDecoder(bytes.NewReader(data))
	if err := decoder.Decode(&list); err != nil || list == nil {
		return nil, false
	}
	_, err := decoder.Token()
	return list, err == io.EOF
}

// decodeHours walks the object itself, because encoding/json takes fields in any case and twice.
func decodeHours(index int, raw json.RawMessage) (Hours, HoursFaults) {
	var h Hours
	var faults HoursFaults
	fields := map[string]*string{"weekday": &h.Weekday, "from": &h.From, "until": &h.Until}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return h, HoursFaults{{Index: index, Code: HoursField}}
	}
	for decoder.More() {
		key, _ := decoder.Token()
		name, _ := key.(string)
		var value any
		if err := decoder.Decode(&value); err != nil {
			return h, append(faults, HoursFault{Index: index, Code: HoursField})
		}
		target, known := fields[name]
		text, isText := value.(string)
		if !known || !isText {
			faults = append(faults, HoursFault{Index: index, Field: name, Code: HoursField})
		}
		if known && isText {
			*target = text
		}
		delete(fields, name)
	}
	for _, name := range []string{"weekday", "from", "until"} {
		if _, missing := fields[name]; missing {
			faults = append(faults, HoursFault{Index: index, Field: name, Code: HoursField})
		}
	}
	return h, faults
}
