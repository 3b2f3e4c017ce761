package scheduling

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kring/guides"
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/text"
	"kring/internal/wall"

	"kring/circles"
	"kring/scheduling/fitting"
)

// states sets the hours that the n-th member states.
func (w *world) states(n int, hours ...wall.Hours) {
	w.t.Helper()
	availability := got(wall.AvailabilityOf(hours))(w.t)
	person := w.member(n).PersonID
	w.write(func(tx database.Tx) error {
		_, err := identity.PatchIn(tx, w.clock.Now(), person, 0, identity.Patch{Availability: &availability})
		return err
	})
}

// busy notes that the n-th member is busy by her own calendar.
func (w *world) busy(n int, from, until string) {
	w.t.Helper()
	row := map[string]any{"person_id": w.member(n).PersonID, "from_at": at(w.t, from), "until_at": at(w.t, until)}
	w.write(func(tx database.Tx) error { return tx.Gorm().Table("busy_times").Create(row).Error })
}

func hours(weekday, from, until string) wall.Hours {
	return wall.Hours{Weekday: weekday, From: from, Until: until}
}

func codesOf(reasons []Reason) []string {
	var out []string
	for _, r := range reasons {
		out = append(out, r.Code)
	}
	return out
}

func TestASlotIsWeighedOverTheDatesOfTheRun(t *testing.T) {
	forming := tuesdays
	forming.forming = true
	forming.breaks = []circles.Break{{FromOn: day(t, "2018-03-05"), UntilOn: day(t, "2018-03-09"), Name: "Bezinning", Kind: circles.BreakWeeks}}
	lives(t, forming, func(t *testing.T, w *world) {
		w.states(0, hours("mon", "12:00", "13:00"), hours("wed", "12:00", "13:00"))
		w.states(1, hours("mon", "12:00", "13:00"))
		w.states(2, hours("mon", "12:00", "13:00"), hours("wed", "12:00", "13:00"))
		w.busy(0, "2018-02-26T11:30:00Z", "2018-02-26T11:45:00Z")
		got(w.calendar.SetAbsences(w.ctx, w.member(2), w.circleID, []Span{{FromOn: day(t, "2018-05-07"), UntilOn: day(t, "2018-05-13")}}))(t)
		found := got(w.calendar.Slots(w.ctx, w.member(0), w.circleID, wall.Date{}, 10))(t)
		if len(found) != 2 {
			t.Fatalf("%d hours", len(found))
		}
		monday := found[0]
		// From Tuesday 20 February on: the break takes 5 March, Easter Monday 2 April, Whit Monday 21 May.
		if monday.StartsOn != day(t, "2018-02-26") || monday.EndsOn != day(t, "2018-06-11") || monday.Dates != 13 || monday.Left != 3 {
			t.Errorf("laid out as %v..%v, %d dates, %d left out", monday.StartsOn, monday.EndsOn, monday.Dates, monday.Left)
		}
		if monday.Suits != 1 || monday.Of != 3 || monday.Silent != 2 || monday.Together != 11 || monday.Night {
			t.Errorf("Monday: %+v", monday)
		}
		var named []string
		for _, f := range monday.ByName {
			named = append(named, f.FirstName)
			if want := map[string]int{"LidA": 12, "LidB": 13, "LidC": 12}[f.FirstName]; f.Dates != want || f.Suits != (want == 13) {
				t.Errorf("%s can on %d", f.FirstName, f.Dates)
			}
		}
		if len(named) != 3 {
			t.Errorf("named: %v", named)
		}
		if got := codesOf(monday.Reasons); !slices.Equal(got, []string{ReasonSuitsSome, ReasonOnDates, ReasonSilent, ReasonLeftOut}) {
			t.Errorf("because %v", got)
		}
		for _, slot := range got(w.calendar.Slots(w.ctx, w.facilitator, w.circleID, wall.Date{}, 0))(t) {
			if slot.ByName != nil || slot.Of != 3 {
				t.Errorf("a facilitator sees counts alone: %+v", slot)
			}
		}
		if one := got(w.calendar.Slots(w.ctx, w.member(0), w.circleID, wall.Date{}, 1))(t); len(one) != 1 || one[0].Slot != monday.Slot {
			t.Errorf("the best alone: %+v", one)
		}
	})
}

