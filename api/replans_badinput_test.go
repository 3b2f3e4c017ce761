package api_test

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"kring/internal/wall"
)

// wrongStep is a step that is refused.
type wrongStep struct {
	body   any
	status int
	found  []string // pointer and code of each faulty field
	code   string   // of the problem, where no field is at fault
}

// wrongSteps are all the ways in which a change of dates can be asked for wrongly.
func (c *cast) wrongSteps() map[string]wrongStep {
	second, third := c.sessions[1], c.sessions[2]
	on := func(s string, days int) string {
		return c.day(slices.Index([]string{"first", "second", "third"}, s), days)
	}
	next := wall.TimeOfDayOf(third.StartsAt.Add(30*time.Minute), c.zone()).String()
	step := func(kind string, more map[string]any) map[string]any {
		whole := map[string]any{"kind": kind}
		for name, value := range more {
			whole[name] = value
		}
		return whole
	}
	to := func(date, at string) map[string]any {
		return map[string]any{"session_id": second.ID, "date": date, "time": at}
	}
	return map[string]wrongStep{
		"nothing":               {body: `{}`, found: []string{"/kind required"}},
		"a step that is none":   {body: `{"kind":"teleport"}`, found: []string{"/kind not-one-of"}},
		"an undo in disguise":   {body: `{"kind":"undo","undoes_id":"` + nobodyID + `"}`, found: []string{"/kind not-one-of", "/undoes_id unknown-field"}},
		"fields of other steps": {body: step("skip", map[string]any{"session_id": second.ID, "weeks": 2, "until_on": on("third", 0)}), found: []string{"/until_on not-of-this-kind", "/weeks not-of-this-kind"}},
		"wrong in every way at once": {
			body: `{"kind":"new_slot","weekday":"maandag","time":"25:00","from_on":"2027-02-30","weeks":"two","colour":"red","session_id":7}`,
			found: []string{
				"/weekday not-one-of", "/time wrong-form", "/from_on not-a-date", "/weeks not-a-whole-number", "/colour unknown-field", "/session_id not-a-text",
				"/session_id not-of-this-kind", "/weeks not-of-this-kind",
			},
		},
		"what a step lacks":             {body: `{"kind":"break"}`, found: []string{"/from_on required", "/until_on required"}},
		"nulls":                         {body: `{"kind":"move","session_id":null,"date":null}`, found: []string{"/session_id not-null", "/date not-null"}},
		"a shift of no weeks":           {body: `{"kind":"shift","weeks":0}`, found: []string{"/weeks not-between"}},
		"a shift of a year":             {body: `{"kind":"shift","weeks":53}`, found: []string{"/weeks not-between"}},
		"a list of steps":               {body: `[{"kind":"add"}]`, found: []string{" not-an-object"}},
		"two kinds":                     {body: `{"kind":"add","kind":"skip"}`, found: []string{"/kind duplicate-field"}},
		"a move into the past":          {body: step("move", to("2020-01-07", "12:30")), found: []string{"/date in-the-past"}},
		"a move of all into the past":   {body: step("move_later", to("2020-01-07", "12:30")), found: []string{"/date in-the-past"}},
		"a move onto another session":   {body: step("move", to(on("third", 0), next)), found: []string{"/time overlaps-session"}},
		"a move into a clock gap":       {body: step("move", to(c.nextGap().String(), "02:30")), found: []string{"/time clock-gap"}},
		"a move beyond what is planned": {body: step("move", to("2199-01-01", "12:30")), found: []string{"/date too-far"}},
		"one more beyond all":           {body: step("add", map[string]any{"date": "2199-01-01"}), found: []string{"/date too-far"}},
		"a break beyond all":            {body: `{"kind":"break","from_on":"2199-01-01","until_on":"2199-01-05"}`, found: []string{"/from_on too-far"}},
		"a slot from beyond all":        {body: `{"kind":"new_slot","weekday":"mon","time":"12:30","from_on":"2199-01-01"}`, found: []string{"/from_on too-far"}},
		"a shift from beyond all":       {body: `{"kind":"shift","weeks":1,"from_on":"2199-01-01"}`, found: []string{"/from_on too-far"}},
		"one more in a clock gap":       {body: step("add", map[string]any{"date": c.nextGap().String(), "time": "02:15"}), found: []string{"/time clock-gap"}},
		"one more on another session":   {body: step("add", map[string]any{"date": on("third", 0), "time": next}), found: []string{"/time overlaps-session"}},
		"one more in the past":          {body: step("add", map[string]any{"date": "2020-01-07"}), found: []string{"/date in-the-past"}},
		"one more at an hour of no day": {body: step("add", map[string]any{"time": "12:30"}), found: []string{"/date required"}},
		"some more on one date":         {body: step("add", map[string]any{"date": on("third", 1), "count": 3}), found: []string{"/count not-for-this-step"}},
		"more than can be":              {body: step("add", map[string]any{"count": 61}), found: []string{"/count not-between"}},
		"a session that nobody has":     {body: step("skip", map[string]any{"session_id": nobodyID}), status: http.StatusNotFound, code: "not-found"},
		"a slot that began long ago":    {body: `{"kind":"new_slot","weekday":"mon","time":"12:30","from_on":"2020-01-01"}`, found: []string{"/from_on in-the-past"}},
		"a shift from long ago":         {body: `{"kind":"shift","weeks":1,"from_on":"2020-01-01"}`, found: []string{"/from_on in-the-past"}},
		"a break that ends before it begins": {
			body: step("break", map[string]any{"from_on": on("third", 3), "until_on": on("third", 1)}), found: []string{"/until_on before-from"},
		},
		"a break in the past":           {body: `{"kind":"break","from_on":"2020-01-01","until_on":"2020-01-07"}`, found: []string{"/until_on in-the-past"}},
		"a break that swallows the run": {body: step("break", map[string]any{"from_on": on("first", 0), "until_on": on("first", 120)}), found: []string{"/until_on break-too-long"}},
		"a break over another":          {body: step("break", map[string]any{"from_on": on("third", 30), "until_on": on("third", 35)}), status: http.StatusConflict, code: "break-overlaps"},
	}
}

