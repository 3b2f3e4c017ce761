package signin

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/testkit"
)

func TestRowsAreTheirTables(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		testkit.Parity(t, db, "sign_in_requests", request{})
		testkit.Parity(t, db, "sign_ins", signInRow{})
		testkit.Parity(t, db, "address_changes", change{})
		testkit.Parity(t, db, "oidc_subjects", providerRecord{}, "person_id")
	})
}

func TestSomebodySignsInWithTheLink(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		an := w.stranger("An")
		a, letter := w.asked("An@Example.org")
		if lives := a.ExpiresAt.Sub(w.clock.Now()); lives > 15*time.Minute || lives < 14*time.Minute {
			t.Errorf("lives %s", lives)
		}
		if n, next, err := w.QueueLetters(w.ctx, w.clock.Now()); n != 1 || !next.IsZero() || err != nil {
			t.Errorf("asked for %d letters, next %s, %v", n, next, err)
		}
		told := w.told()
		if len(told) != 1 || told[0].PersonID != an.ID || told[0].Kind != KindSignIn || told[0].SubjectID != a.ID || !told[0].UsefulUntil.Equal(a.ExpiresAt) {
			t.Errorf("told %+v", told)
		}
		if n, _, err := w.QueueLetters(w.ctx, w.clock.Now()); n != 0 || err != nil {
			t.Errorf("asked for %d letters twice, %v", n, err)
		}
		w.unchanged("showing", func() { w.must(w.Show(w.ctx, letter.token)) })
		p := got(w.Confirm(w.ctx, Proof{Token: letter.token}, office))(t)
		if p.ID != an.ID || !w.person(an.ID).Confirmed() {
			t.Errorf("%+v is in", p)
		}
		w.unchanged("used", func() {
			refused(w.Confirm(w.ctx, Proof{Token: letter.token}, office))(t, fault.NotFound, "sign-in-void")
			refused(w.Confirm(w.ctx, Proof{RequestID: a.ID, Code: letter.code}, office))(t, fault.NotFound, "sign-in-void")
			refused(nothing(w.Show(w.ctx, letter.token)))(t, fault.NotFound, "sign-in-void")
		})
	})
}

func TestSomebodySignsInWithTheCode(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		an := w.somebody("An")
		for _, typed := range []func(code string) string{
			func(code string) string { return code },
			func(code string) string { return " " + code[:3] + " " + code[3:] + "\n" },
			func(code string) string { return code[:3] + "-" + code[3:] },
		} {
			a, letter := w.asked(an.Email)
			if p := got(w.Confirm(w.ctx, Proof{RequestID: a.ID, Code: typed(letter.code)}, office))(t); p.ID != an.ID {
				t.Errorf("%+v is in", p)
			}
		}
	})
}

// What the answer looks like and what the database is asked is the same, whoever has the address.
func TestKnownAndUnknownAddressesTakeTheSameWay(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		an, gone, quiet := w.somebody("An"), w.somebody("Gone"), w.somebody("Quiet")
		w.exec("update people set erased_at = ?, email = '' where id = ?", w.clock.Now(), gone.ID)
		w.write(func(tx database.Tx) error {
			return identity.SuppressIn(tx, w.clock.Now(), quiet.Email, identity.Silence)
		})
		way := func(email string) (ask, confirm []string) {
			var a Asked
			ask = w.statements(func() { a, _ = w.asked(email) })
			if left := a.ExpiresAt.Sub(w.clock.Now()); !database.IsID(a.ID) || left < 14*time.Minute {
				t.Errorf("%s: answered %+v", email, a)
			}
			letter := say(w.keys[0], a.ID)
			confirm = w.statements(func() {
				violates(w.Confirm(w.ctx, Proof{RequestID: a.ID, Code: letter.wrong()}, office))(t, "/code wrong-code")
			})
			return ask, confirm
		}
		ask, confirm := way(an.Email)
		if len(ask) < 6 || len(confirm) < 3 {
			t.Fatalf("ran %q and %q", ask, confirm)
		}
		for _, email := range []string{
			"nobody@example.org", gone.Email, quiet.Email, "an+1@example.org", "an@exаmple.org" /* a Cyrillic а */, "a.n@example.org",
		} {
			otherAsk, otherConfirm := way(email)
			if !slices.Equal(otherAsk, ask) {
				t.Errorf("%s: ran\n%s\nwant\n%s", email, strings.Join(otherAsk, "\n"), strings.Join(ask, "\n"))
			}
			if !slices.Equal(otherConfirm, confirm) {
				t.Errorf("%s: a code ran\n%s\nwant\n%s", email, strings.Join(otherConfirm, "\n"), strings.Join(confirm, "\n"))
			}
		}
		if n, _, err := w.QueueLetters(w.ctx, w.clock.Now()); n != 1 || err != nil {
			t.Errorf("%d letters, %v", n, err)
		}
		if told := w.told(); len(told) != 1 || told[0].PersonID != an.ID {
			t.Errorf("told %+v", told)
		}
	})
}

