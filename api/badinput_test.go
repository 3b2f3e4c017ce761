package api_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"kring/internal/wall"
)

// nextGap is the next date on which clocks in Brussels jump from 2:00 to 3:00: the last Sunday of March (directive
// 2000/84/EC).
func (c *cast) nextGap() wall.Date {
	today := wall.DateOf(c.clock.Now(), time.UTC)
	for year := today.Year; ; year++ {
		last := wall.NewDate(year, time.March, 31)
		if gap := last.AddDays(-int(last.Weekday())); gap.After(today) {
			return gap
		}
	}
}

func TestBadInputNamesEveryFaultAndWritesNothing(t *testing.T) {
	long := strings.Repeat("é", 10000)
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		owner, member := w.token(w.owner.PersonID), w.token(c.actors[member].PersonID)
		circle, session := "/api/v1/circles/"+c.circle.ID, "/api/v1/sessions/"+c.hostSession.ID
		apply := "/api/v1/programmes/" + c.programme.ID + "/applications"
		form := func(more map[string]any) map[string]any {
			whole := map[string]any{
				"name": "Ann", "email": "ann@example.org", "letter_language": "nl", "speaks": []string{"nl"},
				"zone": "Europe/Brussels", "availability": []any{map[string]any{"weekday": "mon", "from": "09:00", "until": "12:00"}},
			}
			for name, value := range more {
				whole[name] = value
			}
			return whole
		}
		cases := map[string]struct {
			method, path, token string
			body                any
			status              int
			found               []string
		}{
			"a form full of faults": {
				"POST", apply, "", `{"name":"","email":7,"speaks":[],"zone":"Mars/Olympus","availability":[{"weekday":"maandag","from":"9","until":"12:00"}],"colour":"red"}`, 422,
				[]string{"/name required", "/email not-a-text", "/letter_language required", "/zone not-a-zone", "/availability/0/weekday not-one-of", "/availability/0/from wrong-form", "/colour unknown-field"},
			},
			"what the form means is wrong": {
				"POST", apply, "", form(map[string]any{
					"name": "Ann\nMaes", "email": "ann@example.org\r\nBcc: all@example.org", "zone": "Mars/Olympus", "speaks": []string{},
					"availability": []any{map[string]any{"weekday": "mon", "from": "12:00", "until": "09:00"}}, "team": "a\tb",
				}), 422,
				[]string{"/name not-one-line", "/email not-an-address", "/zone not-a-zone", "/speaks required", "/availability/0/until hours-until-before-from", "/team not-one-line"},
			},
			"a form that is wrong in its kind and in its meaning": {
				"POST", apply, "", form(map[string]any{
					"name": long, "email": "ann@example.org\r\nBcc: all@example.org", "zone": "Mars/Olympus", "team": "a\tb", "location": "a\u2028b",
				}), 422,
				[]string{"/name too-long", "/email not-an-address", "/zone not-a-zone", "/team not-one-line", "/location not-one-line"},
			},
			"names of 10,000 characters": {
				"POST", apply, "", form(map[string]any{"name": long, "team": long, "zone": long, "email": long}), 422,
				[]string{"/name too-long", "/team too-long", "/zone too-long", "/email too-long"},
			},
			"a hundred and one ranges": {
				"POST", apply, "", form(map[string]any{"availability": slices.Repeat([]any{map[string]any{"weekday": "mon", "from": "09:00", "until": "12:00"}}, 101)}), 422,
				[]string{"/availability too-many"},
			},
			"a circle that is of another programme": {
				"POST", apply, "", form(map[string]any{"circle_id": nobodyID}), 422, []string{"/circle_id no-such-circle"},
			},
			"a programme of faults": {
				"POST", "/api/v1/programmes", owner, map[string]any{
					"name": "x", "purpose": "y", "guide_set": "none", "language": "de", "zone": "Local", "holidays": "mars", "starts_on": "2199-12-31",
					"breaks": []any{map[string]any{"from_on": "2027-02-02", "until_on": "2027-02-01"}},
				}, 422,
				[]string{"/guide_set no-such-guide-set", "/zone not-a-zone", "/holidays no-such-calendar", "/breaks/0/until_on before-from"},
			},
			"dates in the year 9999": {
				"POST", "/api/v1/programmes", owner, map[string]any{
					"name": "x", "purpose": "y", "starts_on": "9999-12-31", "signup_closes_at": "9999-12-31T00:00:00Z",
				}, 422, []string{"/starts_on not-a-date"},
			},
			"an instant in the year 9999": {
				"POST", "/api/v1/programmes", owner, map[string]any{"name": "x", "purpose": "y", "signup_closes_at": "9999-12-31T00:00:00Z"}, 422,
				[]string{"/signup_closes_at not-a-date"},
			},
			"a circle with links and members that are none": {
				"POST", "/api/v1/circles", owner, map[string]any{
					"programme_id": c.programme.ID, "name": "x", "video_link": "javascript:alert(1)", "chat_link": "http://example.org", "seats": 2,
					"members": []any{map[string]any{"name": "", "email": "no"}, map[string]any{"email": "b@example.org\n"}},
				}, 422,
				[]string{"/members/0/name required", "/members/0/email not-an-address", "/video_link not-https", "/chat_link not-https"},
			},
			"links that are not https": {
				"PATCH", circle, member, map[string]any{"video_link": "javascript:alert(1)", "chat_link": "http://example.org", "venue": long[:300]}, 422,
				[]string{"/video_link not-https", "/chat_link not-https"},
			},
			"a move into the gap of a clock change": {
				"POST", session + "/move", member, map[string]any{"date": c.nextGap().String(), "time": "02:30"}, 422, []string{"/time clock-gap"},
			},
			"a move into the past": {
				"POST", session + "/move", member, map[string]any{"date": "2020-01-01", "time": "12:30"}, 422, []string{"/date in-the-past"},
			},
			"a move into the year 9999": {
				"POST", session + "/move", member, map[string]any{"date": "9999-01-01", "time": "24:30"}, 422, []string{"/date not-a-date", "/time wrong-form"},
			},
			"a pause without an end": {
				"POST", circle + "/pause", member, `{}`, 422, []string{"/returns_on required"},
			},
			"a break of a year": {
				"POST", circle + "/breaks", member, map[string]any{"from_on": c.fill("+10d"), "until_on": "2199-01-01"}, 422, []string{"/until_on break-too-long"},
			},
			"an answer that is none": {
				"PUT", session + "/rsvp", member, `{"answer":"maybe","why":"ill"}`, 422, []string{"/answer not-one-of", "/why unknown-field"},
			},
			"a host who is in another circle": {
				"PATCH", session, member, map[string]any{"host_id": nobodyID}, 422, []string{"/host_id cannot-host"},
			},
			"a guide week that is none": {
				"PUT", circle + "/guide-week", member, `{"week":55}`, 422, []string{"/week not-between"},
			},
			"absences that end before they begin": {
				"PUT", circle + "/absences", member, `{"items":[{"from_on":"2027-02-02","until_on":"2027-02-01"},{"from_on":"x"}]}`, 422,
				[]string{"/items/1/from_on not-a-date", "/items/1/until_on required"},
			},
			"an empty message": {
				"POST", circle + "/messages", member, `{"text":" \n "}`, 422, []string{"/text required"},
			},
			"a reason that is none": {
				"POST", circle + "/end", member, `{"reason":"bored"}`, 422, []string{"/reason not-one-of"},
			},
			"scopes that are none": {
				"POST", "/api/v1/tokens", owner, `{"name":"x","scopes":["all","me"],"days":0}`, 422, []string{"/days not-between"},
			},
			"scopes that do not exist": {
				"POST", "/api/v1/tokens", owner, `{"name":"x","scopes":["all","me"]}`, 422, []string{"/scopes/0 unknown-scope"},
			},
			"hours that are none": {
				"PATCH", "/api/v1/me", member, `{"availability":[{"weekday":"mon","from":"24:00","until":"24:00"}]}`, 422, nil,
			},
		}
		before := w.count()
		for name, in := range cases {
			t.Run(name, func(t *testing.T) {
				titles := map[string]bool{}
				for _, lang := range []string{"nl", "en"} {
					headers := map[string]string{"Accept-Language": lang}
					if o, _, _ := operationFor(in.method, in.path); wantsMatch(o.Method, o.Path) {
						headers["If-Match"] = "*"
					}
					got := w.send(request{method: in.method, path: in.path, token: in.token, body: in.body, headers: headers, crooked: true}).status(in.status)
					titles[got.text("title")] = true
					found := slices.Sorted(slices.Values(got.pointers()))
					if want := slices.Sorted(slices.Values(in.found)); in.found != nil && !slices.Equal(found, want) {
						t.Errorf("found %q\nwant  %q", found, want)
					}
				}
				if len(titles) != 2 {
					t.Errorf("the same words in both languages: %v", titles)
				}
			})
		}
		same(t, before, w.count())
		if loud := w.log.aboveInfo(); len(loud) > 0 {
			t.Errorf("above info: %s", loud)
		}
	})
}
