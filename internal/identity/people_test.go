package identity_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/testkit"
	"kring/internal/wall"
)

var now = time.Date(2026, 3, 28, 23, 59, 59, 999999999, time.UTC)

func draft(email string) identity.Person {
	return identity.Person{
		Email: email, Name: "Anke Peeters", LetterLanguage: "nl", Zone: "Europe/Brussels", Speaks: []string{"nl", "en"},
		Availability: wall.Availability{}.With(time.Tuesday, 720, 840),
	}
}

// write runs fn in a transaction and fails the test when that fails.
func write[T any](t *testing.T, db *database.DB, fn func(database.Tx) (T, error)) T {
	t.Helper()
	out, err := try(t, db, fn)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func try[T any](t *testing.T, db *database.DB, fn func(database.Tx) (T, error)) (out T, err error) {
	t.Helper()
	err = db.Write(t.Context(), func(tx database.Tx) error {
		out, err = fn(tx)
		return err
	})
	return out, err
}

func ensure(t *testing.T, db *database.DB, email string) identity.Person {
	t.Helper()
	return write(t, db, func(tx database.Tx) (identity.Person, error) { return identity.EnsureIn(tx, now, draft(email)) })
}

func find(t *testing.T, db *database.DB, id string) identity.Person {
	t.Helper()
	return write(t, db, func(tx database.Tx) (identity.Person, error) { return identity.FindIn(tx, id) })
}

func TestEnsureNeverChangesWhoIsKnown(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		anke := ensure(t, db, " Anke+wol@Example.ORG ")
		if anke.Email != "anke+wol@example.org" || anke.Revision != 1 || anke.Confirmed() || !slices.Equal(anke.Speaks, []string{"en", "nl"}) {
			t.Errorf("made %+v", anke)
		}
		stranger := draft("anke+wol@example.org")
		stranger.Name, stranger.LetterLanguage = "Buy pills", "en"
		again := write(t, db, func(tx database.Tx) (identity.Person, error) { return identity.EnsureIn(tx, now, stranger) })
		for _, got := range []identity.Person{again, find(t, db, anke.ID)} {
			if got.ID != anke.ID || got.Name != "Anke Peeters" || got.Availability != anke.Availability || !got.CreatedAt.Equal(database.Cut(now)) {
				t.Errorf("got %+v", got)
			}
		}
		byEmail := write(t, db, func(tx database.Tx) (identity.Person, error) { return identity.ByEmailIn(tx, "ANKE+WOL@example.org") })
		if byEmail.ID != anke.ID {
			t.Errorf("by e-mail %+v", byEmail)
		}
	})
}

func TestEnsureNamesEveryFaultyField(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		bad := identity.Person{Email: "x", Name: "a\nb", LetterLanguage: "de", Zone: "Mars", Speaks: []string{"x"}}
		_, err := try(t, db, func(tx database.Tx) (identity.Person, error) { return identity.EnsureIn(tx, now, bad) })
		f, _ := fault.Of(err)
		if f == nil || f.Kind != fault.Invalid || len(f.Violations) != 5 {
			t.Errorf("got %v", err)
		}
	})
}

func TestTwentyEnsureOnePerson(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		var wg sync.WaitGroup
		ids := make([]string, 20)
		for i := range ids {
			wg.Go(func() { ids[i] = ensure(t, db, "anke@example.org").ID })
		}
		wg.Wait()
		if all := slices.Compact(slices.Sorted(slices.Values(ids))); len(all) != 1 {
			t.Errorf("%d people", len(all))
		}
	})
}

func TestFindMany(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		anke, bert := ensure(t, db, "anke@example.org"), ensure(t, db, "bert@example.org")
		ids := []string{anke.ID, bert.ID, anke.ID, database.NewID(), "nonsense"}
		people := write(t, db, func(tx database.Tx) (map[string]identity.Person, error) { return identity.FindManyIn(tx, ids) })
		if len(people) != 2 || people[bert.ID].Email != "bert@example.org" {
			t.Errorf("got %+v", people)
		}
		for _, id := range []string{database.NewID(), "nonsense", ""} {
			_, err := try(t, db, func(tx database.Tx) (identity.Person, error) { return identity.FindIn(tx, id) })
			if !fault.IsKind(err, fault.NotFound) {
				t.Errorf("%q: %v", id, err)
			}
		}
	})
}

