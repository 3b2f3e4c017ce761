package circles

import (
	"testing"
	"time"

	"kring/internal/fault"
	"kring/internal/wall"
)

func forming() Circle {
	c := Circle{State: Forming, Zone: "Europe/Brussels", StartsOn: wall.NewDate(2026, 9, 1)}
	c.SetSlot(tuesday)
	return c
}

func in(state State) Circle {
	c := forming()
	c.State = state
	return c
}

func TestTransitionsOfACircle(t *testing.T) {
	now := time.Date(2026, 9, 1, 10, 0, 0, 0, time.UTC)
	on := wall.NewDate(2026, 9, 1)
	begin := func(accepted int, insist bool) func(*Circle) error {
		return func(c *Circle) error { return c.Begin(now, accepted, 4, insist) }
	}
	pause := func(days int) func(*Circle) error {
		return func(c *Circle) error { return c.Pause(on, on.AddDays(days)) }
	}
	resume := func(c *Circle) error { return c.Resume() }
	complete := func(c *Circle) error { return c.Complete(now) }
	end := func(c *Circle) error { return c.End(now, EndDates, "") }
	for name, test := range map[string]struct {
		from Circle
		do   func(*Circle) error
		code string
		to   State
	}{
		"four are enough to begin":                 {forming(), begin(4, false), "", Running},
		"three are too few":                        {forming(), begin(3, false), "too-few-members", Forming},
		"three begin when the facilitator insists": {forming(), begin(3, true), "", Running},
		"two begin when the facilitator insists":   {forming(), begin(2, true), "", Running},
		"never under two":                          {forming(), begin(1, true), "under-two-members", Forming},
		"a running circle does not begin again":    {in(Running), begin(5, false), "already-begun", Running},
		"nor does a paused one":                    {in(Paused), begin(5, false), "already-begun", Paused},
		"an ended circle does not begin":           {in(Ended), begin(5, false), "circle-over", Ended},
		"without a slot nothing begins":            {Circle{State: Forming, StartsOn: on}, begin(4, false), "no-slot", Forming},
		"a running circle pauses":                  {in(Running), pause(14), "", Paused},
		"a pause lasts twelve weeks at most":       {in(Running), pause(84), "", Paused},
		"not a day longer":                         {in(Running), pause(85), "invalid", Running},
		"a pause returns after it began":           {in(Running), pause(0), "invalid", Running},
		"a paused circle does not pause again":     {in(Paused), pause(14), "already-paused", Paused},
		"a forming circle does not pause":          {forming(), pause(14), "not-running", Forming},
		"a paused circle resumes":                  {in(Paused), resume, "", Running},
		"a running circle does not resume":         {in(Running), resume, "not-paused", Running},
		"an ended circle does not resume":          {in(Ended), resume, "circle-over", Ended},
		"a running circle completes":               {in(Running), complete, "", Completed},
		"a paused circle does not complete":        {in(Paused), complete, "not-running", Paused},
		"a forming circle does not complete":       {forming(), complete, "not-running", Forming},
		"a completed circle does not complete":     {in(Completed), complete, "circle-over", Completed},
		"a forming circle can be ended too":        {forming(), end, "", Ended},
		"a running circle ends":                    {in(Running), end, "", Ended},
		"a paused circle ends":                     {in(Paused), end, "", Ended},
		"what is over does not end":                {in(Completed), end, "circle-over", Completed},
		"an ended circle keeps its reason":         {in(Ended), end, "circle-over", Ended},
	} {
		t.Run(name, func(t *testing.T) {
			c := test.from
			err := test.do(&c)
			if test.code == "" && err != nil || test.code != "" && !fault.HasCode(err, test.code) {
				t.Errorf("answered %v", err)
			}
			if c.State != test.to {
				t.Errorf("state %s", c.State)
			}
		})
	}
}

func TestAnEndHasAReasonFromTheListAndATextOfALimitedLength(t *testing.T) {
	now := time.Now()
	c := in(Running)
	violates(t, c.End(now, "boredom", string(make([]rune, 1001))), "/reason not-an-end-reason", "/text not-text")
	violates(t, c.End(now, "", ""), "/reason required")
	for _, reason := range EndReasons() {
		c := in(Running)
		if err := c.End(now, reason, "  Het lukte niet.  "); err != nil || c.EndText != "Het lukte niet." || c.EndReason != reason {
			t.Errorf("%s: %v", reason, err)
		}
	}
}

func TestOnlyASilentCircleIsRevivedAndForSixtyDays(t *testing.T) {
	ended := time.Date(2026, 9, 1, 10, 0, 0, 0, time.UTC)
	silent := in(Running)
	if err := silent.End(ended, EndFellSilent, ""); err != nil {
		t.Fatal(err)
	}
	late := silent
	if err := late.Revive(ended.AddDate(0, 0, 60)); !fault.HasCode(err, "cannot-revive") {
		t.Errorf("after sixty days: %v", err)
	}
	if err := silent.Revive(ended.AddDate(0, 0, 60).Add(-time.Second)); err != nil || silent.State != Running || silent.EndReason != "" {
		t.Errorf("within sixty days: %v", err)
	}
	other := in(Running)
	if err := other.End(ended, EndGoals, ""); err != nil {
		t.Fatal(err)
	}
	if err := other.Revive(ended); !fault.HasCode(err, "cannot-revive") {
		t.Errorf("a circle that ended by a decision: %v", err)
	}
}

func TestQuorumIsTheProgrammesOrAllMembersAndNeverUnderTwo(t *testing.T) {
	for _, test := range [][3]int{{3, 5, 3}, {3, 4, 3}, {3, 3, 3}, {3, 2, 2}, {3, 1, 2}, {3, 0, 2}, {2, 5, 2}, {5, 4, 4}} {
		if q := QuorumOf(test[0], test[1]); q != test[2] {
			t.Errorf("quorum %d with %d members is %d, want %d", test[0], test[1], q, test[2])
		}
	}
}

func TestFreeSeatsAreNeitherTakenNorKept(t *testing.T) {
	c := Circle{Seats: 5}
	seats := []Member{{State: Invited}, {State: Held}, {State: Accepted}, {State: Asked}, {State: Declined}, {State: Expired}, {State: Left}}
	if free := FreeSeats(c, seats); free != 2 {
		t.Errorf("%d free", free)
	}
	if free := FreeSeats(Circle{Seats: 1}, seats); free != 0 {
		t.Errorf("%d free, never below none", free)
	}
}

func TestTheLineIsFirstComeFirstServed(t *testing.T) {
	at := time.Now()
	seats := []Member{
		{ID: "c", State: Asked, CreatedAt: at.Add(time.Second)}, {ID: "b", State: Asked, CreatedAt: at},
		{ID: "a", State: Held, CreatedAt: at.Add(-time.Hour)}, {ID: "d", State: Asked, CreatedAt: at},
	}
	if next, waits := NextInLine(seats); !waits || next.ID != "b" {
		t.Errorf("next is %q", next.ID)
	}
	if _, waits := NextInLine(seats[2:3]); waits {
		t.Error("nobody waits")
	}
}
