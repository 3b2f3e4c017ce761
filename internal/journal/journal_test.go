package journal

import (
	"maps"
	"strings"
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/page"
	"kring/internal/testkit"
)

var at = time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC)

func add(t *testing.T, db *database.DB, e Entry) error {
	t.Helper()
	return db.Write(t.Context(), func(tx database.Tx) error { return Add(tx, e) })
}

func pageOf(t *testing.T, db *database.DB, of Of, after string, limit int) (p page.Page[Entry]) {
	t.Helper()
	cursor, err := page.Parse(after)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Read(t.Context(), func(tx database.Tx) (err error) {
		p, err = ListIn(tx, of, cursor, limit)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestNewestFirstPageByPage(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		circle, programme := database.NewID(), database.NewID()
		actions := []string{"circle-opened", "seat-accepted", "circle-begun", "session-moved", "circle-ended"}
		for _, action := range actions {
			if err := add(t, db, Entry{At: at, ProgrammeID: programme, CircleID: circle, Action: action}); err != nil {
				t.Fatal(err)
			}
		}
		if err := add(t, db, Entry{At: at, CircleID: database.NewID(), Action: "circle-opened"}); err != nil {
			t.Fatal(err)
		}
		var got []string
		for next, pages := "", 0; pages == 0 || next != ""; pages++ {
			p := pageOf(t, db, OfCircle(circle), next, 2)
			for _, e := range p.Items {
				got = append(got, e.Action)
			}
			next = p.Next
		}
		if strings.Join(got, " ") != "circle-ended session-moved circle-begun seat-accepted circle-opened" {
			t.Errorf("got %v", got)
		}
		if p := pageOf(t, db, OfProgramme(programme), "", 50); len(p.Items) != 5 || p.Next != "" {
			t.Errorf("the programme's journal: %+v", p)
		}
		if p := pageOf(t, db, OfCircle("nonsense"), "", 50); len(p.Items) != 0 {
			t.Errorf("nobody's journal: %+v", p)
		}
	})
}

func TestAPersonReadsWhatSheDidAndWhatWasDoneToHer(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		anke, bert := database.NewID(), database.NewID()
		for _, e := range []Entry{
			{ActorID: anke, Action: "circle-opened"},
			{ActorID: bert, SubjectID: anke, Action: "facilitator-added"},
			{ActorID: bert, SubjectID: bert, Action: "facilitator-added"},
			{ActorID: anke, SubjectID: anke, Action: "address-changed"},
			{SubjectID: anke, Action: "person-erased"},
		} {
			e.At = at
			if err := add(t, db, e); err != nil {
				t.Fatal(err)
			}
		}
		var got []string
		for next, pages := "", 0; pages == 0 || next != ""; pages++ {
			p := pageOf(t, db, OfPerson(anke), next, 1)
			if len(p.Items) != 1 {
				t.Fatalf("%d entries on a page of one", len(p.Items))
			}
			got, next = append(got, p.Items[0].Action), p.Next
		}
		if strings.Join(got, " ") != "person-erased address-changed facilitator-added circle-opened" {
			t.Errorf("got %v", got)
		}
		if p := pageOf(t, db, OfPerson(database.NewID()), "", 50); len(p.Items) != 0 {
			t.Errorf("somebody else's journal: %+v", p)
		}
	})
}

// Whoever did much is found by the index of each column, however much others did.
func TestAPersonsJournalIsReadByBothIndexes(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		var plan []string
		err := db.Write(t.Context(), func(tx database.Tx) error {
			explain := "explain query plan "
			if tx.Postgres() { // few rows are read in the order they lie in, unless that is forbidden
				explain = "explain "
				if err := tx.Gorm().Exec("set local enable_seqscan = off").Error; err != nil {
					return err
				}
			}
			statement, args := listing(OfPerson(database.NewID()), page.Cursor{}, 50)
			rows, err := tx.Gorm().Raw(explain+statement, args...).Rows()
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var id, parent, unused int
				var line string
				into := []any{&id, &parent, &unused, &line}
				if tx.Postgres() {
					into = into[3:]
				}
				if err := rows.Scan(into...); err != nil {
					return err
				}
				plan = append(plan, line)
			}
			return rows.Err()
		})
		if err != nil {
			t.Fatal(err)
		}
		all := strings.Join(plan, "\n")
		for _, index := range []string{"journal_actor", "journal_subject"} {
			if !strings.Contains(all, index) {
				t.Errorf("%s is not used:\n%s", index, all)
			}
		}
		if strings.Contains(all, "SCAN journal") {
			t.Errorf("the whole journal is read:\n%s", all)
		}
	})
}

func TestAnEntryComesBackWhole(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		e := Entry{
			At: at.Add(123456789), ActorID: database.NewID(), ProgrammeID: database.NewID(), CircleID: database.NewID(),
			SubjectID: database.NewID(), Action: "session-moved",
			Details: map[string]string{"from": "2026-03-29T01:00:00Z", "guide_week": "4"},
		}
		if err := add(t, db, e); err != nil {
			t.Fatal(err)
		}
		got := pageOf(t, db, OfCircle(e.CircleID), "", 1).Items[0]
		if !got.At.Equal(database.Cut(e.At)) || got.At.Location() != time.UTC || !database.IsID(got.ID) || !maps.Equal(got.Details, e.Details) {
			t.Errorf("got %+v", got)
		}
		if got.ActorID != e.ActorID || got.ProgrammeID != e.ProgrammeID || got.SubjectID != e.SubjectID || got.Action != e.Action {
			t.Errorf("got %+v", got)
		}
	})
}

func TestAddRefusesWhatIsNoCode(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		circle := database.NewID()
		for name, change := range map[string]func(*Entry){
			"a sentence":               func(e *Entry) { e.Details = map[string]string{"why": "no time"} },
			"an address":               func(e *Entry) { e.Details = map[string]string{"who": "anke@example.org"} },
			"eighty-one characters":    func(e *Entry) { e.Details = map[string]string{"x": strings.Repeat("x", 81)} },
			"a name beyond ASCII":      func(e *Entry) { e.Details = map[string]string{"x": "Zoë"} },
			"a sentence as an action":  func(e *Entry) { e.Action = "Session moved" },
			"no action":                func(e *Entry) { e.Action = "" },
			"a name for an id":         func(e *Entry) { e.ActorID = "anke" },
			"an entry without instant": func(e *Entry) { e.At = time.Time{} },
		} {
			e := Entry{At: at, CircleID: circle, Action: "session-moved"}
			change(&e)
			if err := add(t, db, e); err == nil {
				t.Errorf("%s was written", name)
			}
		}
		if p := pageOf(t, db, OfCircle(circle), "", 50); len(p.Items) != 0 {
			t.Errorf("%d entries", len(p.Items))
		}
	})
}

func TestRowIsItsTable(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) { testkit.Parity(t, db, "journal", entryRow{}) })
}
