package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"kring/api/contract"
	"kring/internal/identity"
	"kring/internal/wall"
)

// The circle that falters once more, told twice: the second time somebody else says no, is away, and writes to the
// others. Whatever a facilitator asks the API, by token or by cookie, she reads the same in both tellings, and so nothing
// about who answered what or who came.
func TestAFacilitatorReadsNoAnswers(t *testing.T) {
	var mu sync.Mutex
	read := map[bool]map[string][]string{false: {}, true: {}} // by telling and kind of database
	t.Run("told", func(t *testing.T) {
		for _, swapped := range []bool{false, true} {
			t.Run(fmt.Sprintf("swapped %t", swapped), func(t *testing.T) {
				tell(t, "2018-02-12T08:00:00Z", func(s *story) {
					all := s.faltersAgain(swapped)
					mu.Lock()
					defer mu.Unlock()
					kind, _, _ := strings.Cut(s.url, ":")
					read[swapped][kind] = all
				})
			})
		}
	})
	for kind, one := range read[false] {
		other := read[true][kind]
		if len(one) != len(other) || len(one) < 100 {
			t.Fatalf("%s: %d answers and %d", kind, len(one), len(other))
		}
		for i := range one {
			if member := strings.Contains(one[i], byMember); (one[i] == other[i]) == member {
				t.Errorf("%s: a facilitator can tell who answered, or a member cannot:\n%s\n%s", kind, one[i], other[i])
			}
		}
		all := strings.Join(one, "")
		for _, part := range []string{"dates_shift", `"why":"quorum"`, `"state":"moved"`, `"kinds":["go_no_go"],"last_at"`, `"suits_after"`, `"kind":"move"`} {
			if !strings.Contains(all, part) {
				t.Errorf("%s: the story has no %s", kind, part)
			}
		}
		if strings.Count(all, byMember) < 3 || strings.Contains(all, ": 500 ") {
			t.Errorf("%s: this is not the story", kind)
		}
	}
}

// byMember marks what a member reads of a session, who sees the answers by name: it has to differ.
const byMember = "by a member of the circle"

// faltersAgain lives the story, and answers everything that facilitators could read on the way.
func (s *story) faltersAgain(swapped bool) (read []string) {
	s.Helper()
	s.opens(object{
		"name": "Voorjaar", "purpose": "Tijd maken om te leren.", "guide_set": "wol", "language": "nl", "zone": "Europe/Brussels",
		"holidays": "be", "hour_reminder": true, "signup_open": true,
	}, object{
		"name": "De kwakkelaars", "slot": object{"weekday": "tue", "time": "12:30"}, "starts_on": "2018-02-20", "seats": 5,
	},
		soul{"Bart Claes", "bart@example.org", "nl", "Europe/Brussels"},
		soul{"Hanne Peeters", "hanne@example.org", "nl", "Europe/Brussels"},
		soul{"Sam Jones", "sam@example.org", "en", "Europe/Brussels"},
		soul{"Ilse Bos", "ilse@example.org", "nl", "Europe/Brussels"},
		soul{"Koen Wouters", "koen@example.org", "nl", "Europe/Brussels"},
	)
	s.join()
	for who, hours := range map[string][2]string{"ilse@example.org": {"12:00", "14:00"}, "koen@example.org": {"09:00", "18:00"}} { // who could be told apart by them
		var week []object
		for _, day := range []string{"mon", "tue", "wed", "thu", "fri"} {
			week = append(week, object{"weekday": day, "from": hours[0], "until": hours[1]})
		}
		s.patch(who, "/api/v1/me", object{"availability": week})
	}
	s.signsUp(s.programme, "Noor Pauwels", "noor@example.org")
	s.asksFor(s.programme, "fien@example.org", "Fien De Bruyn")
	s.press(s.letter("fien@example.org").link("yes"), nil)
	s.begin()
	w := &watcher{story: s, absent: "ilse@example.org", other: "koen@example.org", ids: map[string]string{}}
	if swapped {
		w.absent, w.other = w.other, w.absent
	}
	w.hasToken(owner)
	w.hasToken("fien@example.org")
	w.passes("2018-02-20", "2018-02-20", false)
	w.votes("2018-02-27")
	w.passes("2018-03-06", "2018-03-08", true)
	w.passes("2018-03-13", "2018-03-13", false)
	s.until("2018-03-15T09:00:00Z")
	s.must(w.absent, http.MethodPut, s.circle+"/absences", object{"items": []object{{"from_on": "2018-04-01", "until_on": "2018-04-08"}}})
	s.post(w.absent, s.circle+"/messages", object{"text": "Ik ben er een week niet."})
	w.passes("2018-03-20", "2018-03-22", true)
	s.post("sam@example.org", s.circle+"/slot", object{"weekday": "thu", "time": "12:30", "from_on": "2018-03-29"})
	w.passes("2018-03-29", "2018-03-29", false)
	w.passes("2018-04-05", "2018-04-05", true)
	w.hesitates("2018-04-12")
	s.cast = append(s.cast, soul{"Noor Pauwels", "noor@example.org", "nl", "Europe/Brussels"}, soul{"Fien De Bruyn", "fien@example.org", "nl", "Europe/Brussels"})
	return w.read
}

