package fitting_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kring/internal/wall"
	"kring/scheduling/fitting"
)

// everyWeek is a run with a date in every week from a date on, whatever the weekday.
func everyWeek(t testing.TB, in string, from wall.Date, n, minutes int) fitting.Weekly {
	t.Helper()
	w := fitting.Weekly{Minutes: minutes, Zone: zone(t, in)}
	for weekday := range time.Weekday(7) {
		for i := range n {
			w.Dates[weekday] = append(w.Dates[weekday], from.OnOrAfter(weekday).AddDays(7*i))
		}
	}
	return w
}

func TestTheHourThatAllShareComesFirst(t *testing.T) {
	people := []fitting.Person{
		somebody(t, "Europe/Brussels", `[{"weekday":"tue","from":"12:00","until":"14:00"},{"weekday":"thu","from":"12:00","until":"14:00"}]`),
		somebody(t, "Europe/Brussels", `[{"weekday":"tue","from":"09:00","until":"13:30"}]`),
		somebody(t, "Europe/London", `[{"weekday":"tue","from":"11:30","until":"12:30"},{"weekday":"thu","from":"11:00","until":"13:00"}]`),
		somebody(t, "Europe/London", `[]`),
	}
	found := everyWeek(t, "Europe/Brussels", date(t, "2017-10-02"), 13, 60).Hours(people, 2)
	best := found[0]
	if best.Weekday != time.Tuesday || best.At != wall.At(12, 30) || len(found) != 2 {
		t.Fatalf("of %d the best is %v %v", len(found), best.Weekday, best.At)
	}
	if !slices.Equal(best.Always, []int{0, 1, 2}) || !slices.Equal(best.Can, []int{13, 13, 13, 13}) || best.Together != 13 || best.Night != nil || best.Shifted != nil {
		t.Errorf("best: %+v", best)
	}
	if second := found[1]; second.Weekday != time.Thursday || len(second.Always) != 2 || second.Together != 0 {
		t.Errorf("second: %+v", second)
	}
}

func TestWeeksInWhichTheClocksDiffer(t *testing.T) {
	// Europe changes on 29 October 2017, New York a week later: on one Tuesday the two are five hours apart.
	people := []fitting.Person{
		somebody(t, "Europe/Brussels", `[{"weekday":"tue","from":"15:00","until":"16:00"}]`),
		somebody(t, "America/New_York", `[{"weekday":"tue","from":"09:00","until":"10:00"}]`),
	}
	best := everyWeek(t, "Europe/Brussels", date(t, "2017-10-16"), 4, 60).Hours(people, 1)[0]
	if best.At != wall.At(15, 0) || !slices.Equal(best.Always, []int{0}) || !slices.Equal(best.Can, []int{4, 3}) || best.Together != 3 || !slices.Equal(best.Shifted, []int{1}) {
		t.Errorf("best: %+v", best)
	}
}

func TestLondonAndAucklandAreMovedTwiceByTheirClocks(t *testing.T) {
	// Auckland goes back on 1 April 2018, London forward on 25 March: 13 hours apart, then 12, then 11.
	people := []fitting.Person{
		somebody(t, "Europe/London", `[{"weekday":"mon","from":"07:00","until":"10:00"}]`),
		somebody(t, "Pacific/Auckland", `[{"weekday":"mon","from":"19:00","until":"21:00"}]`),
	}
	for _, h := range everyWeek(t, "Europe/London", date(t, "2018-03-19"), 3, 60).Hours(people, 50) {
		if !slices.Equal(h.Shifted, []int{1}) {
			t.Errorf("%v shifts for %v", h.At, h.Shifted)
		}
		if h.At == wall.At(8, 0) && (!slices.Equal(h.Can, []int{3, 2}) || h.Together != 2 || len(h.Night) != 0) {
			t.Errorf("08:00 in London is 21:00, 20:00, 19:00: %+v", h)
		}
	}
}

func TestAbsencesAndBusyTimesCountOnTheirDates(t *testing.T) {
	lunch := `[{"weekday":"tue","from":"12:00","until":"13:00"}]`
	people := []fitting.Person{somebody(t, "Europe/Brussels", lunch), somebody(t, "Europe/Brussels", lunch), somebody(t, "Europe/Brussels", "[]")}
	people[0].Away = []fitting.Interval{{From: instant(t, "2017-10-09T22:00Z"), Until: instant(t, "2017-10-17T22:00Z")}}
	people[1].Busy = []fitting.Interval{{From: instant(t, "2017-10-24T10:59Z"), Until: instant(t, "2017-10-24T11:10Z")}}
	people[2].Busy = []fitting.Interval{{From: instant(t, "2017-10-03T10:00Z"), Until: instant(t, "2017-10-03T11:00Z")}}
	found := everyWeek(t, "Europe/Brussels", date(t, "2017-10-02"), 4, 60).Hours(people, 50)
	if len(found) != 1 || !slices.Equal(found[0].Can, []int{2, 3, 3}) || found[0].Always != nil || found[0].Together != 1 {
		t.Errorf("%+v", found)
	}
}

