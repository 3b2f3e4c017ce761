package api_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kring/circles"
	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/testkit"
	"kring/internal/wall"
	"kring/scheduling"
	"kring/scheduling/letters"
)

// TestNothingThatAFacilitatorReadsTellsWhoAnsweredWhat lives the same weeks twice; the second time, two members have
// changed places in everything that they answer, press, record and write. Whatever a facilitator can read is the same
// then, to the letter.
func TestNothingThatAFacilitatorReadsTellsWhoAnsweredWhat(t *testing.T) {
	var told [2]map[string]transcript
	for life, places := range [2][2]string{{member, guest}, {guest, member}} {
		told[life] = map[string]transcript{}
		testkit.URLs(t, func(t *testing.T, url string) {
			synctest.Test(t, func(t *testing.T) {
				c := newCast(newWorld(t, testkit.Open(t, url)))
				told[life][string(c.db.Dialect())] = c.lived(places[0], places[1])
			})
		})
	}
	for dialect, first := range told[0] {
		second := told[1][dialect]
		for _, who := range []string{facilitator, owner, partner} {
			if first[who] != second[who] {
				t.Errorf("%s: %s can tell who was who: %s", dialect, who, firstDifference(first[who], second[who]))
			}
			if n := strings.Count(first[who], "\nGET "); n < 40 {
				t.Errorf("%s read %d answers only", who, n)
			}
		}
		if first[host] == second[host] { // who may read names sees that they changed places
			t.Errorf("%s: nothing was answered at all", dialect)
		}
	}
}

// transcript is all that somebody read, by who it was, ids replaced by the order in which they appear.
type transcript map[string]string

// lived lets two members answer differently for some weeks, and then lets everybody read everything.
func (c *cast) lived(one, other string) transcript {
	c.t.Helper()
	ctx := c.ctx()
	does := func(_ any, err error) { c.t.Helper(); must(c.t, err) }
	faltering(c, ctx)
	rests := wall.DateOf(c.clock.Now(), time.UTC).AddDays(80) // the other circle: what falls due at once has no order
	does(c.calendar.Pause(ctx, c.owner, c.elsewhere.ID, 0, rests, false))
	c.dealt()
	led := c.notLedBy(member, guest)
	first, second, third := led[0], led[1], led[2]

	does(c.calendar.Answer(ctx, c.actors[one], first.ID, scheduling.No))
	does(c.calendar.Answer(ctx, c.actors[other], first.ID, scheduling.Yes))
	c.passes()
	does(c.calendar.Answer(ctx, c.actors[one], second.ID, scheduling.Unsure))
	on := wall.DateOf(third.StartsAt, time.UTC)
	does(c.calendar.SetAbsences(ctx, c.actors[other], c.circle.ID, []scheduling.Span{{FromOn: on, UntilOn: on}}))
	does(c.calendar.MessageToCircle(ctx, c.actors[one], c.circle.ID, "Tot dinsdag"))
	does(c.watch.Fine(ctx, c.actors[other], c.circle.ID))
	c.passes()
	c.until(first.StartsAt.Add(-2 * time.Hour))
	c.passes()
	c.until(first.EndsAt.Add(time.Hour))
	does(c.calendar.RecordOutcome(ctx, c.actors[other], first.ID, scheduling.Held))
	does(c.calendar.SetGuideWeek(ctx, c.actors[one], c.circle.ID, 0, 2))
	does(c.buttons.Press(ctx, c.links.Sign(letters.LinkAnswer, second.ID, c.personOf(other)), "", letters.Choice{Value: "no"}))
	c.passes()
	c.until(second.EndsAt.Add(time.Hour))
	does(c.calendar.RecordOutcome(ctx, c.actors[one], second.ID, scheduling.Missed))
	does(c.calendar.Move(ctx, c.actors[other], third.ID, 0, on.AddDays(1), wall.At(16, 0), false))
	does(c.calendar.Complete(ctx, c.actors[one], c.circle.ID, 0, false))
	does(c.rooms.Object(ctx, c.actors[other], c.motions()[0].ID))
	c.passes()
	c.agreesOnDates(one, other)
	c.passes()

	told := transcript{}
	for _, who := range []string{facilitator, owner, partner, host} {
		told[who] = c.readAll(who)
	}
	return told
}

// agreesOnDates lets the two vote differently on another date, cannot come differently, and looks at what a move would be.
func (c *cast) agreesOnDates(one, other string) {
	c.t.Helper()
	ctx := c.ctx()
	doubted := c.notLedBy(member, guest)[3]
	on := wall.DateOf(doubted.StartsAt, time.UTC).AddDays(2)
	p, err := c.calendar.ProposeDate(ctx, c.actors[host], doubted.ID, scheduling.Wanted{On: on})
	must(c.t, err)
	c.proposalID = p.ID
	c.sessions, err = c.calendar.Sessions(ctx, c.owner, c.circle.ID) // with the turns to lead as they are now
	must(c.t, err)
	led := c.notLedBy(member, guest)
	moved := led[len(led)-2]
	for _, who := range []string{one, other} {
		var votes []scheduling.OptionVote
		for _, o := range p.Options {
			votes = append(votes, scheduling.OptionVote{OptionID: o.ID, Suits: who == one})
		}
		_, err := c.calendar.Vote(ctx, c.actors[who], p.ID, votes)
		must(c.t, err)
	}
	_, err = c.calendar.Answer(ctx, c.actors[other], moved.ID, scheduling.No)
	must(c.t, err)
	replan, err := c.calendar.PreviewReplan(ctx, c.actors[one], c.circle.ID, scheduling.Step{
		Kind: scheduling.StepMoveLater, SessionID: moved.ID, On: wall.DateOf(moved.StartsAt, time.UTC).AddDays(1),
	})
	must(c.t, err)
	c.replanID = replan.ID
}