// watcher reads what facilitators can, while two members answer in turn.
type watcher struct {
	*story
	absent  string // says no where the other of the two says yes
	other   string
	replans []string // previews, by id
	ids     map[string]string
	read    []string
}

// votes lets too few be able to come to a session: the one of the two and two more cannot. The circle votes on other
// dates, the one against what the other is for, and moves; then the session is held.
func (w *watcher) votes(date string) {
	w.Helper()
	session := w.session(date)
	w.until(written(instant(w.T, session.text("starts_at")).AddDate(0, 0, -5)))
	for _, who := range []string{w.absent, "bart@example.org", "hanne@example.org"} {
		w.must(who, http.MethodPut, "/api/v1/sessions/"+session.text("id")+"/rsvp", object{"answer": "no"})
	}
	w.settle()
	proposal := w.get("sam@example.org", w.circle+"/date-proposals").items()[0]
	vote := func(who string, place int, suits bool) {
		option := proposal.text(fmt.Sprintf("options.%d.id", place))
		w.must(who, http.MethodPut, "/api/v1/date-proposals/"+proposal.text("id")+"/votes", object{"votes": []object{{"option_id": option, "suits": suits}}})
	}
	vote(w.absent, 0, false)
	vote(w.other, 0, true)
	w.previews("sam@example.org", object{"kind": "skip", "session_id": session.text("id")})
	w.looks()
	w.seenBySam("/api/v1/date-proposals/" + proposal.text("id"))
	for _, one := range w.cast {
		vote(one.email, 1, true)
	}
	w.settle()
	moved := w.get("sam@example.org", "/api/v1/sessions/"+session.text("id"))
	if to := moved.text("local.date"); to == date {
		w.Fatalf("the vote moved nothing: %s", moved)
	} else {
		w.passes(to, to, false)
	}
}

// hesitates lets too few say that they come, the one of the two among the silent. They are asked a day ahead, and one
// more says yes. Meanwhile a member and a facilitator look at what a move would be while the one was to be away.
func (w *watcher) hesitates(date string) {
	w.Helper()
	session := w.session(date)
	starts := instant(w.T, session.text("starts_at"))
	w.until(written(starts.AddDate(0, 0, -2)))
	says := func(who string) {
		w.must(who, http.MethodPut, "/api/v1/sessions/"+session.text("id")+"/rsvp", object{"answer": "yes"})
	}
	says(w.other)
	says("sam@example.org")
	w.until(written(starts.Add(-23 * time.Hour)))
	later := object{"kind": "move", "session_id": session.text("id"), "date": w.nextDay(date), "time": "12:30"}
	w.previews("sam@example.org", later)
	w.note(owner, "previews", http.StatusCreated, w.previews(owner, later).String())
	w.looks()
	w.seenBySam("/api/v1/sessions/" + session.text("id"))
	says("bart@example.org")
	w.until(session.text("ends_at"))
	w.press(w.asked().link("held"), nil)
	w.settle()
	w.looks()
}

// previews looks at what a change of dates would be; whoever may see it finds it from then on.
func (w *watcher) previews(who string, step object) object {
	w.Helper()
	preview := w.post(who, w.circle+"/replans", step)
	w.replans = append(w.replans, preview.text("id"))
	return preview
}

func (w *watcher) nextDay(date string) string {
	w.Helper()
	on, err := wall.ParseDate(date)
	if err != nil {
		w.Fatal(err)
	}
	return on.AddDays(1).String()
}

// seenBySam notes what a member of the circle reads.
func (w *watcher) seenBySam(path string) {
	w.Helper()
	status, body := w.asks("sam@example.org", path)
	w.note(byMember, path, status, body)
}