func TestASlotOfARunningCircleIsWeighedOverWhatIsToCome(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		w.states(0, hours("thu", "12:00", "13:00"))
		w.sleep("2018-03-07T08:00:00Z") // three sessions are past
		first := got(w.calendar.Slots(w.ctx, w.member(0), w.circleID, wall.Date{}, 1))(t)[0]
		if first.Dates != 10 || first.StartsOn != day(t, "2018-03-15") {
			t.Errorf("from the next session: %d dates from %v", first.Dates, first.StartsOn)
		}
		later := got(w.calendar.Slots(w.ctx, w.member(0), w.circleID, day(t, "2018-04-03"), 1))(t)[0]
		if later.Dates != 7 || later.StartsOn != day(t, "2018-04-05") || later.Left != 1 || later.EndsOn != day(t, "2018-05-24") {
			t.Errorf("from April: %+v", later)
		}
		if today := got(w.calendar.Slots(w.ctx, w.member(0), w.circleID, day(t, "2018-03-07"), 1))(t)[0]; today.StartsOn != day(t, "2018-03-08") || today.Dates != 10 {
			t.Errorf("from today, which is tomorrow: %+v", today)
		}
		violates(w.calendar.Slots(w.ctx, w.member(0), w.circleID, day(t, "2018-03-06"), 1))(t, "/from_on in-the-past")
		violates(w.calendar.Slots(w.ctx, w.member(0), w.circleID, day(t, "2019-03-09"), 1))(t, "/from_on too-far")
	})
}

// TestASlotIsLaidOutAsANewSlotWouldBe holds the dates of the best hours against those of the change that agrees on them, where
// the circle said of one date that it does not meet.
func TestASlotIsLaidOutAsANewSlotWouldBe(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		w.states(0, hours("tue", "10:00", "11:00"), hours("wed", "10:00", "11:00"))
		got(w.calendar.Skip(w.ctx, w.member(0), w.on("2018-03-06").ID, 0, false))(t)
		found := got(w.calendar.Slots(w.ctx, w.member(0), w.circleID, wall.Date{}, 10))(t)
		if len(found) != 2 {
			t.Fatalf("%d hours", len(found))
		}
		for _, slot := range found {
			change := got(w.calendar.NewSlot(w.ctx, w.member(0), w.circleID, 0, SlotChange{Slot: slot.Slot}, true))(t)
			if change.EndsOn != slot.EndsOn {
				t.Errorf("%s: until %v, and as a new slot until %v", slot.Slot.Weekday, slot.EndsOn, change.EndsOn)
			}
		}
	})
}

func TestASlotSaysThatClocksMoveIt(t *testing.T) {
	forming := tuesdays
	forming.forming, forming.zones = true, []string{"Europe/Brussels", "Europe/London", "Pacific/Auckland", "Europe/Brussels"}
	lives(t, forming, func(t *testing.T, w *world) {
		w.states(0, hours("mon", "08:00", "10:00"))
		w.states(1, hours("mon", "07:00", "09:00"))
		w.states(2, hours("mon", "18:00", "22:00"))
		best := got(w.calendar.Slots(w.ctx, w.member(0), w.circleID, wall.Date{}, 1))(t)[0]
		// Auckland is 12 hours ahead of Brussels, eleven from 26 March on, and ten from 2 April on.
		if best.Slot != (wall.Slot{Weekday: time.Monday, At: wall.At(9, 0), Zone: "Europe/Brussels"}) || !best.Everybody() || best.Together != 13 {
			t.Errorf("best: %+v", best)
		}
		if codes := codesOf(best.Reasons); !slices.Contains(codes, ReasonClockChange) || !slices.Contains(codes, ReasonHolidayOfSome) || slices.Contains(codes, ReasonNight) {
			t.Errorf("because %v", codes)
		}
		some := slices.IndexFunc(best.Warnings, func(w Warning) bool { return w.Code == WarnHolidayOfSome && w.On == day(t, "2018-05-07") })
		if some < 0 {
			t.Errorf("the bank holiday of May is not warned about: %+v", best.Warnings)
		}
	})
}