func (c *cast) zone() *time.Location {
	loc, err := wall.LoadZone(c.circle.Zone)
	must(c.t, err)
	return loc
}

// TestAWrongStepNamesEveryFaultAndChangesNothing asks for each as a preview; nothing at all is written, whoever asks and in
// whichever language.
func TestAWrongStepNamesEveryFaultAndChangesNothing(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		kept := map[string]any{"kind": "break", "from_on": c.day(2, 28), "until_on": c.day(2, 34)}
		c.commits(host, c.looked(host, kept).status(http.StatusCreated).text("id"), nil, nil).status(http.StatusOK)
		tokens := map[string]string{member: c.bearer(member), facilitator: c.bearer(facilitator)}
		before := c.before(member)
		for name, in := range c.wrongSteps() {
			t.Run(name, func(t *testing.T) {
				said := map[string]bool{}
				for _, lang := range []string{"nl", "en"} {
					for who, token := range tokens {
						got := w.send(request{
							method: "POST", path: "/api/v1/circles/" + c.circle.ID + "/replans", token: token, body: in.body, crooked: true,
							headers: map[string]string{"Accept-Language": lang, "Idempotency-Key": "wrong"},
						})
						got.t = t
						got.status(cmp.Or(in.status, http.StatusUnprocessableEntity))
						said[got.sentences()] = true
						found := slices.Sorted(slices.Values(got.pointers()))
						if want := slices.Sorted(slices.Values(in.found)); !slices.Equal(found, want) || in.code != "" && got.text("code") != in.code {
							t.Errorf("%s: %s\nfound %q\nwant  %q", who, got.text("code"), found, want)
						}
					}
				}
				if len(said) != 2 {
					t.Errorf("not two languages for all: %v", said)
				}
			})
		}
		unwritten(t, before, w.rows())
		if loud := w.log.aboveInfo(); len(loud) > 0 {
			t.Errorf("above info: %s", loud)
		}
	})
}

// sentences are all that a problem says to people.
func (a answer) sentences() string {
	a.t.Helper()
	said := []string{a.text("title")}
	errors, _ := a.json()["errors"].([]any)
	for _, one := range errors {
		said = append(said, one.(map[string]any)["message"].(string))
	}
	return strings.Join(said, "\n")
}