func TestHoursPreferTheDay(t *testing.T) {
	people := []fitting.Person{
		somebody(t, "Europe/Brussels", `[{"weekday":"mon","from":"00:00","until":"24:00"},{"weekday":"wed","from":"06:00","until":"18:00"}]`),
		somebody(t, "Pacific/Auckland", `[{"weekday":"mon","from":"20:00","until":"24:00"},{"weekday":"wed","from":"20:00","until":"22:00"}]`),
	}
	found := everyWeek(t, "Europe/Brussels", date(t, "2018-06-04"), 4, 60).Hours(people, 50)
	// Brussels is ten hours behind Auckland: Monday 10:00..14:00 and Wednesday 10:00..12:00 are shared.
	if best := found[0]; best.Weekday != time.Monday || best.At != wall.At(11, 0) || len(best.Night) != 0 {
		t.Errorf("best: %+v", best)
	}
	n := slices.IndexFunc(found, func(h fitting.Hour) bool { return h.Weekday == time.Monday && h.At == wall.At(13, 0) })
	if n < 0 || len(found[n].Always) != 2 || !slices.Equal(found[n].Night, []int{1}) {
		t.Errorf("an hour stated in the night counts, and says so")
	}
}

func TestHoursOfNobody(t *testing.T) {
	silent := []fitting.Person{somebody(t, "Europe/Brussels", "[]")}
	busy := []fitting.Person{somebody(t, "Europe/Brussels", `[{"weekday":"mon","from":"09:00","until":"12:00"}]`)}
	run := everyWeek(t, "Europe/Brussels", date(t, "2017-10-16"), 4, 60)
	for name, found := range map[string][]fitting.Hour{
		"no people": run.Hours(nil, 50), "nothing stated": run.Hours(silent, 50),
		"no dates": fitting.Weekly{Minutes: 60, Zone: run.Zone}.Hours(busy, 50),
	} {
		if len(found) != 0 {
			t.Errorf("%s: %v", name, found)
		}
	}
}

// slowHour is what a weekly hour means, worked out minute by minute.
func slowHour(w fitting.Weekly, people []fitting.Person, starts []time.Time) fitting.Hour {
	h := fitting.Hour{Can: make([]int, len(people)), Together: len(starts)}
	for _, start := range starts {
		if slices.ContainsFunc(people, func(p fitting.Person) bool { return !p.Hours.IsZero() && slowly(p, start, w.Minutes) == fitting.No }) {
			h.Together--
		}
	}
	for i, p := range people {
		night, shown := false, map[string]bool{}
		for _, start := range starts {
			if slowly(p, start, w.Minutes) != fitting.No {
				h.Can[i]++
			}
			night = night || atNight(p, start, w.Minutes)
			shown[start.In(p.Zone).Format("15:04")] = true
		}
		if h.Can[i] == len(starts) && !p.Hours.IsZero() {
			h.Always = append(h.Always, i)
		}
		if night {
			h.Night = append(h.Night, i)
		}
		if len(shown) > 1 {
			h.Shifted = append(h.Shifted, i)
		}
	}
	return h
}

func TestHoursAreWhatEveryMinuteOnTheWallSays(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		first := date(t, rapid.SampledFrom(weeks).Draw(r, "week"))
		people := []fitting.Person{}
		for range rapid.IntRange(1, 3).Draw(r, "people") {
			people = append(people, anybody(r, instant(t, first.String()+"T00:00Z")))
		}
		w := fitting.Weekly{Zone: zone(t, rapid.SampledFrom(zones).Draw(r, "zone")), Minutes: rapid.SampledFrom([]int{30, 50, 60, 90}).Draw(r, "minutes")}
		weekday := time.Weekday(rapid.IntRange(0, 6).Draw(r, "weekday"))
		for range 2 {
			w.Dates[weekday] = append(w.Dates[weekday], first.AddDays(len(w.Dates[weekday])*7).OnOrAfter(weekday))
		}
		if rapid.Bool().Draw(r, "off the quarter hours") {
			w.Zone = time.FixedZone("odd", 7*60)
		}
		clock := shown(instant(t, first.String()+"T00:00Z").AddDate(0, 0, -1), 17, w.Zone)
		found := w.Hours(people, 48)
		for _, h := range found {
			var starts []time.Time
			for _, on := range w.Dates[weekday] {
				at := h.At
				for clock[on][at].IsZero() { // the clock jumps over it
					at++
				}
				starts = append(starts, clock[on][at])
			}
			want := slowHour(w, people, starts)
			if !slices.Equal(h.Can, want.Can) || !slices.Equal(h.Always, want.Always) || !slices.Equal(h.Night, want.Night) ||
				!slices.Equal(h.Shifted, want.Shifted) || h.Together != want.Together {
				r.Fatalf("%v %v in %v: %+v, want %+v", weekday, h.At, w.Zone, h, want)
			}
		}
	})
}

func BenchmarkBestWeeklyHour(b *testing.B) {
	workday := `[{"weekday":"mon","from":"07:00","until":"21:00"},{"weekday":"tue","from":"07:00","until":"21:00"},{"weekday":"wed","from":"07:00","until":"21:00"},{"weekday":"thu","from":"07:00","until":"21:00"}]`
	var people []fitting.Person
	from := instant(b, "2017-10-02T00:00Z")
	for _, name := range []string{"Europe/Brussels", "Europe/London", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland"} {
		p := somebody(b, name, workday)
		p.Away = []fitting.Interval{{From: from.AddDate(0, 2, 0), Until: from.AddDate(0, 2, 14)}}
		for n := range 500 {
			at := from.Add(time.Duration(n*17) * time.Hour)
			p.Busy = append(p.Busy, fitting.Interval{From: at, Until: at.Add(time.Hour)})
		}
		people = append(people, p)
	}
	run := everyWeek(b, "Europe/Brussels", date(b, "2017-10-02"), 52, 60)
	b.ReportAllocs()
	for b.Loop() {
		if len(run.Hours(people, 50)) != 50 {
			b.Fatal("fewer than 50 hours")
		}
	}
}