// Whoever has no letter is not let in, not even by guessing right.
func TestNobodysCodeLetsNobodyIn(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		a, letter := w.asked("nobody@example.org")
		violates(w.Confirm(w.ctx, Proof{RequestID: a.ID, Code: letter.code}, office))(t, "/code wrong-code")
		refused(nothing(w.Show(w.ctx, letter.token)))(t, fault.NotFound, "sign-in-void")
		refused(w.Confirm(w.ctx, Proof{Token: letter.token}, office))(t, fault.NotFound, "sign-in-void")
	})
}

func TestWhatIsNoAddressIsRefused(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		w.unchanged("no address", func() {
			for _, email := range []string{"an", "аn@example.org" /* a Cyrillic а */, "an@example.org\r\nBcc: bo@example.org", strings.Repeat("a", 1_000_000) + "@example.org"} {
				violates(w.Ask(w.ctx, email, office))(t, "/email not-an-address")
			}
			violates(w.Ask(w.ctx, " ", office))(t, "/email required")
		})
	})
}

func TestFiveLettersAnHourForAnAddress(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		w.somebody("An")
		for _, email := range []string{"an@example.org", "nobody@example.org"} {
			for range 5 {
				w.asked(email)
			}
			w.unchanged("the sixth", func() {
				_, err := w.Ask(w.ctx, email, office)
				f, _ := fault.Of(err)
				if f == nil || f.Code != "too-often" || f.Kind != fault.TooMany || f.RetryAfter <= 0 || f.RetryAfter > 2*time.Hour {
					t.Errorf("%s: %v", email, err)
				}
			})
		}
		w.asked("other@example.org")
	})
}

func TestAFloodFromOneNetwork(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		for i := range 300 {
			got(w.Ask(w.ctx, "p"+strings.Repeat("x", i%60)+string(rune('a'+i/60))+"@example.org", office))(t)
		}
		w.unchanged("the three hundred and first", func() {
			refused(w.Ask(w.ctx, "new@example.org", office))(t, fault.TooMany, "too-often")
		})
		got(w.Ask(w.ctx, "new@example.org", "198.51.100.0/24"))(t)
	})
}

func TestACodeAllowsFiveTries(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		an := w.somebody("An")
		a, letter := w.asked(an.Email)
		for range 4 {
			violates(w.Confirm(w.ctx, Proof{RequestID: a.ID, Code: letter.wrong()}, office))(t, "/code wrong-code")
		}
		got(w.Confirm(w.ctx, Proof{RequestID: a.ID, Code: letter.code}, office))(t)
		for _, email := range []string{an.Email, "nobody@example.org"} {
			a, letter := w.asked(email)
			for range 5 {
				violates(w.Confirm(w.ctx, Proof{RequestID: a.ID, Code: letter.wrong()}, office))(t, "/code wrong-code")
			}
			w.unchanged("the sixth", func() {
				refused(w.Confirm(w.ctx, Proof{RequestID: a.ID, Code: letter.code}, office))(t, fault.NotFound, "sign-in-void")
			})
		}
	})
}

