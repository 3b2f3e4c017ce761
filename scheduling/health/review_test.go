package health

import (
	"sync"
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/testkit"
	"kring/internal/wall"
)

func TestAFlagIsRaisedOnceAndClearedByAHeldSession(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		r := w.circle(5, 2, "hhm", "ppp")
		done, next := w.review()
		if done.Raised != 1 || done.Looked != 1 || next.IsZero() {
			t.Fatalf("did %+v, next %v", done, next)
		}
		r.is(Wobbling, "early_miss")
		r.touch()
		if done, _ := w.review(); done.Raised+done.Changed+done.Cleared != 0 {
			t.Errorf("nothing was new, and yet %+v", done)
		}
		r.becomes(2, "held")
		if done, _ := w.review(); done.Cleared != 1 {
			t.Fatalf("did %+v", done)
		}
		r.is(OnTrack)
		if n := w.count("select count(*) from journal where circle_id = ?", r.id); n != 2 {
			t.Errorf("%d lines in the journal, want raised and cleared", n)
		}
	})
}

func TestReasonsForgetWhatAHeldSessionCleared(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		r := w.circle(5, 6, "hHhP", "ppp")
		w.review()
		r.is(Wobbling, "dates_shift")
		r.becomes(3, "held")
		w.review()
		r.is(OnTrack)
		r.becomes(4, "cancelled")
		w.review()
		r.is(OnTrack)
		r.becomes(5, "cancelled")
		w.review()
		r.is(Wobbling, "dates_shift")
	})
}

func TestAFlagFollowsWhatGetsWorseAndBetter(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		r := w.circle(5, 2, "hhmp", "pp")
		w.review()
		r.is(Wobbling, "early_miss")
		r.becomes(3, "unrecorded")
		w.review()
		r.is(Stalling, "two_not_held")
		r.leave(0)
		r.leave(1)
		w.review()
		r.is(Stalling, "two_not_held", "below_four")
		r.becomes(3, "held")
		w.review()
		r.is(Wobbling, "below_four")
		if n := w.count("select count(*) from flags"); n != 1 {
			t.Errorf("%d flags, want the one", n)
		}
	})
}

func TestTwoReviewsAtOnceRaiseOneFlag(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		r := w.circle(5, 2, "hhmm", "ppp")
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				if _, _, err := w.watch.Review(t.Context(), w.now()); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		r.is(Stalling, "two_not_held")
		if n := w.count("select count(*) from flags"); n != 1 {
			t.Errorf("%d flags", n)
		}
		if n := w.noticed(NoticeStalling)["waiting"]; n != 1 {
			t.Errorf("%d letters", n)
		}
	})
}

func TestWhoLooksAfterACircleIsToldAtMostOnceADay(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		held := func() []time.Time {
			var at []time.Time
			w.write(func(tx database.Tx) error {
				return tx.Gorm().Table("notices").Where("kind = ? and state = 'waiting'", NoticeStalling).Order("id").
					Pluck("hold_until", &at).Error
			})
			return at
		}
		w.circle(5, 6, "hmm", "ppp")
		w.review()
		first := held()[0]
		if first.After(w.now()) {
			t.Errorf("the first letter waits until %v", first)
		}
		w.clock.Advance(time.Hour)
		w.circle(5, 6, "hmm", "ppp")
		third := w.circle(5, 6, "hmm", "ppp")
		w.review()
		if at := held(); len(at) != 3 || !at[1].Equal(first.Add(24*time.Hour)) || !at[2].Equal(at[1]) {
			t.Fatalf("the others wait until %v, the first one did until %v", at, first)
		}
		third.becomes(2, "held")
		w.review()
		if n := w.noticed(NoticeStalling); n["waiting"] != 2 || n["void"] != 1 {
			t.Errorf("a circle that recovered is still told: %v", n)
		}
	})
}

func TestAWobblingCircleIsAskedFirst(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		r := w.circle(5, 2, "hhm", "ppp")
		w.review()
		if n := len(w.noticed(NoticeStalling)); n != 0 {
			t.Errorf("the facilitator was written to")
		}
		asked := 0
		for range 2 {
			w.write(func(tx database.Tx) error {
				f, ask, err := AskIn(tx, r.id, w.now())
				if ask {
					asked++
					if f.Step != "secure_next" {
						t.Errorf("the step is %q", f.Step)
					}
				}
				return err
			})
		}
		if asked != 1 {
			t.Errorf("asked %d times", asked)
		}
	})
}

func TestOnlyRunningCirclesAreLookedAt(t *testing.T) {
	for _, state := range []string{"forming", "paused"} {
		t.Run(state, func(t *testing.T) {
			inWorlds(t, func(t *testing.T, w *world) {
				r := w.circle(2, 2, "hmm", "")
				w.exec("update circles set state = ? where id = ?", state, r.id)
				if done, next := w.review(); done.Looked+done.Raised != 0 || !next.IsZero() {
					t.Errorf("did %+v, next %v", done, next)
				}
				r.is(OnTrack)
			})
		})
	}
}

