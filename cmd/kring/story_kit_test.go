package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kring/internal/clock"
	"kring/internal/testkit"
	"kring/internal/testkit/smtpsink"
	"kring/internal/wall"
)

// soul is somebody in a story.
type soul struct{ name, email, language, zone string }

// story is a whole life of a circle: months of it, so that time goes from one due moment to the next.
type story struct {
	*life
	programme, circle string // paths
	cast              []soul
	url               string
	stop              func() error // what lets time act
}

// tell tells a story once per database, beginning at an instant (RFC 3339). At its end every mail of it is looked at.
func tell(t *testing.T, at string, fn func(s *story)) {
	t.Helper()
	t.Parallel() // stories share nothing, and wait for databases
	begins := instant(t, at)
	testkit.URLs(t, func(t *testing.T, url string) {
		sink := smtpsink.Start(t)
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(time.Until(begins)) //nolint:forbidigo // virtual time, before anything ticks
			s := &story{url: url}
			s.start(t, sink, leaping)
			defer func() { s.end(s.stop) }()
			fn(s)
			s.decent()
		})
	})
}

// start starts the program.
func (s *story) start(t *testing.T, sink *smtpsink.Sink, ticking func(context.Context, *jobs) func() error) {
	t.Helper()
	before := s.life
	s.life = assemble(t, ingredients{clock: clock.System(), strict: true}, s.url, sink)
	if before != nil {
		s.tokens, s.read = before.tokens, before.read
	}
	s.stop = ticking(t.Context(), s.service.jobs)
}

// down stops the program, lets time pass, and starts it again.
func (s *story) down(d time.Duration) {
	s.Helper()
	s.end(s.stop)
	time.Sleep(d) //nolint:forbidigo // virtual time
	s.start(s.T, s.sink, leaping)
	s.settle()
}

// leaping lets time act whenever something is due or was written, as ticks do, without the ticks that find nothing: of
// those a life of months has a hundred thousand. Stories of a few days have real ticks instead.
func leaping(ctx context.Context, j *jobs) (stop func() error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	j.Poke()
	go func() {
		defer close(ended)
		for {
			select {
			case <-ctx.Done():
				return
			case <-j.wake:
				time.Sleep(wakeAfter) //nolint:forbidigo // virtual time
			case <-time.After(j.untilNext()):
			}
			j.RunDue(ctx, j.clock.Now())
		}
	}()
	return func() error { cancel(); <-ended; return nil }
}

// untilNext is how long nothing is due, at most a day.
func (j *jobs) untilNext() time.Duration {
	j.turn.Lock()
	defer j.turn.Unlock()
	now := j.clock.Now()
	return nextStop(j.table, now, now.Add(24*time.Hour)).Sub(now)
}

// opens opens a programme and in it a circle, both as the owner; everybody of the cast is invited.
func (s *story) opens(programme, circle object, cast ...soul) {
	s.Helper()
	s.cast = cast
	s.patch(owner, "/api/v1/me", object{"name": "Els Maes"})
	opened := s.post(owner, "/api/v1/programmes", programme)
	s.programme = "/api/v1/programmes/" + opened.text("id")
	var members []object
	for _, one := range cast {
		members = append(members, object{"name": one.name, "email": one.email, "letter_language": one.language, "zone": one.zone})
	}
	circle["programme_id"], circle["members"] = opened.text("id"), members
	circle["looked_after_by"] = s.get(owner, "/api/v1/me").text("id")
	s.circle = "/api/v1/circles/" + s.post(owner, "/api/v1/circles", circle).text("id")
}

// join lets everybody of the cast press yes in the letter that offers the seat.
func (s *story) join() {
	s.Helper()
	for _, one := range s.cast {
		s.press(s.letter(one.email).link("yes"), nil)
	}
	for _, one := range s.cast {
		s.letter(one.email) // you are in
	}
}

// begin lets the owner begin the circle.
func (s *story) begin() object {
	s.Helper()
	begun := s.post(owner, s.circle+"/begin", object{})
	s.settle()
	return begun
}

// sessions are the circle's, in order, as somebody sees them.
func (s *story) sessions() []object {
	s.Helper()
	return s.get(owner, s.circle+"/sessions").items()
}

