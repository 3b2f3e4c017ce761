package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"kring/internal/database"
	"kring/internal/testkit"
)

// journalDetails are the names of all details that stand in the journal, and what each may say: a date, an instant, an
// hour, a number, a code of ours or an id. Whoever adds one says so here, and means nothing that somebody wrote, answered
// or is called.
var journalDetails = map[string]string{
	"from":       "a guide week",
	"from_on":    "a date",
	"replan":     "an id",
	"reason":     "a code: why a circle ended, or what its health saw",
	"returns_on": "a date",
	"starts_at":  "an instant",
	"time":       "an hour",
	"to":         "a guide week",
	"until_on":   "a date",
	"verdict":    "a code",
	"weekday":    "a code",
}

// Every map of texts that a file which writes the journal spells out is looked at, so that no name gets in unseen.
func TestEveryDetailOfTheJournalIsKnown(t *testing.T) {
	found := map[string]bool{}
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil || !writesJournal(string(source)) {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, source, 0)
		if err != nil {
			return err
		}
		for name := range namesOfDetails(file) {
			if found[name] = true; journalDetails[name] == "" {
				t.Errorf("%s writes the detail %q: say in journalDetails what it may hold", path, name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range journalDetails {
		if !found[name] {
			t.Errorf("nobody writes the detail %q", name)
		}
	}
}

// writesJournal says whether a file adds to the journal, itself or through its room's own helper.
func writesJournal(source string) bool {
	return strings.Contains(source, "journal.Entry") || strings.Contains(source, ".journal(") || strings.Contains(source, ".note(") || strings.Contains(source, "change(tx, actor")
}

// namesOfDetails are the keys of every map[string]string in a file, written as a literal or given one by one to a
// variable called details.
func namesOfDetails(file *ast.File) map[string]bool {
	names := map[string]bool{}
	add := func(e ast.Expr) {
		if text, is := e.(*ast.BasicLit); is && text.Kind == token.STRING {
			if name, err := strconv.Unquote(text.Value); err == nil {
				names[name] = true
			}
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CompositeLit:
			if is, ok := n.Type.(*ast.MapType); ok && isText(is.Key) && isText(is.Value) {
				for _, element := range n.Elts {
					if pair, ok := element.(*ast.KeyValueExpr); ok {
						add(pair.Key)
					}
				}
			}
		case *ast.IndexExpr:
			if variable, ok := n.X.(*ast.Ident); ok && variable.Name == "details" {
				add(n.Index)
			}
		}
		return true
	})
	return names
}

func isText(e ast.Expr) bool {
	name, is := e.(*ast.Ident)
	return is && name.Name == "string"
}

// noted is a line of the journal as it is stored.
type noted struct{ ActorID, SubjectID, Action, Details string }

func (s *story) entries() (all []noted) {
	s.Helper()
	err := s.service.db.Read(s.Context(), func(tx database.Tx) error {
		return tx.Gorm().Raw(`select coalesce(cast(actor_id as text), '') as actor_id, coalesce(cast(subject_id as text), '') as subject_id,
			action, details from journal order by id`).Scan(&all).Error
	})
	if err != nil {
		s.Fatal(err)
	}
	return all
}

// What somebody answers, votes or says about coming leaves no line in the journal, and nothing that anybody wrote, is
// called or is reached by is in it, after a whole life.
func TestTheJournalTellsNobodysAnswers(t *testing.T) {
	tell(t, "2018-02-12T08:00:00Z", func(s *story) {
		s.smallLife()
		next := s.session("2018-03-06").text("id")
		motion := s.proposes()
		written := len(s.entries())
		for _, one := range s.cast {
			for _, answer := range []string{"yes", "unsure", "no"} {
				s.must(one.email, http.MethodPut, "/api/v1/sessions/"+next+"/rsvp", object{"answer": answer})
			}
			s.must(one.email, http.MethodPut, s.circle+"/absences", object{"items": []object{{"from_on": "2018-05-01", "until_on": "2018-05-02"}}})
		}
		s.vote(next)
		if more := s.entries()[written:]; len(more) > 0 {
			s.Errorf("answers left lines in the journal: %+v", more)
		}
		s.post(bert.email, "/api/v1/motions/"+motion+"/object", object{})
		for _, e := range s.entries()[written:] {
			if e.ActorID != "" {
				s.Errorf("the journal says who objected: %+v", e)
			}
		}
		s.until("2018-03-01T12:00:00Z")
		s.must(bert.email, http.MethodPut, "/api/v1/sessions/"+s.session("2018-02-27").text("id")+"/outcome", object{"outcome": "held"})
		s.until("2018-03-20T12:00:00Z")
		s.namesNobody(s.entries())
	})
}

// vote lets everybody say that the dates offered instead of a session do not suit, and think better of one.
func (s *story) vote(session string) {
	s.Helper()
	for _, proposal := range s.get(bert.email, s.circle+"/date-proposals").items() {
		if proposal.text("session_id") != session || proposal.text("state") != "open" {
			continue
		}
		for _, one := range s.cast {
			for _, suits := range []bool{true, false} {
				s.must(one.email, http.MethodPut, "/api/v1/date-proposals/"+proposal.text("id")+"/votes", object{
					"votes": []object{{"option_id": proposal.text("options.0.id"), "suits": suits}},
				})
			}
		}
		return
	}
	s.Fatal("nobody could come, and there is no vote")
}

// proposes lets Anke propose to end the circle once more.
func (s *story) proposes() (motion string) {
	s.Helper()
	s.post(anke.email, s.circle+"/end", object{"reason": "goals", "text": "Het is wel klaar zo."})
	return s.get(bert.email, s.circle+"/motions").items()[0].text("id")
}

// namesNobody looks in lines of the journal for what is said, written and kept of the people of the story.
func (s *story) namesNobody(entries []noted) {
	s.Helper()
	var never []string
	for _, one := range append(s.cast, soul{name: "Els Maes", email: owner}) {
		first, last, _ := strings.Cut(one.name, " ")
		never = append(never, one.email, first, last)
	}
	never = append(never, "druk", "klaar", "dinsdag", "Zaal", "video", "krg_", `"yes"`, `"no"`, `"unsure"`)
	never = append(never, s.secretsKept()...)
	for _, e := range entries {
		for _, text := range never {
			if strings.Contains(e.Action+" "+e.Details, text) {
				s.Errorf("%q stands in %+v", text, e)
			}
		}
	}
	actions := map[string]bool{}
	for _, e := range entries {
		actions[e.Action] = true
	}
	for _, want := range []string{"seat-accepted", "begun", "message-written", "proposed-end", "motion-fell", "session-held", "application-confirmed", "facilitator-added", "token-issued"} {
		if !actions[want] {
			s.Errorf("this life has no %s: %v", want, slices.Sorted(maps.Keys(actions)))
		}
	}
}

// secretsKept are the values of all secret columns.
func (s *story) secretsKept() (all []string) {
	s.Helper()
	marks := marks()
	schema := testkit.ReadSchema(s.T, s.service.db)
	err := s.service.db.Read(s.Context(), func(tx database.Tx) error {
		for _, table := range schema {
			for _, c := range table.Columns {
				if marks[table.Name+"."+c.Name] != "secret" {
					continue
				}
				var found []string
				if err := tx.Gorm().Table(table.Name).Where(c.Name+" is not null").Pluck(c.Name, &found).Error; err != nil {
					return err
				}
				all = append(all, found...)
			}
		}
		return nil
	})
	if err != nil || len(all) == 0 {
		s.Fatalf("%d secrets, %v", len(all), err)
	}
	return all
}