func TestAPauseNeitherClearsNorRaises(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		r := w.circle(5, 2, "hhm", "pppp")
		w.review()
		w.exec("update circles set state = 'paused' where id = ?", r.id)
		r.touch()
		w.review()
		r.is(Wobbling, "early_miss")
		w.exec("update circles set state = 'running' where id = ?", r.id)
		r.becomes(2, "missed")
		r.w.exec("update sessions set starts_at = ? where id = ?", w.now().Add(-time.Hour), r.dates[3])
		r.becomes(3, "missed")
		w.review()
		r.is(Stalling, "two_not_held")
	})
}

func TestACircleThatIsOverCarriesNoFlag(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		r := w.circle(5, 6, "hmm", "ppp")
		w.review()
		r.is(Stalling, "two_not_held")
		w.write(func(tx database.Tx) error { return CloseIn(tx, r.id, w.now()) })
		w.exec("update circles set state = 'ended', next_check_at = null where id = ?", r.id)
		r.is(OnTrack)
		if n := w.noticed(NoticeStalling); n["void"] != 1 {
			t.Errorf("its letter is not taken back: %v", n)
		}
	})
}

func TestWhoIsExpectedADayAhead(t *testing.T) {
	today := func(w *world, days int) wall.Date { return wall.DateOf(w.now(), time.UTC).AddDays(days) }
	for name, c := range map[string]struct {
		said    func(r *ring, sessionID string)
		reasons []string
	}{
		"nobody said a word: all come": {func(*ring, string) {}, nil},
		"two of five said no: three come": {func(r *ring, id string) {
			r.says(id, 0, "no")
			r.says(id, 1, "no")
		}, nil},
		"three of five said no": {func(r *ring, id string) {
			for i := range 3 {
				r.says(id, i, "no")
			}
		}, []string{"quorum_at_risk"}},
		"the circle votes on another date": {func(r *ring, id string) {
			for i := range 3 {
				r.says(id, i, "no")
			}
			r.votes(id, "open", 0)
		}, nil},
		"it agreed to go ahead with those who can": {func(r *ring, id string) {
			for i := range 3 {
				r.says(id, i, "no")
			}
			r.votes(id, "stays", 3)
		}, nil},
		"its vote came to nothing": {func(r *ring, id string) {
			for i := range 3 {
				r.says(id, i, "no")
			}
			r.votes(id, "stays", 2)
		}, []string{"quorum_at_risk"}},
		"one is away, two said no": {func(r *ring, id string) {
			r.away(0, today(r.w, -1), today(r.w, 2))
			r.says(id, 1, "no")
			r.says(id, 2, "no")
		}, []string{"quorum_at_risk"}},
		"one is away in another week": {func(r *ring, id string) {
			r.away(0, today(r.w, 5), today(r.w, 9))
			r.says(id, 1, "no")
			r.says(id, 2, "no")
		}, nil},
		"an answer counts more than an absence": {func(r *ring, id string) {
			r.away(0, today(r.w, -1), today(r.w, 2))
			r.says(id, 0, "yes")
			r.says(id, 1, "no")
			r.says(id, 2, "no")
		}, nil},
		"one did not answer whether still in": {func(r *ring, id string) {
			r.w.exec("update members set still_in_asked_at = ? where id = ?", r.w.now(), r.members[0].ID)
			r.says(id, 1, "no")
			r.says(id, 2, "unsure")
			r.says(id, 3, "no")
		}, []string{"quorum_at_risk"}},
		"who left does not count": {func(r *ring, id string) {
			r.says(id, 0, "no")
			r.leave(0)
			r.says(id, 1, "no")
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			inWorlds(t, func(t *testing.T, w *world) {
				r := w.circle(5, 6, "hhh", "")
				r.session(planned, w.now().Add(23*time.Hour))
				c := c
				c.said(r, r.dates[3])
				w.review()
				level := OnTrack
				if c.reasons != nil {
					level = Wobbling
				}
				r.is(level, c.reasons...)
			})
		})
	}
}

func (r *ring) says(sessionID string, i int, answer string) {
	r.w.t.Helper()
	r.w.exec(`insert into answers (session_id, member_id, starts_at, answer, at)
		select id, ?, starts_at, ?, ? from sessions where id = ?`, r.members[i].ID, answer, r.w.now(), sessionID)
}