// session is the one on a date of the circle's wall.
func (s *story) session(date string) object {
	s.Helper()
	for _, one := range s.sessions() {
		if one.text("local.date") == date {
			return one
		}
	}
	s.Fatalf("no session on %s: %v", date, s.dates())
	return nil
}

// leader is the first name of who leads a session, as the first of the cast reads it: facilitators are not told.
func (s *story) leader(session object) string {
	s.Helper()
	return s.get(s.cast[0].email, "/api/v1/sessions/"+session.text("id")).text("host.first_name")
}

// dates are all sessions with their states: "2017-06-06 held".
func (s *story) dates() []string {
	s.Helper()
	var all []string
	for _, one := range s.sessions() {
		all = append(all, one.text("local.date")+" "+one.text("state"))
	}
	return all
}

// is checks the sessions, one a line: "2017-06-06 held".
func (s *story) is(want ...string) {
	s.Helper()
	if got := s.dates(); !slices.Equal(got, want) {
		s.Errorf("the sessions are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// verdict checks what the circle's health says right now, to a member and to the owner in the same words.
func (s *story) verdict(want string, reasons ...string) object {
	s.Helper()
	s.settle()
	seen := s.get(owner, s.circle+"/health")
	var codes []string
	for i := range 20 {
		if code := seen.text(fmt.Sprintf("reasons.%d.code", i)); code != "" {
			codes = append(codes, code)
		}
	}
	if seen.text("verdict") != want || !slices.Equal(codes, reasons) || (seen.at("flag") == nil) != (want == "on_track") {
		s.Errorf("at %s the circle is %s %v, want %s %v: %s", s.now().Format(time.RFC3339), seen.text("verdict"), codes, want, reasons, seen)
	}
	member := s.get(s.cast[0].email, s.circle+"/health")
	if fmt.Sprint(member.at("reasons"), member.at("next_step")) != fmt.Sprint(seen.at("reasons"), seen.at("next_step")) {
		s.Errorf("a member reads %v, the facilitator %v", member, seen)
	}
	return seen
}

// onTrackUntil lets days pass until a date, and checks each morning that the circle carries no flag.
func (s *story) onTrackUntil(date string) {
	s.Helper()
	last, err := wall.ParseDate(date)
	if err != nil {
		s.Fatal(err)
	}
	for on := wall.DateOf(s.now(), time.UTC); !on.After(last); on = on.AddDays(1) {
		if morning := on.String() + "T05:00:00Z"; instant(s.T, morning).After(s.now()) {
			s.until(morning)
		}
		s.verdict("on_track")
	}
}

// journal is how often each action stands in the circle's journal.
func (s *story) journal() map[string]int {
	s.Helper()
	actions := map[string]int{}
	for cursor := ""; ; {
		answer := s.get(owner, s.circle+"/journal?limit=200"+cursor)
		for _, one := range answer.items() {
			actions[one.text("action")]++
		}
		if answer.text("next") == "" {
			return actions
		}
		cursor = "&cursor=" + answer.text("next")
	}
}

// soul is who has an address; the owner has one as well.
func (s *story) soul(address string) soul {
	for _, one := range s.cast {
		if one.email == address {
			return one
		}
	}
	p := s.person(address)
	return soul{name: p.Name, email: address, language: p.LetterLanguage, zone: p.Zone}
}

// count is how long the list is that a path answers.
func (s *story) count(path string) int {
	s.Helper()
	return len(s.get(owner, path).items())
}

// refused asks for what must be refused, and answers the problem.
func (s *story) refused(as, method, path string, body object, status int, code string) object {
	s.Helper()
	got, answer := s.ask(as, method, path, body)
	if got != status || answer.text("code") != code {
		s.Errorf("%s %s: %d %s, want %d %s", method, path, got, answer, status, code)
	}
	return answer
}

// state is the circle as the owner sees it.
func (s *story) state() object { s.Helper(); return s.get(owner, s.circle) }

// written is an instant as stories write it.
func written(at time.Time) string { return at.UTC().Format(time.RFC3339) }
