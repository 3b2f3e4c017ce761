package outbox_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/outbox"
	"kring/internal/page"
	"kring/internal/testkit"
	"kring/internal/testkit/smtpsink"
)

func TestWhoWasToldWhatIsCountedNotNamed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		an, bo, cas := w.person("An"), w.person("Bo"), w.person("Cas")
		about := func(p identity.Person, kind string, circle int, hold time.Duration) outbox.Notice {
			n := outbox.Notice{PersonID: p.ID, Kind: kind, ProgrammeID: id(900), HoldUntil: noon.Add(hold)}
			if circle != 0 {
				n.CircleID = id(circle)
			}
			n.Key = fmt.Sprint(p.Name, kind, circle, hold)
			return n
		}
		w.sink.RefuseAddress("cas@example.org", 550, "5.1.1")
		w.note(about(an, "reminder", 1, 0), about(bo, "reminder", 1, time.Minute), about(cas, "reminder", 1, 0),
			about(an, "moved", 2, 0), about(an, "confirm", 0, 0), about(bo, "reminder", 1, 48*time.Hour), about(an, "reminder", 2, 48*time.Hour))
		other := reminder(an, "of another programme")
		other.ProgrammeID = id(901)
		w.note(other)
		w.pass(w.post(), noon.Add(time.Hour))

		var lines []string
		var after page.Cursor
		for pages := 0; ; pages++ {
			var got page.Page[outbox.Tally]
			w.must(w.db.Read(t.Context(), func(tx database.Tx) (err error) {
				got, err = outbox.TalliesIn(tx, id(900), "", after, 2)
				return err
			}))
			for _, tally := range got.Items {
				lines = append(lines, fmt.Sprintf("%s %v %s %q %d %s", strings.TrimPrefix(tally.CircleID, id(0)[:35]), tally.Kinds,
					tally.State, tally.Reason, tally.Letters, tally.LastAt.Format("2 15:04")))
			}
			if got.Next == "" {
				break
			}
			var err error
			after, err = page.Parse(got.Next)
			w.must(err)
			if pages > 5 {
				t.Fatal("the list does not end")
			}
		}
		want := []string{
			`1 [reminder] planned "" 1 8 12:00`,
			`1 [reminder] refused "recipient 550 5.1.1" 1 6 13:00`,
			`1 [reminder] sent "" 2 6 13:00`,
			`2 [moved] sent "" 1 6 13:00`,
			`2 [reminder] planned "" 1 8 12:00`,
			` [confirm] sent "" 1 6 13:00`,
		}
		if strings.Join(lines, "\n") != strings.Join(want, "\n") {
			t.Errorf("got\n%s", strings.Join(lines, "\n"))
		}
		w.must(w.db.Read(t.Context(), func(tx database.Tx) error {
			sent, err := outbox.TalliesIn(tx, id(900), outbox.Sent, page.Cursor{}, 50)
			w.must(err)
			planned, err := outbox.TalliesIn(tx, id(900), outbox.Planned, page.Cursor{}, 50)
			w.must(err)
			if len(sent.Items) != 3 || len(planned.Items) != 2 {
				t.Errorf("%d sent, %d planned", len(sent.Items), len(planned.Items))
			}
			people, err := outbox.UndeliveredIn(tx, id(900))
			if len(people) != 1 || people[0].PersonID != cas.ID || people[0].CircleID != id(1) {
				t.Errorf("undelivered %+v", people)
			}
			return err
		}))
	})
}

func TestRowsAndTablesAgree(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		testkit.Parity(t, w.db, "notices", outbox.NoticeRow{})
		testkit.Parity(t, w.db, "letters", outbox.LetterRow{})
		var columns []string
		for _, table := range testkit.ReadSchema(t, w.db) {
			if table.Name == "notices" || table.Name == "letters" {
				for _, column := range table.Columns {
					columns = append(columns, table.Name+"."+column.Name)
				}
			}
		}
		if mistakes := identity.Unmarked(columns, outbox.Marks()); mistakes != nil {
			t.Error(mistakes)
		}
	})
}