func TestConfirm(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		anke := ensure(t, db, "anke@example.org")
		confirm := func(at time.Time, p identity.Profile) identity.Person {
			return write(t, db, func(tx database.Tx) (identity.Person, error) { return identity.ConfirmIn(tx, at, anke.ID, p) })
		}
		first := identity.Profile{Name: "Anke P.", LetterLanguage: "en", Zone: "Europe/London", Speaks: []string{"en"}}
		got := confirm(now, first)
		if !got.Confirmed() || got.Name != "Anke P." || got.LetterLanguage != "en" || !got.Availability.IsZero() || got.Revision != 2 {
			t.Errorf("the first time %+v", got)
		}
		confirm(now.Add(time.Hour), identity.Profile{Name: "Pills", LetterLanguage: "nl", Zone: "Asia/Kathmandu", Speaks: []string{"ne"}})
		got = find(t, db, anke.ID)
		if got.Name != "Anke P." || got.LetterLanguage != "en" || got.Zone != "Asia/Kathmandu" || got.Speaks[0] != "ne" {
			t.Errorf("the second time %+v", got)
		}
		if !got.ConfirmedAt.Equal(database.Cut(now)) || !got.UpdatedAt.Equal(database.Cut(now.Add(time.Hour))) {
			t.Errorf("confirmed at %v, updated at %v", got.ConfirmedAt, got.UpdatedAt)
		}
	})
}

func TestConfirmAddress(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		anke := ensure(t, db, "anke@example.org")
		press := func() identity.Person {
			return write(t, db, func(tx database.Tx) (identity.Person, error) { return identity.ConfirmAddressIn(tx, now, anke.ID) })
		}
		if got := press(); !got.Confirmed() || got.Name != anke.Name || got.Revision != 2 {
			t.Errorf("got %+v", got)
		}
		if got := press(); got.Revision != 2 {
			t.Errorf("a second press made revision %d", got.Revision)
		}
		err := db.Write(t.Context(), func(tx database.Tx) error { return identity.MarkUndeliverableIn(tx, now, anke.ID) })
		if got := find(t, db, anke.ID); err != nil || got.UndeliverableAt == nil {
			t.Errorf("undeliverable %+v, %v", got, err)
		}
		if got := press(); got.UndeliverableAt != nil {
			t.Error("a press proves that mail arrives")
		}
	})
}

func TestPatch(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		anke := ensure(t, db, "anke@example.org")
		patch := func(revision int, p identity.Patch) (identity.Person, error) {
			return try(t, db, func(tx database.Tx) (identity.Person, error) {
				return identity.PatchIn(tx, now, anke.ID, revision, p)
			})
		}
		yes, lang, zone, hours := true, "en", "Pacific/Auckland", wall.Availability{}
		got, err := patch(1, identity.Patch{LetterLanguage: &lang, Zone: &zone, Availability: &hours, HourOff: &yes, ChangesOff: &yes})
		if err != nil || got.Revision != 2 {
			t.Fatalf("got %+v, %v", got, err)
		}
		got = find(t, db, anke.ID)
		if got.LetterLanguage != "en" || got.Zone != zone || !got.Availability.IsZero() || !got.HourOff || !got.ChangesOff || got.RemindersOff {
			t.Errorf("stored %+v", got)
		}
		if _, err := patch(1, identity.Patch{HourOff: &yes}); !fault.IsKind(err, fault.Stale) {
			t.Errorf("an old revision: %v", err)
		}
		no := false
		if got, err := patch(0, identity.Patch{HourOff: &no}); err != nil || got.HourOff {
			t.Errorf("without a revision: %+v, %v", got, err)
		}
		name, speaks := strings.Repeat("n", 10000), []string{"nl", "nl"}
		_, err = patch(0, identity.Patch{Name: &name, Speaks: &speaks, Zone: &name, LetterLanguage: &name})
		if f, _ := fault.Of(err); f == nil || len(f.Violations) != 4 {
			t.Errorf("faulty fields: %v", err)
		}
		if got := find(t, db, anke.ID); got.Name != anke.Name || got.Revision != 3 {
			t.Errorf("a refused patch left %+v", got)
		}
	})
}

func TestDeleteUnconfirmed(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		anke, bert := ensure(t, db, "anke@example.org"), ensure(t, db, "bert@example.org")
		write(t, db, func(tx database.Tx) (identity.Person, error) { return identity.ConfirmAddressIn(tx, now, bert.ID) })
		for id, want := range map[string]bool{anke.ID: true, bert.ID: false, "nonsense": false} {
			got := write(t, db, func(tx database.Tx) (bool, error) { return identity.DeleteUnconfirmedIn(tx, id) })
			if got != want {
				t.Errorf("deleted %s: %v", id, got)
			}
		}
	})
}

