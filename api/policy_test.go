package api_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"kring/internal/database"
	"kring/internal/page"
)

var pageOne page.Cursor

// whom are the columns of the table below.
var whom = []string{nobody, stranger, otherMember, applicant, member, host, facilitator, facilitatorMember}

// row is what an operation answers to each of whom, and what it is asked with. Ids in the path are those of the cast,
// seats are the member's own.
type row struct {
	want string // status, or - for what is not theirs to see (404)
	body string
	etag bool // the operation wants an If-Match
}

// policy has a row for each operation of the contract; one without fails.
//
//	nobody · another programme's facilitator · a member of another circle · an applicant · a member · the host ·
//	a facilitator · a facilitator who is a member
var policy = map[string]row{}

var errBack = errors.New("taken back")

func TestWhoMayDoWhatOnEveryRoute(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		tokens := map[string]string{}
		for _, who := range whom[1:] {
			tokens[who] = w.token(c.actors[who].PersonID)
		}
		for i := range operations {
			o := &operations[i]
			t.Run(o.ID, func(t *testing.T) {
				r, has := policy[o.ID]
				if !has {
					t.Errorf("no row for %s %s", o.Method, o.Path)
				}
				var got []string
				for _, who := range whom {
					got = append(got, c.try(t, tokens[who], o.Method, c.fill(o.Path), r))
				}
				if said := strings.Join(got, " "); said != r.want {
					t.Errorf("got  %q\nwant %q", said, r.want)
				}
			})
		}
		if loud := w.log.aboveInfo(); len(loud) > 0 {
			t.Errorf("above info: %s", loud)
		}
	})
}

// try asks and takes back whatever it did, so that the next one finds the same circle.
func (c *cast) try(t *testing.T, token, method, path string, r row) string {
	t.Helper()
	said := ""
	err := c.db.Write(t.Context(), func(tx database.Tx) error {
		req := httptest.NewRequestWithContext(database.Within(t.Context(), tx), method, path, bytes.NewReader([]byte(r.body)))
		if r.body != "" {
			req.Header.Set("Content-Type", "application/json")
		}
		if r.etag {
			req.Header.Set("If-Match", "*")
		}
		if token != "" {
			req.Header.Set("Authorization", "Bearer "+token)
		}
		rec := httptest.NewRecorder()
		c.web.ServeHTTP(rec, req)
		said = fmt.Sprint(rec.Code)
		if rec.Code == 404 {
			said = "-"
		}
		if rec.Code == 422 || rec.Code >= 500 || rec.Code == 400 || rec.Code == 409 {
			t.Logf("%s %s: %s", method, path, rec.Body)
		}
		return errBack
	})
	if !errors.Is(err, errBack) {
		t.Fatal(err)
	}
	return said
}

// fill puts the ids of the cast into a path.
func (c *cast) fill(path string) string {
	return strings.NewReplacer(
		":programme_id", c.programme.ID, ":circle_id", c.circle.ID, ":member_id", c.seats[member].ID,
		":person_id", c.actors[facilitatorMember].PersonID, ":application_id", c.application.ID,
		":session_id", c.hostSession.ID, ":motion_id", c.motion.ID, ":guide_set", "wol", ":week", "1",
	).Replace(path)
}

func TestEveryRowIsOfAnOperation(t *testing.T) {
	for id := range policy {
		if !slices.ContainsFunc(operations, func(o contractOperation) bool { return o.ID == id }) {
			t.Errorf("%s is no operation", id)
		}
	}
}