// Whoever asks for letters to somebody else's address and wears their codes out keeps nobody from signing in: she has
// the letters, and their links still hold.
func TestNobodyIsLockedOutByWrongCodes(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		an := w.somebody("An")
		var last said
		for range 5 {
			var a Asked
			a, last = w.asked(an.Email)
			for range 5 {
				violates(w.Confirm(w.ctx, Proof{RequestID: a.ID, Code: last.wrong()}, office))(t, "/code wrong-code")
			}
		}
		refused(w.Ask(w.ctx, an.Email, office))(t, fault.TooMany, "too-often")
		got(w.QueueLettersNow())(t)
		if err := w.composes(KindSignIn, an); err != nil {
			t.Error(err)
		}
		w.must(w.Show(w.ctx, last.token))
		got(w.Confirm(w.ctx, Proof{Token: last.token}, office))(t)
		w.unchanged("used", func() {
			refused(w.Confirm(w.ctx, Proof{Token: last.token}, office))(t, fault.NotFound, "sign-in-void")
		})
		nobodys, letter := w.asked("nobody@example.org")
		for range 5 {
			violates(w.Confirm(w.ctx, Proof{RequestID: nobodys.ID, Code: letter.wrong()}, office))(t, "/code wrong-code")
		}
		refused(w.Confirm(w.ctx, Proof{Token: letter.token}, office))(t, fault.NotFound, "sign-in-void")
	})
}

func TestAThousandWrongCodes(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		an := w.somebody("An")
		mine, letter := w.asked(an.Email)
		counts := map[string]int{}
		for i := range 200 {
			a, letter := w.asked("p" + strings.Repeat("x", i%50) + string(rune('a'+i/50)) + "@example.org")
			for range 5 {
				_, err := w.Confirm(w.ctx, Proof{RequestID: a.ID, Code: letter.wrong()}, office)
				f, _ := fault.Of(err)
				counts[f.Code]++
			}
		}
		if counts["invalid"] != 100 || counts["too-often"] != 900 {
			t.Errorf("answers %v", counts)
		}
		w.unchanged("the right one from there", func() {
			refused(w.Confirm(w.ctx, Proof{RequestID: mine.ID, Code: letter.code}, office))(t, fault.TooMany, "too-often")
		})
		got(w.Confirm(w.ctx, Proof{RequestID: mine.ID, Code: letter.code}, "198.51.100.0/24"))(t)
		other, letter := w.asked(an.Email)
		got(w.Confirm(w.ctx, Proof{Token: letter.token}, office))(t) // a link is no guess
		_ = other
	})
}

func TestOneOfTwentyAtOnceIsIn(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		an := w.somebody("An")
		_, letter := w.asked(an.Email)
		var in atomic.Int64
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				_, err := w.Confirm(w.ctx, Proof{Token: letter.token}, office)
				if err == nil {
					in.Add(1)
				} else if !fault.HasCode(err, "sign-in-void") {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if in.Load() != 1 {
			t.Errorf("%d are in", in.Load())
		}
	})
}

func TestProofsThatAreNone(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		an := w.somebody("An")
		a, letter := w.asked(an.Email)
		foreign := say(newWorld(t, w.db, secondSecret).keys[0], a.ID)
		million := strings.Repeat("7", 1_000_000)
		tokens := []string{foreign.token, letter.token[:len(letter.token)-1], letter.token + "A", " " + letter.token, strings.ToUpper(letter.token), million, "\x00", a.ID}
		for i := range len(letter.token) {
			flipped := []byte(letter.token)
			flipped[i] ^= 1
			tokens = append(tokens, string(flipped))
		}
		w.unchanged("tokens", func() {
			for _, token := range tokens {
				if token == letter.token {
					continue // upper case already
				}
				refused(nothing(w.Show(w.ctx, token)))(t, fault.NotFound, "sign-in-void")
				refused(w.Confirm(w.ctx, Proof{Token: token}, office))(t, fault.NotFound, "sign-in-void")
			}
		})
		w.unchanged("codes", func() {
			for _, code := range []string{"", "12345", "1234567", million, "12345x", "１２３４５６", "+12345", "1e5", strings.Repeat(" ", 1_000_000) + letter.code} {
				violates(w.Confirm(w.ctx, Proof{RequestID: a.ID, Code: code}, office))(t, "/code wrong-code")
			}
			for _, id := range []string{"", "x", strings.ToUpper(a.ID), database.NewID(), million, "' or 1=1"} {
				refused(w.Confirm(w.ctx, Proof{RequestID: id, Code: letter.code}, office))(t, fault.NotFound, "sign-in-void")
			}
		})
		other, _ := w.asked("bo@example.org")
		violates(w.Confirm(w.ctx, Proof{RequestID: other.ID, Code: letter.code}, office))(t, "/code wrong-code")
		w.later(15 * time.Minute)
		w.unchanged("expired", func() {
			refused(nothing(w.Show(w.ctx, letter.token)))(t, fault.NotFound, "sign-in-void")
			refused(w.Confirm(w.ctx, Proof{Token: letter.token}, office))(t, fault.NotFound, "sign-in-void")
			refused(w.Confirm(w.ctx, Proof{RequestID: a.ID, Code: letter.code}, office))(t, fault.NotFound, "sign-in-void")
		})
	})
}