// dealt lets the newcomer get turns to lead, and reads the sessions anew.
func (c *cast) dealt() {
	c.t.Helper()
	_, err := c.calendar.Answer(c.ctx(), c.actors[host], c.sessions[0].ID, scheduling.Yes)
	must(c.t, err)
	c.sessions, err = c.calendar.Sessions(c.ctx(), c.owner, c.circle.ID)
	must(c.t, err)
}

// notLedBy are the first sessions that none of them leads: who hosts is for all to see, and follows from who can come.
func (c *cast) notLedBy(who ...string) []scheduling.SessionView {
	return slices.DeleteFunc(slices.Clone(c.sessions), func(s scheduling.SessionView) bool {
		return slices.ContainsFunc(who, func(who string) bool { return s.HostID == nil || *s.HostID == c.seats[who].ID })
	})
}

func (c *cast) personOf(who string) (p identity.Person) {
	c.t.Helper()
	must(c.t, c.db.Read(c.ctx(), func(tx database.Tx) (err error) {
		p, err = identity.FindIn(tx, c.actors[who].PersonID)
		return err
	}))
	return p
}

func (c *cast) motions() []circles.Motion {
	c.t.Helper()
	open, err := c.rooms.Motions(c.ctx(), c.owner, c.circle.ID)
	must(c.t, err)
	return open
}

func (c *cast) until(at time.Time) { c.turn(at.Sub(c.clock.Now())) }

// passes lets time act as the program's jobs do: reminders fall due, health is looked at, letters are planned.
func (c *cast) passes() {
	c.t.Helper()
	post := c.post(nil)
	now := c.clock.Now()
	_, _, err := c.calendar.QueueDue(c.ctx(), now)
	must(c.t, err)
	_, _, err = c.watch.Review(c.ctx(), now)
	must(c.t, err)
	_, _, err = c.watch.QueueOverviews(c.ctx(), now)
	must(c.t, err)
	_, _, err = post.Plan(c.ctx(), now)
	must(c.t, err)
}

// readAll asks every operation that reads, about every circle, session and seat that there is.
func (c *cast) readAll(who string) string {
	c.t.Helper()
	var said strings.Builder
	by := byToken(c.token(c.actors[who].PersonID))
	for i := range operations {
		o := &operations[i]
		if o.Method != http.MethodGet || o.ID == "showLink" { // a letter's link is its reader's alone
			continue
		}
		for _, path := range c.everywhere(o.Path) {
			sent := request{method: http.MethodGet, path: path, headers: map[string]string{}}
			by(&sent)
			got := c.send(sent)
			h := got.Header().Clone()
			h.Del("X-Request-ID")
			fmt.Fprintf(&said, "\nGET %s %d %v\n%s", path, got.Code, h, got.Body)
		}
	}
	return inOrder(said.String())
}

// everywhere fills the ids of a path, one path for each session and each seat.
func (c *cast) everywhere(path string) []string {
	ids := map[string][]string{}
	for _, s := range c.sessions {
		ids[":session_id"] = append(ids[":session_id"], s.ID)
	}
	for _, who := range []string{facilitatorMember, host, member, guest} {
		ids[":member_id"] = append(ids[":member_id"], c.seats[who].ID)
	}
	for name, each := range ids {
		if strings.Contains(path, name) {
			var all []string
			for _, id := range each {
				all = append(all, c.fill(strings.ReplaceAll(path, name, id)))
			}
			return all
		}
	}
	return []string{c.fill(path)}
}

var anID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// chance is what is another in every life and says nothing: the hash in an ETag, over ids. An address of one's own feed is
// as well.
var (
	chance  = regexp.MustCompile(`"\d+-[0-9a-z]{13}"`)
	secrets = regexp.MustCompile(`/calendar/[a-z2-7]{52}\.ics`)
)

func inOrder(text string) string {
	seen := map[string]string{}
	text = secrets.ReplaceAllString(text, "/calendar/...")
	text = chance.ReplaceAllStringFunc(text, func(found string) string {
		revision, _, _ := strings.Cut(found, "-")
		return revision
	})
	return anID.ReplaceAllStringFunc(text, func(id string) string {
		if _, known := seen[id]; !known {
			seen[id] = fmt.Sprintf("id-%d", len(seen)+1)
		}
		return seen[id]
	})
}

// firstDifference is where two texts part, with a little before and after.
func firstDifference(one, other string) string {
	at := 0
	for at < min(len(one), len(other)) && one[at] == other[at] {
		at++
	}
	path := one[:at][max(strings.LastIndex(one[:at], "\nGET "), 0):]
	around := func(s string) string { return s[max(at-200, 0):min(at+100, len(s))] }
	return fmt.Sprintf("in %.100s\n%s\n%s", path, around(one), around(other))
}
