package signin

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/testkit"
)

func TestACookieStandsForAPerson(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		an := w.somebody("An")
		b := w.browser()
		w.unchanged("no cookie", func() {
			if actor := b.actor(); actor.Known() {
				t.Errorf("%+v without a cookie", actor)
			}
		})
		cookie := b.start(an)
		if cookie.Name != "__Host-kring" || !cookie.Secure || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode ||
			cookie.Path != "/" || cookie.Domain != "" || cookie.MaxAge > 30*24*3600+1 || cookie.MaxAge < 30*24*3600-60 {
			t.Errorf("%+v", cookie)
		}
		w.unchanged("reading", func() {
			for range 3 {
				actor := b.actor()
				if actor.PersonID != an.ID || actor.Owner || actor.TokenID != "" || actor.ExpiresAt != nil || actor.MemberOnly ||
					!actor.MayUse(identity.ScopeLettersRead) || !slices.Equal(actor.Scopes, identity.Scopes()) {
					t.Errorf("%+v", actor)
				}
				w.cache.Empty()
			}
		})
		entries := got(w.List(w.ctx, b.actor()))(t)
		if len(entries) != 1 || entries[0].ID != b.actor().SignInID || !entries[0].Current || entries[0].Device != "Firefox, Linux" {
			t.Errorf("%+v", entries)
		}
		if lives := entries[0].ExpiresAt.Sub(entries[0].CreatedAt); lives < signedInFor-time.Minute || lives > signedInFor+time.Minute {
			t.Errorf("lives %s", lives)
		}
		if everything := w.everything(); strings.Contains(everything, cookie.Value) {
			t.Errorf("the cookie is stored:\n%s", everything)
		}
	})
}

func TestCookiesThatDoNotHold(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		an := w.somebody("An")
		b := w.browser()
		good := b.start(an).Value
		hash := sha256.Sum256([]byte(good))
		bad := []string{
			"", good[:len(good)-1], good + "A", strings.Repeat("A", cookieSize), strings.Repeat("A", 1_000_000),
			base64.RawURLEncoding.EncodeToString(hash[:]), // what the database keeps
		}
		for i := range len(good) - 1 { // the last character has spare bits
			flipped := []byte(good)
			flipped[i] ^= 1
			bad = append(bad, string(flipped))
		}
		w.unchanged("bad cookies", func() {
			for _, value := range bad {
				b.cookie = &http.Cookie{Name: CookieName, Value: value}
				b.isOut("a bad cookie")
			}
		})
		b.cookie = &http.Cookie{Name: "kring", Value: good} // the name is part of the promise
		if actor := b.actor(); actor.Known() {
			t.Error("in by a cookie of another name")
		}
	})
}

// A cookie that an attacker put into somebody's browser is never the one that she signs in with.
func TestACookieThatSomebodyElseKnowsIsNotSignedIn(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		an, mallory := w.somebody("An"), w.somebody("Mallory")
		attacker, victim := w.browser(), w.browser()
		planted := attacker.start(mallory)
		for _, value := range []string{planted.Value, strings.Repeat("A", cookieSize), "x"} {
			victim.cookie = &http.Cookie{Name: CookieName, Value: value}
			if fresh := victim.start(an); fresh.Value == value || fresh.Value == planted.Value {
				t.Fatal("signed in with a cookie that was there before")
			}
			if actor := victim.actor(); actor.PersonID != an.ID {
				t.Errorf("signed in as %+v", actor)
			}
			attacker.isOut("the planted cookie")
		}
		again := victim.cookie.Value
		victim.start(an)
		if victim.cookie.Value == again {
			t.Error("signing in anew keeps the cookie")
		}
		if list := got(w.List(w.ctx, victim.actor()))(t); len(list) != 1+2 { // the first two cookies were replaced by hand
			t.Errorf("%d sign-ins", len(list))
		}
	})
}

func TestStop(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		an := w.somebody("An")
		here, there := w.browser(), w.browser()
		here.start(an)
		there.start(an)
		kept := here.cookie
		actor := here.actor()
		here.stop()
		if here.cookie != nil {
			t.Error("the cookie stays")
		}
		here.cookie = kept
		here.isOut("stopped")
		if !there.actor().Known() {
			t.Error("the other browser is out")
		}
		w.unchanged("stopping twice", here.stop)
		if here.cookie != nil {
			t.Error("a cookie that does not hold stays")
		}
		w.unchanged("stopping without a cookie", here.stop)
		want := []string{
			"signed-in " + an.ID + " " + actor.SignInID, "signed-in " + an.ID + " " + there.actor().SignInID,
			"signed-out " + an.ID + " " + actor.SignInID,
		}
		if entries := w.journal(); !slices.Equal(entries, want) {
			t.Errorf("journal %q, want %q", entries, want)
		}
	})
}