// votes opens a vote about a session, in which some said to go ahead with those who can.
func (r *ring) votes(sessionID, state string, yes int) {
	r.w.t.Helper()
	proposal, option := database.NewID(), database.NewID()
	r.w.exec(`insert into date_proposals (id, circle_id, session_id, session_starts_at, why, state, opened_at, closes_at)
		select ?, circle_id, id, starts_at, 'quorum', ?, ?, ? from sessions where id = ?`, proposal, state, r.w.now(), r.w.now().Add(time.Hour), sessionID)
	r.w.exec("insert into date_options (id, proposal_id, place, kind) values (?, ?, 1, 'stay')", option, proposal)
	for i := range yes {
		r.w.exec("insert into date_votes (option_id, member_id, suits, at) values (?, ?, ?, ?)", option, r.members[i].ID, true, r.w.now())
	}
}

func (r *ring) away(i int, from, until wall.Date) {
	r.w.t.Helper()
	r.w.exec("insert into absences (id, circle_id, member_id, from_on, until_on) values (?, ?, ?, ?, ?)",
		database.NewID(), r.id, r.members[i].ID, from, until)
}

func TestHealthLooksAgainWhenTimeAloneCanChangeTheVerdict(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		r := w.circle(5, 6, "hhh", "pp")
		starts := w.now().Add(-24 * time.Hour).Add(week)
		_, next := w.review()
		if d := next.Sub(starts.Add(-QuorumAhead)); d.Abs() > time.Minute {
			t.Errorf("the next look is %v off a day before the session", d)
		}
		for i := range 3 {
			r.says(r.dates[3], i, "no")
		}
		w.clock.Advance(next.Sub(w.now()))
		if done, _ := w.review(); done.Raised != 1 {
			t.Fatalf("did %+v", done)
		}
		r.is(Wobbling, "quorum_at_risk")
	})
}

func TestAFallBelowFourIsToldOnce(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		r := w.circle(4, 6, "hhh", "pp")
		w.review()
		r.is(OnTrack)
		r.leave(0)
		w.review()
		r.is(Wobbling, "below_four")
		got(w.watch.Dismiss(t.Context(), w.facilitator, r.health().Flag.ID))(t)
		w.review()
		r.is(OnTrack)
		r.leave(1)
		w.review()
		r.is(Stalling, "under_three")
	})
}

func TestANewSlotLeavesTheFlagUntilASessionIsHeld(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		r := w.circle(5, 6, "hHh", "Ppp")
		w.review()
		r.is(Wobbling, "dates_shift")
		w.clock.Advance(time.Second)
		w.exec("update circles set reasons_since = ? where id = ?", w.now(), r.id)
		w.exec("update sessions set moved_at = null where id = ?", r.dates[3])
		for range 2 {
			r.touch()
			w.review()
			r.is(Wobbling, "dates_shift")
		}
		w.clock.Advance(week)
		r.becomes(3, "held")
		w.review()
		r.is(OnTrack)
	})
}

func TestTheProofFindsWhatNoWriteAnnounced(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		w.circle(5, 6, "hhh", "ppp")
		secret := w.circle(5, 6, "hhh", "ppp")
		asleep := w.circle(5, 6, "hhh", "ppp")
		over := w.circle(5, 6, "hmm", "ppp")
		w.review()
		prove := func() Proof { return got(w.watch.Prove(t.Context(), w.now()))(t) }
		if p := prove(); p != (Proof{Looked: 4}) {
			t.Fatalf("right after the review it finds %+v", p)
		}
		w.exec("update sessions set state = 'missed' where id in ?", secret.dates[1:3])
		w.exec("update circles set next_check_at = null where id = ?", asleep.id)
		w.exec("update circles set state = 'ended', next_check_at = null where id = ?", over.id)
		if p := prove(); p != (Proof{Looked: 3, Differing: 3}) {
			t.Fatalf("it finds %+v", p)
		}
		secret.is(OnTrack)
		w.review()
		secret.is(Stalling, "two_not_held")
		over.is(OnTrack)
		if p := prove(); p.Differing != 0 {
			t.Errorf("after the review it finds %+v", p)
		}
	})
}

func TestManyCirclesAreLookedAtInBatches(t *testing.T) {
	now := time.Date(2026, 3, 3, 10, 0, 0, 0, time.UTC)
	db := generate(t, 1200, now)
	w := &world{t: t, db: db}
	w.exec("update circles set next_check_at = ?", now)
	watch := New(Options{DB: db, Guides: library(t)})
	done, next, err := watch.Review(t.Context(), now)
	if err != nil || done.Looked != 1200 || !next.After(now) {
		t.Fatalf("did %+v, next %v, %v", done, next, err)
	}
	if p := got(watch.Prove(t.Context(), now))(t); p != (Proof{Looked: 1200}) {
		t.Errorf("the proof finds %+v", p)
	}
	if p := got(watch.Prove(t.Context(), now.Add(time.Hour)))(t); p.Differing != 0 {
		t.Errorf("an hour later the proof finds %+v", p)
	}
}

func TestTheFlagAgreesWithItsTable(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) { testkit.Parity(t, db, "flags", Flag{}) })
}
