package api_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"kring/api"
	"kring/circles"
	"kring/internal/database"
	"kring/internal/testkit"
)

// The three requests that have to be fast, without a network: go test -bench . ./api
func BenchmarkShowCircle(b *testing.B) {
	w, programme, token := busy(b, 60)
	one := w.circles(b, programme.ID, 1)[0]
	w.again(b, "GET", "/api/v1/circles/"+one.ID, token, "", http.StatusOK)
}

func BenchmarkListFiftyCircles(b *testing.B) {
	w, _, token := busy(b, 60)
	w.again(b, "GET", "/api/v1/circles?limit=50", token, "", http.StatusOK)
}

func BenchmarkApply(b *testing.B) {
	w, programme, _ := busy(b, 1)
	w.again(b, "POST", "/api/v1/programmes/"+programme.ID+"/applications", "", `{"name":"Ann Maes","email":"ann%d@example.org",`+
		`"letter_language":"nl","speaks":["nl","en"],"zone":"Europe/Brussels","availability":[`+
		`{"weekday":"mon","from":"09:00","until":"12:00"},{"weekday":"tue","from":"13:00","until":"17:00"}],"team":"Sales"}`, http.StatusAccepted)
}

// busy is a facilitator with a programme of n circles.
func busy(b *testing.B, n int) (*world, circles.ProgrammeView, string) {
	b.Helper()
	db, err := database.Open(b.Context(), database.Options{URL: testkit.SQLite(b)}) // not strictly: that costs
	must(b, err)
	b.Cleanup(func() { must(b, db.Close()) })
	w := newWorld(b, db)
	w.web = echo.New()
	w.options.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	api.New(w.options).Mount(w.web)
	p, err := w.rooms.OpenProgramme(b.Context(), w.owner, circles.ProgrammeDraft{
		Name: "Pilot", Purpose: "To learn aloud", GuideSet: "wol", Language: "nl", Zone: "Europe/Brussels", Holidays: "be", SignupOpen: true,
	})
	must(b, err)
	for i := range n {
		_, err := w.rooms.OpenCircle(b.Context(), w.owner, circles.CircleDraft{
			ProgrammeID: p.ID, Name: fmt.Sprintf("Circle %d", i), Seats: 5, VideoLink: "https://meet.example.org/kring",
			Members: []circles.Invitee{{Name: "Els Maes", Email: fmt.Sprintf("els%d@example.org", i), LetterLanguage: "nl"}},
		})
		must(b, err)
	}
	return w, p, w.token(w.owner.PersonID)
}

func (w *world) circles(t testing.TB, programmeID string, limit int) []circles.CircleView {
	t.Helper()
	found, err := w.rooms.Circles(t.Context(), w.owner, programmeID, "", pageOne, limit)
	must(t, err)
	return found.Items
}

func (w *world) again(b *testing.B, method, path, token, body string, status int) {
	b.Helper()
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n++
		sent := body
		if strings.Contains(body, "%d") {
			sent = fmt.Sprintf(body, n)
		}
		req := httptest.NewRequest(method, path, strings.NewReader(sent))
		if body != "" {
			req.Header.Set("Content-Type", "application/json")
		}
		if token != "" {
			req.Header.Set("Authorization", "Bearer "+token)
		}
		rec := httptest.NewRecorder()
		w.web.ServeHTTP(rec, req)
		if rec.Code != status {
			b.Fatalf("%d %s", rec.Code, rec.Body)
		}
	}
}
