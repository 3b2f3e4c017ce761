package api

import (
	"bytes"
	"context"
	"encoding/csv"
	"net/http"
	"strings"
	"time"
	"unicode"

	"kring/api/contract"
	"kring/circles"
	"kring/internal/page"
	"kring/internal/wall"
)

// byteOrderMark tells Excel that a file is UTF-8; without it, every é that a Flemish name has comes out as two signs.
const byteOrderMark = "\ufeff"

// columns are the cells of an application in an exported table; their headings are "api.column.<name>".
var columns = []string{
	"name", "email", "state", "letter_language", "speaks", "zone", "availability", "team", "department", "location",
	"experience", "confirmed_at", "created_at", "id",
}

// ExportApplications answers the waiting list as a table. It is written whole before its first byte goes out, so that
// half a list never looks like a whole one.
func (a *API) ExportApplications(ctx context.Context, r contract.ExportApplicationsRequestObject) (contract.ExportApplicationsResponseObject, error) {
	in := callOf(ctx)
	var out bytes.Buffer
	table := newTable(&out, given(r.Params.Separator, contract.ExportApplicationsParamsSeparatorComma))
	table.row(list(columns, func(name string) string { return a.texts.Say(in.lang, "api.column."+name, nil) }))
	state := circles.ApplicationState(given(r.Params.State, ""))
	for after := (page.Cursor{}); ; {
		found, err := a.circles.Applications(ctx, in.actor, r.ProgrammeId, state, after, page.MaxLimit)
		if err != nil {
			return nil, err
		}
		for _, one := range found.Items {
			table.row(a.cells(one, in.lang))
		}
		if found.Next == "" {
			return csvAnswer{table.end(), a.file("kring-applications", "csv")}, nil
		}
		if after, err = page.Parse(found.Next); err != nil {
			return nil, err
		}
	}
}

func (a *API) cells(one circles.Applicant, lang string) []string {
	return []string{
		one.Name, one.Email, a.texts.Say(lang, "api.application."+string(one.State), nil), one.LetterLanguage, strings.Join(one.Speaks, " "),
		one.Zone, strings.Join(list(one.Availability.Hours(), hoursCell), ", "), one.Team, one.Department, one.Location,
		one.Experience, instantCell(one.ConfirmedAt), instantCell(&one.CreatedAt), one.ID,
	}
}

func hoursCell(h wall.Hours) string { return h.Weekday + " " + h.From + "-" + h.Until }

func instantCell(at *time.Time) string {
	if at == nil {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}

// table writes rows as CSV (RFC 4180) that a spreadsheet may open.
type table struct {
	out *bytes.Buffer
	csv *csv.Writer
}

func newTable(out *bytes.Buffer, separator contract.ExportApplicationsParamsSeparator) table {
	out.WriteString(byteOrderMark)
	t := table{out, csv.NewWriter(out)}
	t.csv.UseCRLF = true
	if separator == contract.ExportApplicationsParamsSeparatorSemicolon {
		t.csv.Comma = ';'
	}
	return t
}

func (t table) row(cells []string) {
	_ = t.csv.Write(list(cells, harmless)) // a buffer takes everything
}

func (t table) end() []byte {
	t.csv.Flush()
	return t.out.Bytes()
}

// formulaic are the signs by which a cell begins that a spreadsheet takes for a formula, in every width (OWASP, "CSV
// injection"). A tab and line breaks go before a sign that would else be seen.
const formulaic = "=+-@\t\r\n＝＋－＠﹦﹢﹣﹫"

// harmless puts an apostrophe before what a spreadsheet would take for a formula: at the beginning of a cell, and behind
// whatever a reader with another idea of separators and quotes could take for the end of one.
func harmless(cell string) string {
	var out strings.Builder
	begins := true
	for _, r := range cell {
		if begins && strings.ContainsRune(formulaic, r) {
			out.WriteByte('\'')
			begins = false
		}
		out.WriteRune(r)
		switch {
		case strings.ContainsRune(",;|\"\t\r\n", r):
			begins = true
		case !unicode.IsSpace(r) && !unicode.In(r, unicode.Cf):
			begins = false
		}
	}
	return out.String()
}

// csvAnswer is a table as an answer; the generated one would leave out the charset.
type csvAnswer struct {
	body []byte
	name *string
}

// VisitExportApplicationsResponse is asked by the generated code.
func (c csvAnswer) VisitExportApplicationsResponse(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
	w.Header().Set("Content-Disposition", *c.name)
	w.WriteHeader(http.StatusOK)
	_, err := w.Write(c.body)
	return err
}
