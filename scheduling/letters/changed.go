package letters

import (
	"cmp"
	"slices"
	"time"

	"kring/internal/mail"
	"kring/internal/wall"

	"kring/scheduling"
)

// whatChanged is the difference between what the person knew and what is so, sorted by what it means.
type whatChanged struct {
	moved, skipped, calledOff, back, added []scheduling.ChangedDate

	done   []scheduling.Done // what made the difference, newest first
	series int               // that of the dates that the person knew; 0: the present one
	placed bool              // a date has another place in its series than the person knew: a break sends it to the end
}

func (w *whatChanged) count() int {
	return len(w.moved) + len(w.skipped) + len(w.calledOff) + len(w.back) + len(w.added)
}

// known are the dates that changed and that the person knew.
func (w *whatChanged) known() []scheduling.ChangedDate {
	return slices.Concat(w.moved, w.skipped, w.calledOff, w.back)
}

// whatChanged reads the difference that the letter's notices stand for.
func (l *letter) whatChanged() *whatChanged {
	w := &whatChanged{}
	made := map[int]bool{}
	for _, n := range l.notices {
		for _, d := range l.b.ChangedBy(n.HoldUntil) {
			w.add(d)
			l.madeBy(w, d, made)
		}
	}
	for i, d := range l.dossier.Done {
		if made[i] {
			w.done = append(w.done, d)
		}
	}
	return w
}

func (w *whatChanged) add(d scheduling.ChangedDate) {
	was := cmp.Or(d.WasState, scheduling.Planned)
	known, state := d.WasAt != nil, d.Session.State
	switch {
	case state == scheduling.Planned && !known:
		w.added = append(w.added, d)
	case state == scheduling.Planned && was != scheduling.Planned:
		w.back = append(w.back, d)
	case state == scheduling.Planned && !d.WasAt.Equal(d.Session.StartsAt):
		w.moved = append(w.moved, d)
	case !known || was == state:
	case state == scheduling.Skipped:
		w.skipped = append(w.skipped, d)
	case state == scheduling.Cancelled:
		w.calledOff = append(w.calledOff, d)
	}
}

// madeBy marks the changes that made a date what it is, back to the one that found it as the person knew it.
func (l *letter) madeBy(w *whatChanged, d scheduling.ChangedDate, made map[int]bool) {
	for i, done := range l.dossier.Done {
		stood, touched := done.Stood(d.Session.ID)
		if !touched {
			continue
		}
		made[i] = true
		if stood == nil {
			return
		}
		if d.WasAt != nil && stood.StartsAt.Equal(*d.WasAt) && stood.State == cmp.Or(d.WasState, scheduling.Planned) {
			if stood.Series != l.b.Circle.Series && d.Session.Series == l.b.Circle.Series {
				w.series = stood.Series
			}
			w.placed = w.placed || !stood.PlaceAt.Equal(d.Session.SlotStartsAt)
			return
		}
	}
}

// breaks are those that were added and still stand.
func (w *whatChanged) breaks(standing []scheduling.CircleBreak) []scheduling.CircleBreak {
	var out []scheduling.CircleBreak
	for _, d := range w.done {
		for _, b := range d.Breaks {
			if slices.ContainsFunc(standing, func(s scheduling.CircleBreak) bool { return s.ID == b.ID }) {
				out = append(out, b)
			}
		}
	}
	return out
}

// who is " door An", with its space, or that the circle agreed on it: who changed a session last, or ("") who changed any
// of them.
func (l *letter) who(w *whatChanged, sessionID string) string {
	var doers []string
	for _, d := range slices.Backward(w.done) {
		if _, touched := d.Stood(sessionID); sessionID != "" && !touched {
			continue
		}
		who := ""
		if d.ByID != nil {
			who = l.doer(*d.ByID)
		}
		if sessionID != "" {
			doers = nil
		}
		if !slices.Contains(doers, who) {
			doers = append(doers, who)
		}
	}
	switch {
	case len(doers) == 0:
		return ""
	case slices.Contains(doers, ""):
		return l.say("letter.agreed")
	}
	return " " + l.say("letter.by", "who", l.list(doers))
}

// changedLines says date by date what became of it, in the order of the dates that the person knew; the zone stands
// where it is new or its offset changed, for the old dates and the new ones apart.
func (l *letter) changedLines(w *whatChanged) mail.List {
	type line struct {
		at  time.Time
		key string
		d   scheduling.ChangedDate
	}
	var all []line
	for _, group := range []struct {
		key   string
		dates []scheduling.ChangedDate
	}{{"moved", w.moved}, {"skipped", w.skipped}, {"cancelled", w.calledOff}, {"back", w.back}, {"added", w.added}} {
		for _, d := range group.dates {
			at := d.Session.StartsAt
			if d.WasAt != nil {
				at = *d.WasAt
			}
			all = append(all, line{at, group.key, d})
		}
	}
	slices.SortStableFunc(all, func(a, b line) int { return a.at.Compare(b.at) })
	was, now := l.moments(), l.moments()
	var out mail.List
	for _, one := range all {
		args := []any{"was", "", "now", ""}
		if one.d.WasAt != nil {
			args[1] = was(*one.d.WasAt)
		}
		if one.d.Session.State == scheduling.Planned {
			args[3] = now(one.d.Session.StartsAt)
		}
		out = append(out, l.say("letter.dates_changed.line."+one.key, args...))
	}
	return out
}

// moments answers a function that says moments of which the first, and each whose offset differs from the one before,
// names its zone.
func (l *letter) moments() func(at time.Time) string {
	zone := ""
	return func(at time.Time) string {
		label := wall.ZoneLabel(at, l.loc, l.lang)
		args := []any{"date", wall.LongDate(l.on(at), l.lang), "time", l.clockTime(at)}
		if label == zone {
			return l.say("letter.date", args...)
		}
		zone = label
		return l.say("letter.moment", append(args, "zone", label)...)
	}
}
