package wall_test

import (
	"slices"
	"testing"
	"time"

	"kring/internal/wall"
)

func person(t testing.TB, zoneName, text string) wall.Person {
	t.Helper()
	return wall.Person{Availability: hours(t, text), Zone: zone(t, zoneName)}
}

func TestCommonSlotsFindsTheHourThatAllShare(t *testing.T) {
	people := []wall.Person{
		person(t, "Europe/Brussels", `[{"weekday":"tue","from":"12:00","until":"14:00"},{"weekday":"thu","from":"12:00","until":"14:00"}]`),
		person(t, "Europe/Brussels", `[{"weekday":"tue","from":"09:00","until":"13:30"}]`),
		person(t, "Europe/London", `[{"weekday":"tue","from":"11:30","until":"12:30"},{"weekday":"thu","from":"11:00","until":"13:00"}]`),
	}
	got := wall.CommonSlots(people, wall.Weeks(date(t, "2017-10-02"), 13, 7), zone(t, "Europe/Brussels"), 60, 30)
	best := got[0]
	if best.Slot != (wall.Slot{Weekday: time.Tuesday, At: wall.At(12, 30), Zone: "Europe/Brussels"}) {
		t.Fatalf("best is %v", best)
	}
	if !slices.Equal(best.Always, []int{0, 1, 2}) || !slices.Equal(best.Dates, []int{13, 13, 13}) || len(best.Night) != 0 {
		t.Errorf("best: %+v", best)
	}
	if second := got[1]; second.Slot.Weekday != time.Thursday || len(second.Always) != 2 {
		t.Errorf("second: %+v", second)
	}
}

func TestCommonSlotsSeesWeeksInWhichTheClocksDiffer(t *testing.T) {
	// Europe changes on 29 October 2017, New York a week later: on one Tuesday the two are five hours apart.
	people := []wall.Person{
		person(t, "Europe/Brussels", `[{"weekday":"tue","from":"15:00","until":"16:00"}]`),
		person(t, "America/New_York", `[{"weekday":"tue","from":"09:00","until":"10:00"}]`),
	}
	got := wall.CommonSlots(people, wall.Weeks(date(t, "2017-10-16"), 4, 7), zone(t, "Europe/Brussels"), 60, 30)
	best := got[0]
	if best.Slot.At != wall.At(15, 0) || !slices.Equal(best.Always, []int{0}) || !slices.Equal(best.Dates, []int{4, 3}) {
		t.Errorf("best: %+v", best)
	}
}

func TestCommonSlotsPrefersCivilHours(t *testing.T) {
	allDay := `[{"weekday":"mon","from":"00:00","until":"24:00"},{"weekday":"wed","from":"06:00","until":"18:00"}]`
	people := []wall.Person{person(t, "Europe/Brussels", allDay), person(t, "Pacific/Auckland", `[{"weekday":"mon","from":"20:00","until":"24:00"},{"weekday":"wed","from":"20:00","until":"22:00"}]`)}
	got := wall.CommonSlots(people, wall.Weeks(date(t, "2018-06-04"), 4, 7), zone(t, "Europe/Brussels"), 60, 30)
	// Brussels is ten hours behind Auckland: Monday 10:00..14:00 and Wednesday 10:00..12:00 are shared.
	best := got[0]
	if best.Slot.Weekday != time.Monday || best.Slot.At != wall.At(11, 0) || len(best.Night) != 0 {
		t.Errorf("best: %+v", best)
	}
	for _, c := range got {
		if c.Slot.Weekday == time.Monday && c.Slot.At == wall.At(13, 0) {
			if len(c.Always) != 2 || !slices.Equal(c.Night, []int{1}) {
				t.Errorf("an hour stated in the night counts, and says so: %+v", c)
			}
		}
	}
}

func TestCommonSlotsOfNobody(t *testing.T) {
	brussels, weeks := zone(t, "Europe/Brussels"), wall.Weeks(date(t, "2017-10-16"), 4, 7)
	silent := []wall.Person{{Zone: brussels}}
	for name, got := range map[string][]wall.Candidate{
		"no people":           wall.CommonSlots(nil, weeks, brussels, 60, 30),
		"nothing stated":      wall.CommonSlots(silent, weeks, brussels, 60, 30),
		"no weeks":            wall.CommonSlots(silent, nil, brussels, 60, 30),
		"a step of no length": wall.CommonSlots(silent, weeks, brussels, 60, 0),
	} {
		if len(got) != 0 {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func BenchmarkCommonSlots(b *testing.B) {
	all := `[{"weekday":"mon","from":"08:00","until":"18:00"},{"weekday":"tue","from":"08:00","until":"18:00"},{"weekday":"wed","from":"08:00","until":"18:00"},{"weekday":"thu","from":"08:00","until":"18:00"}]`
	var people []wall.Person
	for _, name := range []string{"Europe/Brussels", "Europe/London", "Europe/Berlin", "Europe/Brussels", "Europe/London"} {
		people = append(people, person(b, name, all))
	}
	weeks, brussels := wall.Weeks(date(b, "2017-10-02"), 13, 7), zone(b, "Europe/Brussels")
	for b.Loop() {
		wall.CommonSlots(people, weeks, brussels, 60, 30)
	}
}
