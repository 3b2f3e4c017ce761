package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// Dates are looked at before they are changed, by members and by nobody else's leave: what is committed is what was
// looked at, people are told once, and of what was taken back in time nobody hears.
func TestMembersPlanTogether(t *testing.T) {
	tell(t, "2018-02-12T08:00:00Z", func(s *story) {
		s.opens(object{
			"name": "Voorjaar", "purpose": "Tijd maken om te leren.", "guide_set": "wol", "language": "nl", "zone": "Europe/Brussels", "holidays": "be",
		}, object{
			"name": "De planners", "slot": object{"weekday": "tue", "time": "12:30"}, "starts_on": "2018-02-20", "seats": 4,
		}, four("plan")...)
		s.join()
		s.begin()
		s.until("2018-02-12T10:00:00Z")
		s.comesTooLate()
		s.takesBackInTime()
		s.takesBackTooLate()
		s.changesInABurst()
		s.is(append([]string{"2018-02-23 planned", "2018-02-28 planned"}, s.dates()[2:]...)...)
		s.calendars()
	})
}

// looks asks what a step would do, as a member.
func (s *story) looks(as string, step object) object {
	s.Helper()
	return s.post(as, s.circle+"/replans", step)
}

// commits does what was looked at.
func (s *story) commits(as string, replan object) object {
	s.Helper()
	return s.post(as, "/api/v1/replans/"+replan.text("id")+"/commit", object{})
}

// undoes takes a change back.
func (s *story) undoes(as string, replan object) {
	s.Helper()
	s.post(as, "/api/v1/replans/"+replan.text("id")+"/undo", object{})
}

// tells lets time pass and checks how many letters each of the cast got until then, all about changed dates.
func (s *story) tells(until string, each int) {
	s.Helper()
	before := len(s.mails())
	s.until(until)
	got := map[string]int{}
	for _, m := range s.mails()[before:] {
		if m.to != owner && m.kinds != "dates_changed" {
			s.Errorf("%q to %s is of kind %s", m.Subject, m.to, m.kinds)
		}
		got[m.to]++
	}
	for _, one := range s.cast {
		if got[one.email] != each {
			s.Errorf("until %s %s got %d letters, want %d", until, one.name, got[one.email], each)
		}
	}
}

const (
	anPlans   = "an@plan.example.org"
	benPlans  = "ben@plan.example.org"
	catoPlans = "cato@plan.example.org"
)

// comesTooLate lets a member commit a preview of a circle that somebody else has changed since: refused, with a fresh
// preview, which is then committed. Everybody has one letter of both changes. Not to tell is refused, because calendars
// change.
func (s *story) comesTooLate() {
	s.Helper()
	before := s.dates()
	looked := s.looks(anPlans, object{"kind": "shift", "weeks": 1})
	if looked.text("state") != "preview" || looked.number("letters") != 4 || looked.number("calendar_updates") != 4 || looked.text("ends_on") != "2018-05-29" {
		s.Errorf("the preview is %s", looked)
	}
	if now := s.dates(); !slices.Equal(now, before) {
		s.Errorf("looking changed dates to %v", now)
	}
	s.commits(benPlans, s.looks(benPlans, object{"kind": "new_slot", "weekday": "wed", "time": "12:30"}))
	path := "/api/v1/replans/" + looked.text("id") + "/commit"
	late := s.refused(anPlans, http.MethodPost, path, object{}, http.StatusConflict, "replan-moved-on")
	fresh, _ := late.at("preview").(map[string]any)
	preview := object(fresh)
	if preview.text("state") != "preview" || preview.text("id") == looked.text("id") || s.dates()[0] != "2018-02-21 planned" {
		s.Fatalf("too late, she is answered %s, and the dates are %v", late, s.dates())
	}
	path = "/api/v1/replans/" + preview.text("id") + "/commit"
	s.refused(anPlans, http.MethodPost, path, object{"tell": false}, http.StatusUnprocessableEntity, "invalid")
	if done := s.commits(anPlans, preview); done.text("state") != "committed" || done.text("by.actor") != "member" {
		s.Errorf("committed it is %s", done)
	}
	s.refused(anPlans, http.MethodPost, path, object{}, http.StatusConflict, "already-committed")
	if dates := s.dates(); dates[0] != "2018-02-28 planned" {
		s.Errorf("the dates are %v", dates)
	}
	s.tells("2018-02-13T07:30:00Z", 1) // in the morning
	s.calendars()
}

// takesBackInTime undoes a change that nobody was told of yet: nobody is.
func (s *story) takesBackInTime() {
	s.Helper()
	before := s.dates()
	done := s.commits(catoPlans, s.looks(catoPlans, object{"kind": "skip", "session_id": s.session("2018-03-14").text("id")}))
	s.pass(time.Hour)
	s.undoes(catoPlans, done)
	s.refused(anPlans, http.MethodPost, "/api/v1/replans/"+done.text("id")+"/undo", object{}, http.StatusConflict, "already-undone")
	if now := s.dates(); !slices.Equal(now, before) {
		s.Errorf("taken back, the dates are %v, and were %v", now, before)
	}
	s.tells("2018-02-15T09:00:00Z", 0)
	s.calendars()
}

// takesBackTooLate undoes a change that everybody knows of: they hear of that as well, once.
func (s *story) takesBackTooLate() {
	s.Helper()
	before := s.dates()
	done := s.commits(catoPlans, s.looks(catoPlans, object{"kind": "skip", "session_id": s.session("2018-03-14").text("id")}))
	s.tells("2018-02-16T09:00:00Z", 1)
	s.calendars()
	s.undoes(benPlans, done)
	// The date that the skip had added is in everybody's calendar: it stays as one that is skipped.
	if now, want := s.dates(), append(before, "2018-05-30 skipped"); !slices.Equal(now, want) {
		s.Errorf("taken back, the dates are %v, want %v", now, want)
	}
	s.tells("2018-02-19T09:00:00Z", 1) // Friday's letter can wait until Monday
	s.calendars()
}

// changesInABurst changes what is so near that it cannot wait, three times within ten minutes: one letter, of what came of
// it.
func (s *story) changesInABurst() {
	s.Helper()
	id := s.post(anPlans, s.circle+"/replans", object{"kind": "add", "date": "2018-02-21"})
	s.commits(anPlans, id)
	near := s.session("2018-02-21").text("id")
	for _, date := range []string{"2018-02-22", "2018-02-23"} {
		s.pass(3 * time.Minute)
		s.commits(benPlans, s.looks(benPlans, object{"kind": "move", "session_id": near, "date": date}))
	}
	s.tells("2018-02-20T09:00:00Z", 1)
	for _, one := range s.cast {
		if m := s.last(one.email, "dates_changed"); strings.Contains(m.Text, "21 feb") || strings.Contains(m.Text, "21 Feb") || !strings.Contains(m.Text, "23 ") {
			s.Errorf("%s reads\n%s", one.name, m.Text)
		}
	}
}