// passes lets a session pass, moved before when to is another day: one of the two says no and the other yes, and its host
// records that it was held. Whoever leads it comes. With look everything is read before it and after it.
func (w *watcher) passes(date, to string, look bool) {
	w.Helper()
	session := w.session(date)
	starts := instant(w.T, session.text("starts_at"))
	w.until(written(starts.AddDate(0, 0, -2)))
	if to != date {
		w.post("hanne@example.org", "/api/v1/sessions/"+session.text("id")+"/move", object{"date": to, "time": "12:30"})
		session = w.session(to)
		starts = instant(w.T, session.text("starts_at"))
	}
	path := "/api/v1/sessions/" + session.text("id")
	host := w.leader(session)
	differ := host != "Ilse" && host != "Koen"
	for _, one := range w.cast {
		said := "yes"
		if one.email == w.absent && differ {
			said = "no"
		}
		w.must(one.email, http.MethodPut, path+"/rsvp", object{"answer": said})
	}
	w.until(written(starts.Add(-20 * time.Minute)))
	if look {
		w.looks()
	}
	if look && differ {
		w.seenBySam(path)
	}
	w.until(session.text("ends_at"))
	w.press(w.asked().link("held"), nil)
	w.settle()
	if look {
		w.looks()
	}
}

// looks asks everything that a facilitator can, as the owner and as another, by token and by cookie.
func (w *watcher) looks() {
	w.Helper()
	for _, who := range []string{owner, "fien@example.org"} {
		b := w.signsIn(who)
		for _, path := range w.paths() {
			status, body := w.asks("token of "+who, path)
			w.note(who+" by token", path, status, body)
			status, body, _ = b.open(http.MethodGet, path, nil)
			w.note(who+" by cookie", path, status, body)
		}
	}
}

// asks asks with the token of somebody.
func (w *watcher) asks(as, path string) (status int, body string) {
	w.Helper()
	request := httptest.NewRequestWithContext(w.Context(), http.MethodGet, path, nil)
	request.Header.Set("Authorization", "Bearer "+w.tokenOf(as))
	recorder := httptest.NewRecorder()
	w.service.echo.ServeHTTP(recorder, request)
	return recorder.Code, recorder.Body.String()
}

// hasToken gives somebody a bearer token for everything that she may.
func (w *watcher) hasToken(who string) {
	w.Helper()
	raw, _, err := w.service.tokens.IssueFor(w.Context(), who, identity.TokenDraft{Name: "report", Scopes: []string{identity.ScopeAll}})
	if err != nil {
		w.Fatal(err)
	}
	w.tokens["token of "+who] = raw
}

// paths are all GET operations of the contract, about everything there is in the story.
func (w *watcher) paths() (all []string) {
	w.Helper()
	values := map[string][]string{
		"programme_id": {strings.TrimPrefix(w.programme, "/api/v1/programmes/")}, "circle_id": {w.circleID()},
		"session_id": w.idsOf(w.circle + "/sessions"), "member_id": w.idsOf(w.circle + "/members"),
		"application_id": w.idsOf(w.programme + "/applications"), "proposal_id": w.idsOf(w.circle + "/date-proposals"), "replan_id": append(w.idsOf(w.circle+"/replans"), w.replans...), "guide_set": {"wol"}, "week": {"4"}, "token": {"x"},
	}
	for _, o := range contract.Operations() {
		if o.Method != http.MethodGet {
			continue
		}
		paths := []string{o.Path + w.query(o.ID)}
		for _, name := range regexp.MustCompile(`:[a-z_]+`).FindAllString(o.Path, -1) {
			known := values[name[1:]]
			if len(known) == 0 {
				w.Fatalf("%s: the story has no %s", o.ID, name)
			}
			var filled []string
			for _, path := range paths {
				for _, value := range known {
					filled = append(filled, strings.Replace(path, name, value, 1))
				}
			}
			paths = filled
		}
		all = append(all, paths...)
	}
	return all
}

// query is what an operation wants to be asked with.
func (w *watcher) query(operation string) string {
	return map[string]string{"previewBegin": "?starts_on=2018-06-05", "listLetters": "?state=sent"}[operation]
}

func (w *watcher) idsOf(path string) (ids []string) {
	w.Helper()
	for _, one := range w.get(owner, path).items() {
		ids = append(ids, one.text("id"))
	}
	return ids
}

var anyID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}|/calendar/[a-z2-7]+`)

// note keeps an answer, with ids, and the asking person's own secret address made of one, replaced by the order in which they first stood in any answer: the only thing that two
// tellings of one story may differ by.
func (w *watcher) note(who, path string, status int, body string) {
	said := fmt.Sprintf("%s, %s: GET %s: %d %s", w.now().Format(time.RFC3339), who, path, status, body)
	w.read = append(w.read, anyID.ReplaceAllStringFunc(said, func(id string) string {
		if w.ids[id] == "" {
			w.ids[id] = fmt.Sprintf("#%d", len(w.ids)+1)
		}
		return w.ids[id]
	}))
}
