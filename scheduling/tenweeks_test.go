package scheduling

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/wall"
)

// TestTenWeeksOfMindsThatChange lets five members answer late, never, twice and otherwise than before, through the clock
// changes of two halves of the world. Every week ends in a definite state, and nobody is written to without need.
func TestTenWeeksOfMindsThatChange(t *testing.T) {
	s := setting{
		now: "2018-02-12T08:00:00Z", weekday: time.Tuesday, at: wall.At(9, 0), startsOn: "2018-02-20", goNoGo: true,
		zones: []string{"Pacific/Auckland", "Asia/Kathmandu", "Europe/Brussels", "Europe/Brussels", "Europe/London"},
	}
	lives(t, s, func(t *testing.T, w *world) {
		y := &tenWeeks{world: w, chance: rand.New(rand.NewPCG(7, 1)), seen: map[string]int{}}
		for n, hours := range [][2]int{{18 * 60, 22 * 60}, {8 * 60, 20 * 60}, {7 * 60, 17 * 60}, {7 * 60, 17 * 60}, {7 * 60, 16 * 60}} {
			w.stated(wall.TimeOfDay(hours[0]), wall.TimeOfDay(hours[1]), n)
		}
		first := w.course().sessions[:10]
		for week, session := range first {
			y.week(week, session.ID)
		}
		y.step(w.clock.Now().AddDate(0, 0, 8))
		y.check(first)
	})
}

type tenWeeks struct {
	*world
	chance *rand.Rand
	seen   map[string]int // by proposal: how many were late
}

// week is one session from five days ahead until it is settled.
func (y *tenWeeks) week(week int, id string) {
	start := y.course().session(id).StartsAt
	y.step(start.AddDate(0, 0, -5))
	nos := week % 5 // nobody, one, two, three, four
	for i, n := range y.chance.Perm(5)[:nos] {
		y.answer(n, id, No)
		if i == 0 && week%3 == 0 { // who says it twice
			y.answer(n, id, No)
		}
		y.step(y.clock.Now().Add(time.Duration(1+y.chance.IntN(8)) * time.Hour))
	}
	if week%4 == 1 { // the rest say that they come
		for n := range 5 {
			if y.chance.IntN(2) == 0 {
				y.answer(n, id, Yes)
			}
		}
	}
	y.step(start.Add(26 * time.Hour))
	if s := y.course().session(id); s.State == Planned && s.Over(y.clock.Now()) {
		got(y.calendar.RecordOutcome(y.ctx, y.member(2), id, Held))(y.t)
	}
}

func (y *tenWeeks) answer(n int, id string, answer Answer) {
	y.t.Helper()
	if _, err := y.calendar.Answer(y.ctx, y.member(n), id, answer); err != nil && !fault.HasCode(err, "session-over") {
		y.t.Fatal(err)
	}
}

// step lets time go on by two hours at a time; letters are sent, and members look at what they were asked.
func (y *tenWeeks) step(end time.Time) {
	for y.clock.Now().Before(end) {
		next := y.clock.Now().Add(2 * time.Hour)
		if next.After(end) {
			next = end
		}
		y.until(next.Format(time.RFC3339Nano))
		y.send()
		for _, v := range y.proposals() {
			if v.State == ProposalOpen {
				y.look(v)
			}
		}
		for _, s := range y.course().sessions { // what moved is recorded as well
			if s.State == Planned && s.Over(y.clock.Now().Add(-48*time.Hour)) {
				got(y.calendar.RecordOutcome(y.ctx, y.member(2), s.ID, Held))(y.t)
			}
		}
	}
}

// send lets every letter whose hour has come be on its way.
func (y *tenWeeks) send() {
	y.write(func(tx database.Tx) error {
		return tx.Gorm().Exec("update notices set state = 'in_letter' where state = 'waiting' and hold_until <= ?", y.clock.Now()).Error
	})
}

// look is what members do with an open vote: the first waits until it is nearly over, the second never says anything, the
// third says everything twice, the fourth takes back what he said, the fifth says yes to what comes first.
func (y *tenWeeks) look(v ProposalView) {
	y.t.Helper()
	vote := func(n, place int, suits bool) {
		option := []OptionVote{{OptionID: v.Options[min(place, len(v.Options))-1].ID, Suits: suits}}
		if _, err := y.calendar.Vote(y.ctx, y.member(n), v.ID, option); err != nil && !fault.HasCode(err, "proposal-closed") {
			y.t.Fatal(err)
		}
	}
	turn := y.seen[v.ID]
	y.seen[v.ID]++
	switch {
	case turn == 1:
		vote(2, 1, true)
		vote(2, 1, true)
		vote(3, 1, true)
	case turn == 2:
		vote(3, 1, false)
		vote(3, 2, true)
		vote(4, 1, y.chance.IntN(3) > 0)
	case y.clock.Now().After(v.ClosesAt.Add(-3 * time.Hour)):
		vote(0, 2, true)
	}
}

