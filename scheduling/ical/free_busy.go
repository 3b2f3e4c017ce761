package ical

import (
	"strings"
	"time"

	goical "github.com/emersion/go-ical"
)

// freeBusy reads components that say when somebody is busy and nothing else (RFC 5545, 3.6.4): what some servers offer
// in place of a calendar.
func (in *reading) freeBusy(file *goical.Calendar) {
	for _, child := range file.Children {
		if child.Name != goical.CompFreeBusy {
			continue
		}
		for _, prop := range child.Props.Values("FREEBUSY") {
			if strings.EqualFold(prop.Params.Get("FBTYPE"), "FREE") {
				continue
			}
			for text := range strings.SplitSeq(prop.Value, ",") {
				if from, until, ok := period(text); ok {
					in.add(Occurrence{StartAt: from, EndAt: until, Status: Confirmed})
				}
			}
		}
	}
}

// period reads a stretch of time in UTC, by its two ends or by its start and length (RFC 5545, 3.3.9).
func period(text string) (from, until time.Time, ok bool) {
	first, second, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(text)), "/")
	from, _, ok = momentText(first)
	if !ok || !strings.HasPrefix(second, "P") {
		until, _, okUntil := momentText(second)
		return from, until, ok && okUntil && !until.Before(from)
	}
	prop := goical.Prop{Name: "DURATION", Params: goical.Params{}, Value: second}
	length, err := prop.Duration()
	return from, from.Add(length), err == nil && length >= 0 && length < longest
}