func TestWhoFitsIsReadInTheOrderOfTheMembers(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		w.states(0, hours("tue", "12:00", "14:00"))
		w.busy(1, "2018-02-27T11:00:00Z", "2018-02-27T12:00:00Z")
		w.busy(1, "2018-04-03T10:00:00Z", "2018-04-03T11:00:00Z")
		got(w.calendar.SetAbsences(w.ctx, w.member(2), w.circleID, []Span{{FromOn: day(t, "2018-02-26"), UntilOn: day(t, "2018-02-28")}}))(t)
		got(w.calendar.Answer(w.ctx, w.member(3), w.on("2018-02-27").ID, No))(t)
		got(w.calendar.Answer(w.ctx, w.member(4), w.on("2018-02-27").ID, Unsure))(t)
		err := w.db.Snapshot(w.ctx, func(tx database.Tx) error {
			c := got(w.calendar.read(tx, got(circles.CircleIn(tx, w.circleID))(t), w.clock.Now()))(t)
			look := func(start string, want ...fitting.Fit) {
				t.Helper()
				from := at(t, start)
				people, err := c.fits(from, from.Add(time.Hour))
				if err != nil {
					t.Fatal(err)
				}
				for i, p := range people {
					if fit := p.At(from, 60); fit != want[i] {
						t.Errorf("member %d at %s: %d, want %d", i, start, fit, want[i])
					}
				}
			}
			const y, n, u = fitting.Yes, fitting.No, fitting.Unknown
			look("2018-02-27T11:30:00Z", y, n, n, n, u)
			look("2018-02-27T13:00:00Z", n, u, n, u, u) // 14:00 there
			look("2018-04-03T10:30:00Z", y, n, u, u, u) // in summer, and beyond what was read before
			look("2018-02-28T22:30:00Z", n, n, n, n, n) // 23:30, and still away
			read := c.busy
			look("2018-03-06T11:30:00Z", y, u, u, u, u)
			if !read.From.Equal(c.busy.From) || !read.Until.Equal(c.busy.Until) {
				t.Error("what is known is read again")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// lone is a forming circle in memory: in Brussels, meeting on Tuesdays, with members who live in some zones.
func lone(t testing.TB, set guides.Set, holidays string, zones ...string) *course {
	t.Helper()
	c := &course{set: set, persons: map[string]identity.Person{}, now: time.Date(2018, 2, 12, 8, 0, 0, 0, time.UTC)}
	var err error
	if c.loc, err = wall.LoadZone("Europe/Brussels"); err != nil {
		t.Fatal(err)
	}
	c.circle = circles.Circle{State: circles.Forming, Zone: "Europe/Brussels", Holidays: holidays}
	c.circle.SetSlot(wall.Slot{Weekday: time.Tuesday, At: wall.At(12, 30), Zone: c.circle.Zone})
	for _, zone := range zones {
		c.members = append(c.members, circles.Member{ID: zone, PersonID: zone})
		c.persons[zone] = identity.Person{ID: zone, Zone: zone}
	}
	c.readOffDays(nil)
	return c
}

func TestReasonsNameNobodyAndHaveASentence(t *testing.T) {
	s := SlotCandidate{Suits: 2, Of: 3, Silent: 1, Together: 4, Dates: 5, Night: true, Left: 1, Warnings: []Warning{{Code: WarnHolidayOfSome}}}
	all := s.reasons(true)
	s.Suits = 3
	all = append(all, s.reasons(false)...)
	all = append(all, StartCandidate{Left: 1, Warned: 1}.reasons()...)
	all = append(all, StartCandidate{}.reasons()...)
	catalog := got(text.Load(Texts))(t).Strict()
	for _, lang := range []string{"nl", "en"} {
		seen := map[string]bool{}
		for _, r := range all {
			if said := catalog.Say(lang, r.Key(), r.Args); said == "" || strings.Contains(said, "no value") {
				t.Errorf("%s in %s: %q", r.Code, lang, said)
			}
			seen[r.Code] = true
		}
		if len(seen) != 10 {
			t.Errorf("codes: %v", slices.Sorted(maps.Keys(seen)))
		}
	}
}

func TestStartsAvoidHolidays(t *testing.T) {
	forming := tuesdays
	forming.forming = true
	lives(t, forming, func(t *testing.T, w *world) {
		found := got(w.calendar.Starts(w.ctx, w.member(0), w.circleID, wall.Date{}, 0))(t)
		if len(found) != 25 { // of 26 Tuesdays from 20 February on 1 May is a holiday
			t.Fatalf("%d first dates: %v", len(found), found)
		}
		for i, s := range found {
			if s.StartsOn.Weekday() != time.Tuesday || s.StartsOn == day(t, "2018-05-01") || s.EndsOn.Sub(s.StartsOn) != 7*(12+s.Left) {
				t.Errorf("%+v", s)
			}
			if i > 0 && found[i-1].Left+found[i-1].Warned > s.Left+s.Warned {
				t.Errorf("%v comes after %v", s.StartsOn, found[i-1].StartsOn)
			}
			if preview := got(w.calendar.PreviewBegin(w.ctx, w.member(0), w.circleID, s.StartsOn))(t); len(preview.Free) != s.Left || len(preview.Warnings) != len(s.Warnings) || preview.Dates[12].On != s.EndsOn {
				t.Errorf("from %v the preview says %+v", s.StartsOn, preview)
			}
		}
		// A run from 20 February has its dates on 3 April and 22 May right after Easter Monday and Whit Monday, and loses 1 May.
		first := found[slices.IndexFunc(found, func(s StartCandidate) bool { return s.StartsOn == day(t, "2018-02-20") })]
		if first.Left != 1 || first.Warned != 2 || !slices.Equal(codesOf(first.Reasons), []string{ReasonLeftOut, ReasonWarned}) {
			t.Errorf("from 20 February: %+v", first)
		}
		if later := got(w.calendar.Starts(w.ctx, w.facilitator, w.circleID, day(t, "2019-02-01"), 1))(t); len(later) != 1 || later[0].StartsOn.After(day(t, "2019-02-13")) {
			t.Errorf("at the end of what may be chosen: %+v", later)
		}
		violates(w.calendar.Starts(w.ctx, w.member(0), w.circleID, day(t, "2018-02-11"), 1))(t, "/from_on in-the-past")
		violates(w.calendar.Starts(w.ctx, w.member(0), w.circleID, day(t, "2019-02-14"), 1))(t, "/from_on too-far")
		got(w.calendar.Begin(w.ctx, w.facilitator, w.circleID, 0, BeginDraft{}, false))(t)
		refused(w.calendar.Starts(w.ctx, w.member(0), w.circleID, wall.Date{}, 0))(t, "already-begun")
	})
}

func TestStartsNeedASlot(t *testing.T) {
	c := lone(t, guides.Set{Weeks: 13, Interval: 7, Minutes: 60}, "be")
	c.circle.SlotWeekday = nil
	if _, err := c.starts(c.today().AddDays(1), Watched{}); !fault.HasCode(err, "no-slot") {
		t.Errorf("%v", err)
	}
}

// TestStartsAreWhatEveryDaySays walks every run day by day.
func TestStartsAreWhatEveryDaySays(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		set := guides.Set{Weeks: rapid.IntRange(1, 14).Draw(r, "weeks"), Interval: rapid.SampledFrom([]int{7, 14, 10}).Draw(r, "interval"), Minutes: 60}
		c := lone(t, set, rapid.SampledFrom([]string{"be", "nl", "gb-eaw", "de-nw", "none"}).Draw(r, "holidays"), "Europe/London", "Europe/Amsterdam", "Asia/Kathmandu")
		if rapid.Bool().Draw(r, "a break") {
			from := c.today().AddDays(rapid.IntRange(0, 300).Draw(r, "break"))
			c.off.Breaks = append(c.off.Breaks, Span{FromOn: from, UntilOn: from.AddDays(20)})
		}
		watched := got(c.watched())(t)
		from := c.today().AddDays(rapid.IntRange(1, 366).Draw(r, "from"))
		found := got(c.starts(from, watched))(t)
		n, best := 0, -1
		for on := from; on.Sub(from) < 26*7 && on.Sub(c.today()) <= 366; on = on.AddDays(1) {
			if on.Weekday() != time.Tuesday || c.off.reason(on) != "" {
				continue
			}
			n++
			left, warned, last := 0, 0, on
			for met, d := 0, on; met < set.Weeks; d = d.AddDays(1) {
				if d.Sub(on)%set.Interval != 0 {
					continue
				}
				if c.off.reason(d) != "" {
					left++
					continue
				}
				met, last = met+1, d
				if len(Warnings([]wall.Date{d}, watched)) > 0 {
					warned++
				}
			}
			i := slices.IndexFunc(found, func(s StartCandidate) bool { return s.StartsOn == on })
			if i < 0 || found[i].Left != left || found[i].Warned != warned || found[i].EndsOn != last {
				r.Fatalf("from %v: %d left, %d warned, until %v; got %+v", on, left, warned, last, found)
			}
			if best < 0 || left+warned < best {
				best = left + warned
			}
		}
		if len(found) != n || n > 0 && found[0].Left+found[0].Warned != best {
			r.Fatalf("%d found of %d, the best is %d", len(found), n, best)
		}
	})
}

func TestWhoMeetsInAnotherCircleIsTaken(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		first := w.circleID
		second := tuesdays
		second.at = wall.At(15, 0)
		w.open(second) // the same five people
		got(w.calendar.Begin(w.ctx, w.facilitator, w.circleID, 0, BeginDraft{}, false))(t)
		got(w.calendar.Answer(w.ctx, w.member(1), w.on("2018-02-27").ID, No))(t)
		got(w.calendar.Skip(w.ctx, w.facilitator, w.on("2018-03-06").ID, 0, false))(t)
		w.circleID = first
		c := w.course()
		fit := func(n int, start string) fitting.Fit {
			t.Helper()
			var people []fitting.Person
			err := w.db.Snapshot(w.ctx, func(tx database.Tx) (err error) {
				c.tx = tx
				people, err = c.fits(at(t, start), at(t, start).Add(time.Hour))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return people[n].At(at(t, start), 60)
		}
		for start, want := range map[string]fitting.Fit{
			"2018-02-27T14:30:00Z": fitting.No,      // 15:30, in the middle of the other session
			"2018-02-27T15:00:00Z": fitting.Unknown, // at its end
			"2018-03-06T14:30:00Z": fitting.Unknown, // skipped there
			"2018-02-27T11:30:00Z": fitting.Unknown, // its own session takes nobody
		} {
			if f := fit(0, start); f != want {
				t.Errorf("at %s: %d, want %d", start, f, want)
			}
		}
		if f := fit(1, "2018-02-27T14:30:00Z"); f != fitting.Unknown {
			t.Errorf("who does not come there is free: %d", f)
		}
	})
}

// TestSlotsTellAFacilitatorNothingAboutAnybody: who knows the hours that members stated could tell from hundreds of counts
// whom an absence, an answer or a busy time belongs to.
func TestSlotsTellAFacilitatorNothingAboutAnybody(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		w.states(0, hours("tue", "12:00", "14:00"))
		w.states(1, hours("tue", "12:00", "14:00"), hours("thu", "12:00", "14:00"))
		see := func(who identity.Actor) []SlotCandidate {
			t.Helper()
			return got(w.calendar.Slots(w.ctx, who, w.circleID, wall.Date{}, 0))(t)
		}
		before, own := see(w.facilitator), see(w.member(0))
		got(w.calendar.SetAbsences(w.ctx, w.member(1), w.circleID, []Span{{FromOn: day(t, "2018-03-01"), UntilOn: day(t, "2018-03-09")}}))(t)
		got(w.calendar.Answer(w.ctx, w.member(0), w.on("2018-04-03").ID, No))(t)
		w.busy(0, "2018-04-10T10:00:00Z", "2018-04-10T12:00:00Z")
		silent := w.member(2).PersonID
		w.write(func(tx database.Tx) error {
			return tx.Gorm().Exec("update people set quiet_from = 0, quiet_until = 1200 where id = ?", silent).Error
		})
		if after := see(w.facilitator); !reflect.DeepEqual(before, after) {
			t.Errorf("a facilitator sees\n%+v\nand saw\n%+v", after[0], before[0])
		}
		if after := see(w.member(0)); reflect.DeepEqual(own, after) {
			t.Error("members see no difference")
		}
	})
}