func TestEndingOnesOwn(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		an, bo := w.somebody("An"), w.somebody("Bo")
		first, second, third, hers := w.browser(), w.browser(), w.browser(), w.browser()
		for _, b := range []*browser{first, second, third} {
			b.start(an)
		}
		hers.start(bo)
		list := got(w.List(w.ctx, first.actor()))(t)
		if len(list) != 3 || list[2].ID != first.actor().SignInID || !list[2].Current || list[0].Current {
			t.Errorf("%+v", list)
		}
		w.unchanged("what is none of hers", func() {
			for _, id := range []string{hers.actor().SignInID, database.NewID(), "x", ""} {
				refused(nothing(w.End(w.ctx, first.actor(), id)))(t, fault.NotFound, "not-found")
			}
			member := identity.Actor{PersonID: an.ID, MemberOnly: true}
			refused(nothing(w.End(w.ctx, member, first.actor().SignInID)))(t, fault.Forbidden, "forbidden")
			refused(w.List(w.ctx, member))(t, fault.Forbidden, "forbidden")
			refused(w.List(w.ctx, identity.Actor{}))(t, fault.Unauthenticated, "sign-in-needed")
			refused(nothing(w.End(w.ctx, identity.Actor{}, first.actor().SignInID)))(t, fault.Unauthenticated, "sign-in-needed")
		})
		second.actor() // remembered
		w.must(w.End(w.ctx, first.actor(), second.actor().SignInID))
		second.isOut("ended")
		kept := first.actor().SignInID
		w.write(func(tx database.Tx) error { return w.EndAllIn(tx, an.ID, kept) })
		third.isOut("ended with all")
		if !first.actor().Known() || !hers.actor().Known() {
			t.Error("others are out too")
		}
		w.must(w.End(w.ctx, first.actor(), first.actor().SignInID))
		first.isOut("ended itself")
	})
}

func TestWhoIsErasedIsOutAtOnce(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		an, bo := w.somebody("An"), w.somebody("Bo")
		b, hers := w.browser(), w.browser()
		b.start(an)
		hers.start(bo)
		a, letter := w.asked(an.Email)
		got(w.ChangeAddress(w.ctx, b.actor(), "new@example.org"))(t)
		w.exec("insert into oidc_subjects (issuer, subject, person_id, created_at) values ('https://id.example.org', 's', ?, ?)", an.ID, w.clock.Now())
		b.actor() // remembered
		part := w.Part()
		w.write(func(tx database.Tx) error {
			if err := part.EraseIn(tx, w.clock.Now(), an.ID); err != nil {
				return err
			}
			return tx.Gorm().Exec("update people set erased_at = ?, email = '' where id = ?", w.clock.Now(), an.ID).Error
		})
		b.isOut("erased")
		if !hers.actor().Known() {
			t.Error("somebody else is out")
		}
		refused(w.Confirm(w.ctx, Proof{RequestID: a.ID, Code: letter.code}, office))(t, fault.NotFound, "sign-in-void")
		w.read(func(tx database.Tx) error {
			for _, table := range []string{"sign_ins", "sign_in_requests", "address_changes", "oidc_subjects"} {
				var n int64
				if err := tx.Gorm().Table(table).Where("person_id = ?", an.ID).Count(&n).Error; err != nil || n > 0 {
					t.Errorf("%d rows of %s, %v", n, table, err)
				}
			}
			return nil
		})
	})
}

// A tombstone lets nobody in, whatever else stands in the database.
func TestATombstoneIsOut(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		an := w.somebody("An")
		b := w.browser()
		b.start(an)
		b.actor()
		w.exec("update people set erased_at = ? where id = ?", w.clock.Now(), an.ID)
		w.Forget()
		b.isOut("a tombstone")
	})
}

func TestAnOwnerIsOneByCookieToo(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		an := w.somebody("An")
		w.exec("update people set owner = ? where id = ?", true, an.ID)
		b := w.browser()
		b.start(an)
		if !b.actor().Owner {
			t.Error("no owner")
		}
		w.exec("update people set owner = ? where id = ?", false, an.ID)
		w.Forget()
		if b.actor().Owner {
			t.Error("still the owner")
		}
	})
}

// Thirty days of the machine's time, however product time is turned, and however much it is used meanwhile.
func TestASignInEndsAfterThirtyDays(t *testing.T) {
	url := testkit.SQLite(t)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, testkit.Open(t, url), firstSecret)
		an := w.somebody("An")
		b := w.browser()
		b.start(an)
		w.later(365 * 24 * time.Hour)
		for range 29 {
			pass(24 * time.Hour)
			if !b.actor().Known() {
				t.Fatal("out before its time")
			}
		}
		pass(24*time.Hour - time.Second)
		b.actor() // remembered for five seconds, and yet
		pass(time.Second)
		b.isOut("after thirty days")
		if n, _, err := w.Sweep(w.ctx, w.clock.Now()); n != 1 || err != nil {
			t.Errorf("swept %d, %v", n, err)
		}
	})
}