// The claim of the next letters reads the partial index, however many letters were sent.
func TestClaimsDoNotLookAtWhatWasSent(t *testing.T) {
	w := &world{t: t, db: testkit.Open(t, testkit.SQLite(t)), sink: smtpsink.Start(t)}
	for name, sql := range map[string]string{
		"letters_queued":      "SELECT id FROM letters WHERE state = 'queued' AND urgent = 1 AND due_at <= ? ORDER BY due_at, id LIMIT 100",
		"letters_sending":     "SELECT lease_until FROM letters WHERE state = 'sending' ORDER BY lease_until LIMIT 1",
		"letters_stuck":       "SELECT state, count(*) FROM letters WHERE state IN ('refused', 'parked') GROUP BY state",
		"letters_undelivered": "SELECT person_id FROM letters WHERE programme_id = ? AND (state = 'refused' OR state = 'lapsed' AND reason = 'undeliverable')",
		"notices_waiting":     "SELECT * FROM notices WHERE state = 'waiting' AND hold_until <= ? ORDER BY hold_until, person_id, id LIMIT 500",
	} {
		var plan []struct{ Detail string }
		w.must(w.db.Read(t.Context(), func(tx database.Tx) error {
			return tx.Gorm().Raw("EXPLAIN QUERY PLAN "+sql, noon).Scan(&plan).Error
		}))
		if len(plan) == 0 || !strings.Contains(fmt.Sprint(plan), name) {
			t.Errorf("%s is read by %v", sql, plan)
		}
	}
}

func TestTableOfKinds(t *testing.T) {
	w := &world{t: t}
	good := w.table()
	for name, change := range map[string]func(outbox.Table){
		"a kind that nobody composes":  func(table outbox.Table) { table["x"] = outbox.Kind{} },
		"a shared letter on two lists": func(table outbox.Table) { table["x"] = outbox.Kind{Compose: w.compose, Merge: "changes"} },
		"a shared letter on another list": func(table outbox.Table) {
			table["x"] = outbox.Kind{Compose: w.compose, Merge: "changes", List: outbox.Reminders}
		},
	} {
		table := w.table()
		change(table)
		if _, err := outbox.New(outbox.Options{Table: table, Host: "kring.example.org"}); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if _, err := outbox.New(outbox.Options{Table: good, Host: "kring.example.org"}); err != nil {
		t.Error(err)
	}
	if _, err := outbox.New(outbox.Options{Table: good, Host: "x\r\ny"}); err == nil {
		t.Error("a host with a line break was taken")
	}
}

// A page stops in the middle of the circles and of what one of them was told, and the next goes on there.
func TestPagesOfTalliesAreTheWholeList(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		an := w.person("An")
		const circles = 7
		for circle := 1; circle <= circles; circle++ {
			for _, kind := range []string{"reminder", "moved", "confirm"}[:1+circle%3] {
				w.note(outbox.Notice{
					PersonID: an.ID, Kind: kind, Key: fmt.Sprint(kind, circle), ProgrammeID: id(3), CircleID: id(circle * 2), HoldUntil: noon,
				})
			}
		}
		w.note(outbox.Notice{PersonID: an.ID, Kind: "confirm", Key: "none", ProgrammeID: id(3), HoldUntil: noon})
		w.pass(w.post(), noon)
		tallies := func(after page.Cursor, limit int) (got page.Page[outbox.Tally]) {
			w.must(w.db.Read(t.Context(), func(tx database.Tx) (err error) {
				got, err = outbox.TalliesIn(tx, id(3), "", after, limit)
				return err
			}))
			return got
		}
		whole := tallies(page.Cursor{}, 200).Items
		for limit := 1; limit <= 4; limit++ {
			var all []outbox.Tally
			for after := (page.Cursor{}); ; {
				got := tallies(after, limit)
				all = append(all, got.Items...)
				if got.Next == "" {
					break
				}
				var err error
				after, err = page.Parse(got.Next)
				w.must(err)
			}
			if fmt.Sprint(all) != fmt.Sprint(whole) {
				t.Errorf("pages of %d:\n%v\nwhole:\n%v", limit, all, whole)
			}
		}
	})
}