// check looks back on everything.
func (y *tenWeeks) check(first []Session) {
	t := y.t
	t.Helper()
	for _, was := range first {
		if s := y.course().session(was.ID); s.State != Held && s.State != Skipped {
			t.Errorf("the session of %v is %s at %v", was.StartsAt, s.State, s.StartsAt)
		}
	}
	states := map[ProposalState]int{}
	for _, v := range y.proposals() {
		states[v.State]++
		if v.State == ProposalOpen || v.ClosedAt == nil || !v.ClosedAt.Before(v.SessionStartsAt) {
			t.Errorf("a vote is %s, closed at %v, about %v", v.State, v.ClosedAt, v.SessionStartsAt)
		}
		y.checkMoments(v)
	}
	if states[ProposalMoved] == 0 || states[ProposalStays] == 0 {
		t.Errorf("the weeks are not varied enough: %v", states)
	}
	y.checkLetters(states[ProposalMoved] + states[ProposalSkipped])
	var votes int64
	y.write(func(tx database.Tx) error {
		return tx.Gorm().Raw(`select count(*) from date_votes v join date_options o on o.id = v.option_id
			join date_proposals p on p.id = o.proposal_id join sessions s on s.id = p.session_id
			where s.ends_at < ?`, y.clock.Now().AddDate(0, 0, -7)).Scan(&votes).Error
	})
	if votes != 0 {
		t.Errorf("%d votes are kept longer than seven days", votes)
	}
}

// checkMoments holds what was offered: by day for everybody, and after the vote.
func (y *tenWeeks) checkMoments(v ProposalView) {
	for _, o := range v.Options {
		if o.StartsAt == nil {
			continue
		}
		if !o.StartsAt.After(v.ClosesAt) {
			y.t.Errorf("offered %v by a vote until %v", o.StartsAt, v.ClosesAt)
		}
		for n := range 5 {
			zone := got(wall.LoadZone(y.zoneOf(n)))(y.t)
			if wall.InNight(*o.StartsAt, v.Minutes, zone) {
				y.t.Errorf("offered %v, by night in %s", o.StartsAt, zone)
			}
		}
	}
}

func (y *tenWeeks) zoneOf(n int) (zone string) {
	person := y.member(n).PersonID
	y.write(func(tx database.Tx) error {
		p, err := identity.FindIn(tx, person)
		zone = p.Zone
		return err
	})
	return zone
}

// checkLetters counts: one letter for each vote and member, one for each change, one question for each start.
func (y *tenWeeks) checkLetters(changes int) {
	type line struct {
		PersonID, Kind, State string
		SessionID, SubjectID  *string
		HoldUntil             time.Time
	}
	var lines []line
	y.write(func(tx database.Tx) error {
		return tx.Gorm().Raw("select person_id, kind, state, session_id, subject_id, hold_until from notices where circle_id = ?", y.circleID).
			Scan(&lines).Error
	})
	asked, changed, sessions := map[string]int{}, map[string]int{}, map[string][]string{}
	for _, l := range lines {
		if l.State == "void" {
			continue
		}
		switch l.Kind {
		case NoticeProposal:
			asked[l.PersonID+" "+*l.SubjectID]++
		case NoticeDatesChanged:
			changed[l.PersonID]++
		}
		if l.SessionID != nil && l.Kind != NoticeHostChanged {
			key := l.PersonID + " " + *l.SessionID
			if l.Kind == NoticeGoNoGo && slices.Contains(sessions[key], NoticeGoNoGo) {
				y.t.Errorf("somebody is asked twice whether a session goes ahead")
			}
			sessions[key] = append(sessions[key], l.Kind)
		}
	}
	for who, n := range asked {
		if n != 1 {
			y.t.Errorf("%s is asked %d times", who, n)
		}
	}
	for who, n := range changed {
		if n != changes {
			y.t.Errorf("%s hears %d times of %d changes", who, n, changes)
		}
	}
	for who, kinds := range sessions {
		if len(kinds) > 6 {
			y.t.Errorf("%s gets %v about one session", who, kinds)
		}
	}
}
