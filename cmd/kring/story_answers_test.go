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
		if all := strings.Join(one, ""); !strings.Contains(all, "dates_shift") || strings.Count(all, byMember) < 2 || strings.Contains(all, ": 500 ") {
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
	s.signsUp(s.programme, "Noor Pauwels", "noor@example.org")
	s.asksFor(s.programme, "fien@example.org", "Fien De Bruyn")
	s.press(s.letter("fien@example.org").link("yes"), nil)
	s.begin()
	w := &watcher{story: s, absent: "ilse@example.org", ids: map[string]string{}}
	if swapped {
		w.absent = "koen@example.org"
	}
	w.hasToken(owner)
	w.hasToken("fien@example.org")
	w.passes("2018-02-20", "2018-02-20", false)
	w.passes("2018-02-27", "2018-02-27", false)
	w.passes("2018-03-06", "2018-03-08", true)
	w.passes("2018-03-13", "2018-03-13", false)
	s.until("2018-03-15T09:00:00Z")
	s.must(w.absent, http.MethodPut, s.circle+"/absences", object{"items": []object{{"from_on": "2018-04-01", "until_on": "2018-04-08"}}})
	s.post(w.absent, s.circle+"/messages", object{"text": "Ik ben er een week niet."})
	w.passes("2018-03-20", "2018-03-22", true)
	s.post("sam@example.org", s.circle+"/slot", object{"weekday": "thu", "time": "12:30", "from_on": "2018-03-29"})
	w.passes("2018-03-29", "2018-03-29", false)
	w.passes("2018-04-05", "2018-04-05", true)
	s.cast = append(s.cast, soul{"Noor Pauwels", "noor@example.org", "nl", "Europe/Brussels"}, soul{"Fien De Bruyn", "fien@example.org", "nl", "Europe/Brussels"})
	return w.read
}

// watcher reads what facilitators can, while two members answer in turn.
type watcher struct {
	*story
	absent string // says no where the other of the two says yes
	ids    map[string]string
	read   []string
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
		status, body := w.asks("sam@example.org", path)
		w.note(byMember, path, status, body)
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
		"application_id": w.idsOf(w.programme + "/applications"), "guide_set": {"wol"}, "week": {"4"}, "token": {"x"},
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

var anyID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)

// note keeps an answer, with ids replaced by the order in which they first stood in any answer: the only thing that two
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
