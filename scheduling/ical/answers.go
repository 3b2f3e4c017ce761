package ical

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	goical "github.com/emersion/go-ical"
)

// Answer is what a calendar program says for one attendee to one entry that it was sent (RFC 5546, 3.2.3 and 3.2.7). Instants
// are UTC.
type Answer struct {
	UID      string
	Place    *time.Time // RECURRENCE-ID: which entry of the series; nil: all of it
	Sequence int        // of the entry that is answered
	StartAt  time.Time  // zero where it is not said; of a counter-proposal the start that is proposed
	Stamp    time.Time  // when it was answered; zero where it is not said
	Attendee string     // address in lower case, without mailto:
	PartStat string     // ACCEPTED, DECLINED, TENTATIVE, ...; in capitals
}

// The methods of files that answer (RFC 5546, 1.4).
const (
	Reply   = "REPLY"
	Counter = "COUNTER"
)

// mostAnswers is far above what answers one entry: each is looked at by a person's own calendar program.
const mostAnswers = 100

// ReadAnswers reads a calendar file that answers: its METHOD, and an answer for each attendee of each event in it. Every other
// method has none. Zones are understood as Read does; times without one are UTC. It wraps ErrTooLarge and ErrUnreadable.
func ReadAnswers(data []byte) (method string, answers []Answer, err error) {
	if len(data) > MaxBytes {
		return "", nil, fmt.Errorf("calendar of more than %d bytes: %w", MaxBytes, ErrTooLarge)
	}
	var report Report
	cleaned := (&cleaning{report: &report, answers: true}).all(data)
	file, err := goical.NewDecoder(bytes.NewReader(cleaned)).Decode()
	if err != nil {
		return "", nil, fmt.Errorf("decode calendar: %w", errors.Join(ErrUnreadable, err))
	}
	method = strings.ToUpper(value(file.Props, "METHOD"))
	if method != Reply && method != Counter {
		return method, nil, nil
	}
	in := reading{window: Window{Zone: time.UTC}, report: &report, zones: zonesOf(file)}
	for _, event := range file.Events() {
		answers = append(answers, in.answers(event)...)
		if len(answers) > mostAnswers {
			return method, answers[:mostAnswers], nil
		}
	}
	return method, answers, nil
}

// answering are the properties that matter of a file that answers, beside those of any.
func answering(name string) uint8 {
	switch name {
	case "ATTENDEE":
		return often
	case "DTSTAMP":
		return once
	}
	return never
}

// answers are those of one event: none where its place cannot be read.
func (in *reading) answers(event goical.Event) []Answer {
	a := Answer{UID: plain(written(event.Props, "UID"))}
	a.Sequence, _ = strconv.Atoi(value(event.Props, "SEQUENCE"))
	clear(in.zones.clocks)
	if place := event.Props.Get("RECURRENCE-ID"); place != nil {
		at, ok := in.instant(place)
		if !ok {
			return nil
		}
		a.Place = &at
	}
	a.StartAt, _ = in.instant(event.Props.Get("DTSTART"))
	if at, _, ok := moment(event.Props.Get("DTSTAMP")); ok {
		a.Stamp = at // always in UTC (RFC 5545, 3.8.7.2)
	}
	var out []Answer
	for _, prop := range event.Props.Values("ATTENDEE") {
		one := a
		one.Attendee = attendee(prop.Value)
		one.PartStat = strings.ToUpper(strings.TrimSpace(prop.Params.Get("PARTSTAT")))
		if !slices.ContainsFunc(out, func(o Answer) bool { return o.Attendee == one.Attendee }) {
			out = append(out, one)
		}
	}
	return out
}

// instant reads a moment of an event. A zone that the file describes is followed around the first that is read.
func (in *reading) instant(prop *goical.Prop) (time.Time, bool) {
	at, _, ok := moment(prop)
	if !ok {
		return time.Time{}, false
	}
	if len(in.zones.clocks) == 0 {
		in.window.From, in.window.Until = at.AddDate(-1, 0, 0), at.AddDate(1, 0, 0)
	}
	return in.clock(prop)(at), true
}

func attendee(value string) string {
	value = strings.ToLower(strings.Trim(strings.TrimSpace(value), `"`))
	address, isAddress := strings.CutPrefix(value, "mailto:")
	if plain, err := url.PathUnescape(address); isAddress && err == nil {
		address = strings.ToLower(plain)
	}
	return strings.TrimSpace(address)
}
