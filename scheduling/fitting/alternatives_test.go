package fitting_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kring/internal/wall"
	"kring/scheduling/fitting"
)

// between is a search in Brussels for an hour near half past twelve, with a quorum of three.
func between(t testing.TB, from, until string) fitting.Wanted {
	t.Helper()
	return fitting.Wanted{
		Minutes: 60, Quorum: 3, From: instant(t, from), Until: instant(t, until), Zone: zone(t, "Europe/Brussels"), Near: wall.At(12, 30),
	}
}

func starts(found []fitting.Moment, loc *time.Location) []string {
	var out []string
	for _, m := range found {
		out = append(out, m.StartsAt.In(loc).Format("Mon 2 15:04"))
	}
	return out
}

func TestAlternativesLieOnDifferentDays(t *testing.T) {
	workdays := `[{"weekday":"tue","from":"09:00","until":"18:00"},{"weekday":"wed","from":"09:00","until":"12:00"},{"weekday":"thu","from":"15:00","until":"18:00"}]`
	tuesday := `[{"weekday":"tue","from":"09:00","until":"18:00"}]`
	b := "Europe/Brussels"
	cases := []struct {
		name   string
		people []fitting.Person
		change func(*fitting.Wanted)
		want   []string
	}{
		{"the best of each day, nearest to the usual hour, then the earliest",
			[]fitting.Person{somebody(t, b, workdays), somebody(t, b, workdays), somebody(t, b, workdays)}, nil, []string{"Tue 6 12:30", "Wed 7 11:00", "Thu 8 15:00"}},
		{"one day alone has enough: the others of that day do not meet",
			[]fitting.Person{somebody(t, b, tuesday), somebody(t, b, tuesday), somebody(t, b, tuesday)}, nil, []string{"Tue 6 12:30", "Tue 6 11:30", "Tue 6 13:30"}},
		{"fewer than enough come after all that have enough",
			[]fitting.Person{somebody(t, b, workdays), somebody(t, b, tuesday), somebody(t, b, tuesday)}, func(w *fitting.Wanted) { w.From = instant(t, "2017-06-06T14:00Z") }, []string{"Tue 6 16:00", "Tue 6 17:00", "Wed 7 11:00"}},
		{"most by their hours, then most of whom nothing is known",
			[]fitting.Person{somebody(t, b, tuesday), somebody(t, b, "[]"), somebody(t, b, "[]")}, nil, []string{"Tue 6 12:30", "Tue 6 11:30", "Tue 6 13:30"}},
		{"not on days that the circle keeps free, nor where it meets anyway",
			[]fitting.Person{somebody(t, b, workdays), somebody(t, b, workdays), somebody(t, b, workdays)}, func(w *fitting.Wanted) {
				w.Off = func(d wall.Date) bool { return d == date(t, "2017-06-07") }
				w.Avoid = []fitting.Interval{{From: instant(t, "2017-06-06T10:00Z"), Until: instant(t, "2017-06-06T11:00Z")}}
			}, []string{"Tue 6 13:00", "Tue 6 11:00", "Thu 8 15:00"}},
		{"a holiday of one comes after the days without",
			[]fitting.Person{somebody(t, b, workdays), somebody(t, b, workdays), {Zone: zone(t, b), Holiday: func(d wall.Date) bool { return d.Day == 6 }}}, nil, []string{"Wed 7 11:00", "Thu 8 15:00", "Tue 6 12:30"}},
		{"nobody can", []fitting.Person{somebody(t, b, `[{"weekday":"sat","from":"09:00","until":"18:00"}]`)}, nil, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := between(t, "2017-06-05T22:00Z", "2017-06-09T10:30Z")
			if c.change != nil {
				c.change(&w)
			}
			if got := starts(fitting.Alternatives(c.people, w, 3), w.Zone); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestNobodyIsAskedToMeetAtNight(t *testing.T) {
	brussels, auckland := somebody(t, "Europe/Brussels", "[]"), somebody(t, "Pacific/Auckland", "[]")
	w := between(t, "2018-06-04T22:00Z", "2018-06-05T22:00Z")
	w.Quorum = 1
	// Ten hours apart: what ends by 22:00 in Auckland ends by noon in Brussels; from 21:00 on it is morning there again.
	if got := starts(fitting.Alternatives([]fitting.Person{brussels, auckland}, w, 20), w.Zone); !slices.Equal(got, []string{"Tue 5 11:00", "Tue 5 10:00", "Tue 5 09:00", "Tue 5 08:00", "Tue 5 07:00", "Tue 5 21:00"}) {
		t.Errorf("%v", got)
	}
	auckland.Quiet = wall.Quiet{From: wall.At(19, 0), Until: wall.At(8, 0)}
	if got := starts(fitting.Alternatives([]fitting.Person{brussels, auckland}, w, 20), w.Zone); !slices.Equal(got, []string{"Tue 5 08:00", "Tue 5 07:00"}) {
		t.Errorf("with quiet hours from 19 h: %v", got)
	}
	auckland.Away = []fitting.Interval{{From: w.From, Until: w.Until}}
	if got := starts(fitting.Alternatives([]fitting.Person{brussels, auckland}, w, 1), w.Zone); !slices.Equal(got, []string{"Tue 5 12:30"}) {
		t.Errorf("who is away is not asked: %v", got)
	}
	auckland.Hours, auckland.Away, auckland.Quiet = hours(t, `[{"weekday":"tue","from":"22:00","until":"24:00"}]`), nil, brussels.Quiet
	for _, m := range fitting.Alternatives([]fitting.Person{brussels, auckland}, w, 20) {
		if atNight(auckland, m.StartsAt, w.Minutes) {
			t.Errorf("%v, though hours are stated there", m.StartsAt)
		}
	}
}

// acceptable are all moments that may be proposed, minute by minute: those at which the wall shows a whole or half hour,
// for the first time, and nobody who is not away sleeps or wants quiet.
func acceptable(w fitting.Wanted, people []fitting.Person) map[time.Time]fitting.Moment {
	out := map[time.Time]fitting.Moment{}
	for on, day := range shown(w.From.AddDate(0, 0, -1), int(w.Until.Sub(w.From).Hours())/24+2, w.Zone) {
		for at, start := range day {
			end := start.Add(time.Duration(w.Minutes) * time.Minute)
			if at%30 != 0 || w.Off(on) || start.Before(w.From) || end.After(w.Until) || meets(w.Avoid, start, w.Minutes) {
				continue
			}
			m, asleep := fitting.Moment{StartsAt: start}, false
			for i, p := range people {
				asleep = asleep || !meets(p.Away, start, w.Minutes) && (atNight(p, start, w.Minutes) || quiet(p, start, w.Minutes))
				switch slowly(p, start, w.Minutes) {
				case fitting.Yes:
					m.Yes = append(m.Yes, i)
				case fitting.Unknown:
					m.Unknown = append(m.Unknown, i)
				}
			}
			if !asleep && m.Can() > 0 {
				out[start] = m
			}
		}
	}
	return out
}

func meets(taken []fitting.Interval, start time.Time, minutes int) bool {
	for m := range minutes {
		t := start.Add(time.Duration(m) * time.Minute)
		if slices.ContainsFunc(taken, func(i fitting.Interval) bool { return !t.Before(i.From) && t.Before(i.Until) }) {
			return true
		}
	}
	return false
}

func quiet(p fitting.Person, start time.Time, minutes int) bool {
	for m := range minutes {
		local := start.Add(time.Duration(m) * time.Minute).In(p.Zone)
		if p.Quiet.Holds(wall.At(local.Hour(), local.Minute())) {
			return true
		}
	}
	return false
}

func TestAlternativesAreTheBestOfAll(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		around := instant(t, rapid.SampledFrom(weeks).Draw(r, "week")+"T00:00Z")
		var people []fitting.Person
		for range rapid.IntRange(1, 3).Draw(r, "people") {
			people = append(people, anybody(r, around))
		}
		w := fitting.Wanted{
			Minutes: rapid.SampledFrom([]int{30, 50, 90}).Draw(r, "minutes"), Quorum: rapid.IntRange(1, 3).Draw(r, "quorum"),
			From: around.Add(time.Duration(rapid.IntRange(0, 24*60).Draw(r, "from")) * time.Minute), Zone: zone(t, rapid.SampledFrom(zones).Draw(r, "zone")),
			Near: wall.At(rapid.IntRange(0, 23).Draw(r, "hour"), 0), Avoid: stretches(r, around, 2, 120),
			Off: func(d wall.Date) bool { return d.Day%5 == 0 },
		}
		w.Until = w.From.Add(time.Duration(rapid.IntRange(0, 4*24*60).Draw(r, "until")) * time.Minute)
		all, limit := acceptable(w, people), rapid.IntRange(1, 4).Draw(r, "limit")
		found := fitting.Alternatives(people, w, limit)
		if len(found) > limit || len(found) == 0 && len(all) > 0 {
			r.Fatalf("%d of %d", len(found), len(all))
		}
		for i, m := range found {
			want, ok := all[m.StartsAt]
			if !ok || !slices.Equal(m.Yes, want.Yes) || !slices.Equal(m.Unknown, want.Unknown) {
				r.Fatalf("%+v, want %+v", m, want)
			}
			for _, other := range found[:i] {
				if d := m.StartsAt.Sub(other.StartsAt).Abs(); d < time.Duration(w.Minutes)*time.Minute {
					r.Fatalf("%v and %v meet", m.StartsAt, other.StartsAt)
				}
			}
		}
		for _, m := range all {
			if better(m, found[0], w.Quorum) {
				r.Fatalf("%+v is better than %+v", m, found[0])
			}
		}
	})
}

// better says whether more can come by what ranks first.
func better(a, b fitting.Moment, quorum int) bool {
	switch aEnough, bEnough := a.Can() >= quorum, b.Can() >= quorum; {
	case aEnough != bEnough:
		return aEnough
	case len(a.Yes) != len(b.Yes):
		return len(a.Yes) > len(b.Yes)
	}
	return len(a.Unknown) > len(b.Unknown)
}
