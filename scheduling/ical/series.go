package ical

import (
	"fmt"
	"slices"
	"time"

	"kring/internal/wall"
)

// Instance is one session of a run: its place in the series, and what became of it. A zero StartAt is "at its place".
type Instance struct {
	PlannedAt time.Time
	StartAt   time.Time
	Cancelled bool
}

// Series makes of a run's sessions the events of one file: the series, and an override for each session that was moved
// or called off. Places of the rhythm at which no session stands (holidays, breaks) are left out of the series. base
// gives everything but the dates. It wraps ErrEvent when there is no session or one stands outside the rhythm, and
// wall.ErrZone.
func Series(base Event, intervalDays int, sessions []Instance) ([]Event, error) {
	loc, err := wall.LoadZone(base.Zone)
	if err != nil {
		return nil, err
	}
	if len(sessions) == 0 || intervalDays < 1 {
		return nil, fmt.Errorf("series of %d sessions every %d days: %w", len(sessions), intervalDays, ErrEvent)
	}
	sessions = slices.SortedFunc(slices.Values(sessions), func(a, b Instance) int { return a.PlannedAt.Compare(b.PlannedAt) })
	series := base
	series.StartAt, series.RecurrenceID = sessions[0].PlannedAt, nil
	if last := sessions[len(sessions)-1].PlannedAt; last.After(series.StartAt) {
		rule := &Weekly{IntervalDays: intervalDays, Until: last}
		series.Recurrence = rule
		places := series.places(loc)
		for _, p := range places {
			if !slices.ContainsFunc(sessions, func(s Instance) bool { return s.PlannedAt.Equal(p.at) }) {
				rule.Except = append(rule.Except, p.at)
			}
		}
		if len(places)-len(rule.Except) != len(sessions) {
			return nil, fmt.Errorf("series %.80q: a session stands outside its rhythm or twice: %w", base.UID, ErrEvent)
		}
		rule.Count, rule.Until = len(places), time.Time{}
	}
	return append([]Event{series}, overrides(base, sessions)...), nil
}

func overrides(base Event, sessions []Instance) []Event {
	var out []Event
	for _, s := range sessions {
		moved := !s.StartAt.IsZero() && !s.StartAt.Equal(s.PlannedAt)
		if !moved && !s.Cancelled {
			continue
		}
		e := base
		e.Recurrence, e.RecurrenceID, e.StartAt = nil, &s.PlannedAt, s.PlannedAt
		if moved {
			e.StartAt = s.StartAt
		}
		if s.Cancelled {
			e.Status = Cancelled
		}
		out = append(out, e)
	}
	return out
}
