package scheduling

import (
	"slices"
	"testing"
	"time"

	"kring/internal/fault"

	"kring/circles"
)

// past gives one session a week, the last of which ended an hour before now.
func past(t *testing.T, now time.Time, states ...State) []Session {
	t.Helper()
	out := make([]Session, len(states))
	for i, state := range states {
		ends := now.Add(-time.Hour).AddDate(0, 0, -7*(len(states)-1-i))
		out[i] = Session{ID: string(rune('a' + i)), State: state, StartsAt: ends.Add(-time.Hour), EndsAt: ends}
	}
	return out
}

func TestTheSecondSkipInARowCountsAsMissed(t *testing.T) {
	now := at(t, "2018-03-20T12:30:00Z")
	got := CountsAs(past(t, now, Skipped, Held, Skipped, Skipped, Skipped, Planned, Skipped))
	want := []State{Skipped, Held, Skipped, Missed, Missed, Planned, Skipped}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestHeldBeatsMissed(t *testing.T) {
	for name, c := range map[string]struct{ was, said, want State }{
		"said after missed":           {Missed, Held, Held},
		"and before it":               {Held, Missed, Held},
		"calling off corrects":        {Held, Cancelled, Cancelled},
		"a word ends the silence":     {Unrecorded, Missed, Missed},
		"a skip was held after all":   {Skipped, Held, Held},
		"a missed one was called off": {Missed, Cancelled, Cancelled},
	} {
		t.Run(name, func(t *testing.T) {
			if got := settled(c.was, c.said); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestWhenAnOutcomeIsTaken(t *testing.T) {
	s := Session{StartsAt: at(t, "2018-03-20T11:30:00Z"), EndsAt: at(t, "2018-03-20T12:30:00Z")}
	for name, c := range map[string]struct {
		outcome State
		now     string
		code    string
	}{
		"not before it begins":            {Held, "2018-03-20T11:29:59Z", "session-not-yet"},
		"from its start on":               {Held, "2018-03-20T11:30:00Z", ""},
		"until the last moment of day 21": {Missed, "2018-04-10T12:29:59Z", ""},
		"not after 21 days":               {Missed, "2018-04-10T12:30:00Z", "too-late-to-correct"},
		"nothing but an outcome":          {Skipped, "2018-03-20T12:30:00Z", "invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			err := checkOutcome(s, c.outcome, at(t, c.now))
			if c.code == "" && err != nil || c.code != "" && !fault.HasCode(err, c.code) {
				t.Errorf("got %v, want %q", err, c.code)
			}
		})
	}
}

func TestNotHeldInARow(t *testing.T) {
	now := at(t, "2018-03-20T12:30:00Z")
	for name, c := range map[string]struct {
		states []State
		since  time.Duration
		want   int
	}{
		"three of any kind":                             {[]State{Held, Missed, Cancelled, Unrecorded}, 0, 3},
		"a held one ends the row":                       {[]State{Missed, Missed, Held, Missed}, 0, 1},
		"one skip agreed beforehand is passed over":     {[]State{Missed, Skipped, Missed}, 0, 2},
		"the second skip counts":                        {[]State{Skipped, Skipped}, 0, 1},
		"one that waits for its answer is passed over":  {[]State{Missed, Planned}, 0, 1},
		"what was before the last go-on does not count": {[]State{Missed, Missed, Missed}, -10 * 24 * time.Hour, 2},
		"nothing yet":                                   {nil, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			since := time.Time{}
			if c.since != 0 {
				since = now.Add(c.since)
			}
			if got := notHeldInRow(past(t, now, c.states...), since, now); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}

func TestTheGuideWeekIsGivenWhenASessionIsHeld(t *testing.T) {
	four, three := 4, 3
	for name, c := range map[string]struct {
		s     Session
		state State
		week  int
		given *int
	}{
		"held: it did the circle's week":                     {Session{State: Planned}, Held, 5, &four},
		"missed: the week stays":                             {Session{State: Planned}, Missed, 4, nil},
		"corrected from held: the week comes back":           {Session{State: Held, GuideWeek: &three}, Cancelled, 3, nil},
		"corrected to held":                                  {Session{State: Missed}, Held, 5, &four},
		"held again":                                         {Session{State: Held, GuideWeek: &three}, Held, 4, &three},
		"held, but the week was set by hand since":           {Session{State: Unrecorded, WeekSettled: true}, Held, 4, nil},
		"an old one corrected leaves later weeks where they": {Session{State: Held, GuideWeek: new(int)}, Missed, 4, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := advance(4, c.s, c.state)
			if got.week != c.week || (got.given == nil) != (c.given == nil) || got.given != nil && *got.given != *c.given {
				t.Errorf("got week %d, given %v", got.week, got.given)
			}
		})
	}
}

func people(t *testing.T, inAt time.Time, ids ...string) []circles.Member {
	t.Helper()
	out := make([]circles.Member, len(ids))
	for i, id := range ids {
		out[i] = circles.Member{ID: id, State: circles.Accepted, Hosts: true, HostTurn: i + 1, InAt: &inAt}
	}
	return out
}

func TestWhoIsExpected(t *testing.T) {
	brussels := zone(t, "Europe/Brussels")
	s := Session{ID: "s", StartsAt: at(t, "2018-03-20T23:30:00Z")} // 21 March on the wall
	members := people(t, at(t, "2018-02-01T00:00:00Z"), "ann", "bob", "cas", "dia", "eva", "fay")
	asked := at(t, "2018-03-01T00:00:00Z")
	members[4].StillInAskedAt = &asked
	word := Word{
		Said: []Said{
			{SessionID: "s", MemberID: "ann", StartsAt: s.StartsAt, Answer: No},
			{SessionID: "s", MemberID: "bob", StartsAt: s.StartsAt, Answer: Unsure},
			{SessionID: "s", MemberID: "dia", StartsAt: s.StartsAt, Answer: Yes},
			{SessionID: "other", MemberID: "bob", StartsAt: s.StartsAt, Answer: No},
			{SessionID: "s", MemberID: "fay", StartsAt: s.StartsAt.AddDate(0, 0, -1), Answer: No},
		},
		Absences: []Absence{
			{MemberID: "cas", FromOn: day(t, "2018-03-21"), UntilOn: day(t, "2018-03-21")},
			{MemberID: "dia", FromOn: day(t, "2018-03-01"), UntilOn: day(t, "2018-03-31")},
			{MemberID: "fay", FromOn: day(t, "2018-03-20"), UntilOn: day(t, "2018-03-20")},
		},
	}
	var ids []string
	for _, m := range word.Expected(s, members, brussels) {
		ids = append(ids, m.ID)
	}
	if want := []string{"bob", "dia", "fay"}; !slices.Equal(ids, want) {
		t.Errorf("expected are %v, want %v: no, away on the local date, and an open question do not count; a no to another start does", ids, want)
	}
	if got, want := word.Tally(s, members, brussels), (Tally{Yes: 1, No: 2, Unsure: 1, Silent: 2}); got != want {
		t.Errorf("counts are %+v, want %+v", got, want)
	}
}

func TestSilenceOfAMember(t *testing.T) {
	now, utc := at(t, "2018-03-20T12:30:00Z"), time.UTC
	sign := func(ago time.Duration) circles.Member {
		in, last := at(t, "2018-01-01T00:00:00Z"), now.Add(-ago)
		return circles.Member{ID: "ann", InAt: &in, LastSignAt: &last}
	}
	const weeks = 7 * 24 * time.Hour
	for name, c := range map[string]struct {
		m      circles.Member
		states []State
		word   Word
		want   bool
	}{
		"three sessions without a sign":               {m: sign(5 * weeks), states: []State{Held, Held, Missed}, want: true},
		"a sign before the last two":                  {m: sign(2 * weeks), states: []State{Held, Held, Held}},
		"a yes to the first of three":                 {m: sign(2*weeks + 2*time.Hour), states: []State{Held, Held, Missed}},
		"two sessions only":                           {m: sign(5 * weeks), states: []State{Held, Held}},
		"what was skipped or called off is no chance": {m: sign(9 * weeks), states: []State{Held, Skipped, Cancelled, Held}},
		"who was away owed no sign": {
			m: sign(9 * weeks), states: []State{Held, Held, Held},
			word: Word{Absences: []Absence{{MemberID: "ann", FromOn: day(t, "2018-03-01"), UntilOn: day(t, "2018-03-14")}}},
		},
		"the one that just ended counts":                   {m: sign(5 * weeks), states: []State{Held, Unrecorded, Planned}, want: true},
		"where none was held the circle is asked, not one": {m: sign(5 * weeks), states: []State{Unrecorded, Missed, Planned}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.word.silent(c.m, past(t, now, c.states...), 7, utc, now); got != c.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestHostsRotate(t *testing.T) {
	now := at(t, "2018-02-01T00:00:00Z")
	coming := func(n int) []Session {
		out := make([]Session, n)
		for i := range out {
			start := at(t, "2018-02-20T11:30:00Z").AddDate(0, 0, 7*i)
			out[i] = Session{ID: string(rune('a' + i)), State: Planned, StartsAt: start, EndsAt: start.Add(time.Hour)}
		}
		return out
	}
	hosts := func(sessions []Session) []string {
		var out []string
		for _, s := range sessions {
			if s.HostID == nil {
				out = append(out, "")
			} else {
				out = append(out, *s.HostID)
			}
		}
		return out
	}
	named := func(sessions []Session, ids ...string) []Session {
		for i, id := range ids {
			sessions[i].HostID = &id
		}
		return sessions
	}
	three := people(t, now, "ann", "bob", "cas")
	optedOut := people(t, now, "ann", "bob", "cas")
	optedOut[1].Hosts = false
	nobody := people(t, now, "ann", "bob")
	nobody[0].Hosts, nobody[1].Hosts = false, false
	late := append(people(t, now, "ann", "bob"), people(t, at(t, "2018-02-28T00:00:00Z"), "cas")...)
	swapped := named(coming(3), "bob")
	swapped[0].HostSwapped = true
	no := Word{Said: []Said{{SessionID: "a", MemberID: "ann", StartsAt: coming(1)[0].StartsAt, Answer: No}}}
	far := at(t, "2099-01-01T00:00:00Z")
	for name, c := range map[string]struct {
		sessions []Session
		members  []circles.Member
		word     Word
		now      time.Time
		firm     time.Time
		want     []string
	}{
		"in turn":                           {sessions: coming(4), members: three, want: []string{"ann", "bob", "cas", "ann"}},
		"without who opted out":             {sessions: coming(3), members: optedOut, want: []string{"ann", "cas", "ann"}},
		"a member when nobody wants to":     {sessions: coming(2), members: nobody, want: []string{"ann", "bob"}},
		"the next one when the host is out": {sessions: coming(3), members: three, word: no, want: []string{"bob", "ann", "cas"}},
		"a host who says no is replaced, the others stay": {
			sessions: named(coming(3), "ann", "bob", "cas"), members: three, word: no, firm: far, want: []string{"bob", "bob", "cas"},
		},
		"a member's own word stands, the turns go on from there": {
			sessions: swapped, members: three, want: []string{"bob", "ann", "cas"},
		},
		"a newcomer comes after those who waited, before those who led since": {
			sessions: named(coming(5), "ann", "bob", "ann", "bob", "ann"), members: late,
			now: at(t, "2018-02-28T00:00:00Z"), firm: at(t, "2018-03-07T00:00:00Z"), want: []string{"ann", "bob", "ann", "bob", "cas"},
		},
		"nobody when nobody comes": {
			sessions: coming(1), members: people(t, now, "ann"), word: no, want: []string{""},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.now = latest(c.now, now)
			got := hosts(AssignHosts(c.sessions, c.members, c.word, time.UTC, c.now, c.firm))
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