func TestEachLetterWorksUntilOneIsUsed(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		an, bo := w.somebody("An"), w.somebody("Bo")
		_, first := w.asked(an.Email)
		_, second := w.asked(an.Email)
		_, third := w.asked(an.Email)
		_, others := w.asked(bo.Email)
		got(w.Confirm(w.ctx, Proof{Token: second.token}, office))(t)
		for _, letter := range []said{first, third} {
			refused(w.Confirm(w.ctx, Proof{Token: letter.token}, office))(t, fault.NotFound, "sign-in-void")
		}
		if p := got(w.Confirm(w.ctx, Proof{Token: others.token}, office))(t); p.ID != bo.ID {
			t.Errorf("%+v is in", p)
		}
	})
}

func TestLettersOutliveANewSecret(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		an := w.somebody("An")
		a, letter := w.asked(an.Email)
		got(w.QueueLettersNow())(t)
		notices := w.told()
		both := newWorld(t, w.db, secondSecret+","+firstSecret)
		message := got(both.Table()[KindSignIn].Compose(w.ctx, an, notices))(t)
		if !strings.Contains(message.Body.Text(), letter.token) {
			t.Errorf("another letter:\n%s", message.Body.Text())
		}
		second := newWorld(t, w.db, secondSecret)
		if _, err := second.Table()[KindSignIn].Compose(w.ctx, an, notices); err == nil {
			t.Error("a letter that nobody can open is sent")
		}
		violates(second.Confirm(w.ctx, Proof{RequestID: a.ID, Code: letter.code}, office))(t, "/code wrong-code")
		got(both.Confirm(w.ctx, Proof{RequestID: a.ID, Code: letter.code}, office))(t)
	})
}

// QueueLettersNow is QueueLetters at this moment.
func (w *world) QueueLettersNow() (int, error) {
	n, _, err := w.QueueLetters(w.ctx, w.clock.Now())
	return n, err
}

func TestWhoIsErasedMeanwhileIsNotIn(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		an := w.somebody("An")
		_, letter := w.asked(an.Email)
		w.exec("update people set erased_at = ?, email = '' where id = ?", w.clock.Now(), an.ID)
		w.unchanged("erased", func() {
			refused(nothing(w.Show(w.ctx, letter.token)))(t, fault.NotFound, "sign-in-void")
			refused(w.Confirm(w.ctx, Proof{Token: letter.token}, office))(t, fault.NotFound, "sign-in-void")
		})
	})
}

func TestManyLettersAreAskedForAtOnce(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		an := w.somebody("An")
		w.write(func(tx database.Tx) error {
			for i := range queueAtOnce + 3 {
				r := request{ID: database.NewID(), ExpiresAt: w.clock.Now().Add(time.Minute), CreatedAt: w.clock.Now()}
				r.LinkHash, r.CodeHash = w.keys.hashes(r.ID)
				if i%2 == 0 {
					r.PersonID = &an.ID
				}
				if err := insertRequest(tx, r); err != nil {
					return err
				}
			}
			return nil
		})
		if n := got(w.QueueLettersNow())(t); n != (queueAtOnce+3+1)/2 || len(w.told()) != n {
			t.Errorf("%d letters, %d notices", n, len(w.told()))
		}
	})
}

func TestSweep(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		an := w.somebody("An")
		w.asked(an.Email)
		b := w.browser()
		b.start(an)
		got(w.ChangeAddress(w.ctx, b.actor(), "new@example.org"))(t)
		sweep := func(now time.Time, want int) {
			t.Helper()
			if n, next, err := w.Sweep(w.ctx, now); n != want || !next.IsZero() || err != nil {
				t.Errorf("swept %d, next %s, %v; want %d", n, next, err, want)
			}
		}
		now := w.clock.Now()
		sweep(now, 0)
		sweep(now.Add(15*time.Minute), 1)
		sweep(now.Add(changeLives+time.Minute), 1)
		sweep(now.Add(60*24*time.Hour), 0) // machine time: the sign-in stays
		w.exec("update sign_ins set expires_at = ?", clock.System().Machine())
		sweep(now, 1)
	})
}