// What another process ends is void here after five seconds.
func TestAnotherProcessEndsASignIn(t *testing.T) {
	url := testkit.SQLite(t)
	synctest.Test(t, func(t *testing.T) {
		here := newWorld(t, testkit.Open(t, url), firstSecret)
		there := newWorld(t, testkit.Open(t, url), firstSecret)
		b := here.browser()
		b.start(here.somebody("An"))
		actor := b.actor()
		there.must(there.End(there.ctx, actor, actor.SignInID))
		pass(identity.CacheFor - time.Microsecond)
		b.actor()
		pass(time.Microsecond)
		b.isOut("ended elsewhere")
	})
}

func TestDevice(t *testing.T) {
	for agent, want := range map[string]string{
		firefox: "Firefox, Linux",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1": "Safari, iOS",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0":           "Edge, Windows",
		"Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36":                   "Chrome, Android",
		"curl/8.5.0":            "curl",
		"":                      "",
		"<b>Evil\u202e</b>/1.0": "bEvil",
	} {
		if got := device(agent); got != want {
			t.Errorf("%q is %q, want %q", agent, got, want)
		}
	}
	for _, agent := range []string{strings.Repeat("a", 1_000_000), strings.Repeat("Mozilla/5.0 (", 100_000), strings.Repeat("é", 1000)} {
		if got := device(agent); len(got) > maxDevice {
			t.Errorf("%d bytes of %.20q", len(got), agent)
		}
	}
}

func FuzzDevice(f *testing.F) {
	f.Add(firefox)
	f.Add("curl/8.5.0")
	f.Add("\u202e<script>")
	f.Fuzz(func(t *testing.T, agent string) {
		words := device(agent)
		if len(words) > maxDevice || strings.ContainsAny(words, "<>\"'&\r\n\u202e") {
			t.Errorf("%q from %q", words, agent)
		}
	})
}

func TestTheCodecReadsWhatItWrites(t *testing.T) {
	until := time.Date(2026, 3, 29, 2, 30, 0, 123456789, time.FixedZone("", 7200))
	raw := got(codec{}.Encode(until, map[string]any{"person": "an", "device": `"x"`}))(t)
	back, values, err := codec{}.Decode(raw)
	if err != nil || !back.Equal(database.Cut(until)) || len(values) != 2 || values["person"] != "an" || values["device"] != `"x"` {
		t.Errorf("%s, %v, %v", back, values, err)
	}
	if _, err := (codec{}).Encode(until, map[string]any{"n": 1}); err == nil {
		t.Error("a number is kept")
	}
	for _, raw := range []string{"", "[]", "{", `{"values":{"person":1}}`} {
		if _, _, err := (codec{}).Decode([]byte(raw)); err == nil {
			t.Errorf("%q is read", raw)
		}
	}
}

// scs asks for these when it is handed no context.
func TestTheShelfWithoutAContext(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		an := w.somebody("An")
		store, until := shelf{w.db, w.clock}, w.clock.Machine().Add(time.Hour)
		data := got(codec{}.Encode(until, map[string]any{valueSignIn: database.NewID(), valuePerson: an.ID, valueDevice: ""}))(t)
		w.must(store.Commit("hash", data, until))
		if raw, found, err := store.Find("hash"); !found || string(raw) != string(data) || err != nil {
			t.Errorf("%s, %v, %v", raw, found, err)
		}
		w.must(store.Delete("hash"))
		if _, found, err := store.Find("hash"); found || err != nil {
			t.Errorf("%v, %v", found, err)
		}
	})
}

func TestWhatIsToldAndForgotten(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		an := w.somebody("An")
		export := func() (out records) {
			t.Helper()
			w.read(func(tx database.Tx) error {
				all, err := w.Part().ExportIn(tx, an.ID)
				out = all.(records)
				return err
			})
			return out
		}
		if empty := export(); len(empty.Browsers)+len(empty.Providers) != 0 || empty.AddressChange != nil {
			t.Errorf("%+v", empty)
		}
		b := w.browser()
		b.start(an)
		got(w.ChangeAddress(w.ctx, b.actor(), "new@example.org"))(t)
		w.exec("insert into oidc_subjects (issuer, subject, person_id, created_at) values ('https://id.example.org', 's', ?, ?)", an.ID, w.clock.Now())
		all := export()
		if len(all.Browsers) != 1 || all.Browsers[0].Device != "Firefox, Linux" || all.AddressChange == nil || all.AddressChange.Email != "new@example.org" ||
			len(all.Providers) != 1 || all.Providers[0].Subject != "s" {
			t.Errorf("%+v", all)
		}
		answer := httptest.NewRecorder()
		w.must(w.Stop(w.ctx, answer, b.request()))
		if after := export(); len(after.Browsers) != 0 {
			t.Errorf("%+v", after)
		}
	})
}

// pass lets the machine's time pass, which is that of the bubble.
func pass(d time.Duration) {
	time.Sleep(d) //nolint:forbidigo // virtual time of synctest
}