func TestNormaliseEmail(t *testing.T) {
	long := strings.Repeat("d", 60) + "."
	for _, tt := range []struct{ name, in, want string }{
		{"capitals become small", "Anke.Peeters@Example.ORG", "anke.peeters@example.org"},
		{"white space around it goes", "\t anke@example.org\r\n", "anke@example.org"},
		{"a plus stays", "anke+wol@example.org", "anke+wol@example.org"},
		{"a domain beyond ASCII is encoded", "anke@BÜCHER.example", "anke@xn--bcher-kva.example"},
		{"an encoded domain stays", "anke@xn--bcher-kva.example", "anke@xn--bcher-kva.example"},
		{"a display name is refused", "Anke <anke@example.org>", ""},
		{"angle brackets are refused", "<anke@example.org>", ""},
		{"a comment is refused", "anke@example.org (Anke)", ""},
		{"a line break is refused", "anke@example.org\r\nBcc: bert@example.org", ""},
		{"two addresses are refused", "anke@example.org, bert@example.org", ""},
		{"a quoted local part is refused", `"an ke"@example.org`, ""},
		{"a local part beyond ASCII is refused", "zoë@example.org", ""},
		{"an IP address is refused", "anke@[192.0.2.1]", ""},
		{"a bare IP address is refused", "anke@192.0.2.1", ""},
		{"a domain without a dot is refused", "anke@localhost", ""},
		{"a domain that ends in a dot is refused", "anke@example.org.", ""},
		{"a label that begins with a hyphen is refused", "anke@-example.org", ""},
		{"an underscore in the domain is refused", "anke@ex_ample.org", ""},
		{"no domain is refused", "anke@", ""},
		{"no local part is refused", "@example.org", ""},
		{"nothing is refused", "", ""},
		{"a long local part is refused", strings.Repeat("a", 65) + "@example.org", ""},
		{"more than 254 bytes are refused", "anke@" + strings.Repeat(long, 4) + "example.org", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := identity.NormaliseEmail(tt.in)
			if got != tt.want || (err == nil) != (tt.want != "") {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestCheckName(t *testing.T) {
	for _, tt := range []struct{ name, in, want, code string }{
		{"white space around it goes", "  Zoë van 't Hof ", "Zoë van 't Hof", ""},
		{"a hundred runes pass", strings.Repeat("ë", 100), strings.Repeat("ë", 100), ""},
		{"a hundred and one do not", strings.Repeat("e", 101), "", "too-long"},
		{"white space alone is nothing", " \t ", "", "required"},
		{"a line break is refused", "Anke\nPeeters", "", "not-one-line"},
		{"a bell is refused", "Anke\a", "", "not-one-line"},
		{"a turn of direction is refused", "Anke\u202egnp", "", "not-one-line"},
		{"broken UTF-8 is refused", "An\xffke", "", "not-one-line"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var v fault.Violations
			got := identity.CheckName(&v, "/name", tt.in)
			switch {
			case tt.code == "" && (got != tt.want || len(v) != 0):
				t.Errorf("got %q, %v", got, v)
			case tt.code != "" && (len(v) != 1 || v[0].Code != tt.code || v[0].Pointer != "/name"):
				t.Errorf("got %v", v)
			}
		})
	}
}

func TestFirstName(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"the part before the space", "Anke Peeters", "Anke"},
		{"a name without a space is whole", "Anke", "Anke"},
		{"an initial calls nobody", "J. Peeters", "J. Peeters"},
		{"a double name stays", "Anne-Marie de Wit", "Anne-Marie"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := identity.FirstName(identity.Person{Name: tt.in}); got != tt.want {
				t.Errorf("got %q", got)
			}
		})
	}
}

func FuzzNormaliseEmail(f *testing.F) {
	f.Add("Anke+wol@BÜCHER.example")
	f.Add(`"a b"@example.org`)
	f.Fuzz(func(t *testing.T, in string) {
		got, err := identity.NormaliseEmail(in)
		if err != nil {
			return
		}
		if again, err := identity.NormaliseEmail(got); again != got || err != nil {
			t.Errorf("%q becomes %q and then %q, %v", in, got, again, err)
		}
		if strings.ContainsAny(got, "\r\n <>\"(),") || len(got) > 254 {
			t.Errorf("%q becomes %q", in, got)
		}
	})
}
