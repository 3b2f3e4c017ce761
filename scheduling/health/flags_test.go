package health

import (
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/text"
	"kring/internal/wall"
)

func TestFineSnoozesUntilTheNextSession(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		r := w.circle(5, 2, "hhm", "ppp")
		w.review()
		got(w.watch.Fine(t.Context(), r.people[0], r.id))(t)
		f := *r.health().Flag
		next := *r.health().NextAt
		if f.SnoozedUntil == nil || !f.SnoozedUntil.Equal(next) || f.Asks(w.now()) {
			t.Fatalf("snoozed until %v, the next session is %v", f.SnoozedUntil, next)
		}
		if n := w.count("select count(*) from journal where circle_id = ? and actor_id is not null", r.id); n != 0 {
			t.Error("the journal knows who pressed")
		}
		w.review()
		w.clock.Advance(f.SnoozedUntil.Sub(w.now()))
		if f := *r.health().Flag; !f.Asks(w.now()) {
			t.Error("when the session begins the circle can be asked again")
		}
	})
}

func TestFineWithoutAFlagOrASession(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		calm := w.circle(5, 6, "hhh", "ppp")
		ended := w.circle(5, 6, "hhh", "")
		w.review()
		if h := got(w.watch.Fine(t.Context(), calm.people[0], calm.id))(t); h.Flag != nil || h.Verdict != OnTrack {
			t.Errorf("pressing without a flag answers %+v", h)
		}
		h := got(w.watch.Fine(t.Context(), ended.people[0], ended.id))(t)
		if d := h.Flag.SnoozedUntil.Sub(w.now()); d < week-time.Minute || d > week {
			t.Errorf("without a next session it rests for %v, want one interval", d)
		}
	})
}

func TestAStallingCircleThatRestsIsToldWhenItWakes(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		r := w.circle(5, 2, "hhmp", "pppppp")
		w.review()
		id := r.health().Flag.ID
		on := wall.DateOf(w.now(), time.UTC).AddDays(3)
		f := got(w.watch.Snooze(t.Context(), w.facilitator, id, on))(t)
		r.becomes(3, "missed")
		w.review()
		r.is(Stalling, "two_not_held")
		if n := len(w.noticed(NoticeStalling)); n != 0 {
			t.Fatal("a resting flag wrote a letter")
		}
		_, next := w.review()
		if next.After(*f.SnoozedUntil) {
			t.Errorf("nobody looks when it wakes at %v, but at %v", f.SnoozedUntil, next)
		}
		w.clock.Advance(f.SnoozedUntil.Sub(w.now()))
		r.touch()
		w.review()
		if n := w.noticed(NoticeStalling)["waiting"]; n != 1 {
			t.Errorf("%d letters after it woke", n)
		}
	})
}

func TestADismissedFlagLeavesOnlyWhatHappensAfter(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		r := w.circle(5, 6, "hmm", "ppp")
		w.review()
		f := got(w.watch.Dismiss(t.Context(), w.facilitator, r.health().Flag.ID))(t)
		if f.State != Dismissed || w.noticed(NoticeStalling)["void"] != 1 {
			t.Errorf("it is %s, letters %v", f.State, w.noticed(NoticeStalling))
		}
		w.review()
		r.is(OnTrack)
		refused(w.watch.Dismiss(t.Context(), w.facilitator, f.ID))(t, fault.Conflict, "flag-closed")
		w.clock.Advance(week)
		r.becomes(3, "missed")
		w.review()
		r.is(OnTrack)
		w.clock.Advance(week)
		r.becomes(4, "missed")
		w.review()
		r.is(Stalling, "two_not_held")
	})
}

func TestAnAcknowledgedFlagStaysAndTellsNobodyElse(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		r := w.circle(5, 2, "hhm", "ppp")
		w.review()
		id := r.health().Flag.ID
		first := got(w.watch.Acknowledge(t.Context(), w.facilitator, id))(t)
		w.clock.Advance(time.Minute)
		again := got(w.watch.Acknowledge(t.Context(), w.facilitator, id))(t)
		if first.AcknowledgedAt == nil || !first.AcknowledgedAt.Equal(*again.AcknowledgedAt) {
			t.Errorf("acknowledged at %v, then at %v", first.AcknowledgedAt, again.AcknowledgedAt)
		}
		r.is(Wobbling, "early_miss")
		r.becomes(1, "missed")
		w.review()
		if f := r.health().Flag; f.AcknowledgedAt != nil || f.ToldAt == nil {
			t.Errorf("it got worse, which is news: %+v", f)
		}
	})
}

func TestHowLongAFlagCanRest(t *testing.T) {
	today := wall.NewDate(2018, 3, 20)
	for name, c := range map[string]struct {
		until wall.Date
		code  string
	}{
		"not without a date":        {wall.Date{}, "required"},
		"not until yesterday":       {today.AddDays(-1), "not-after"},
		"not until today":           {today, "not-after"},
		"until tomorrow":            {today.AddDays(1), ""},
		"until the ninetieth day":   {today.AddDays(LongestSnooze), ""},
		"not a day longer":          {today.AddDays(LongestSnooze + 1), "too-far"},
		"over the turn of the year": {wall.NewDate(2018, 6, 18), ""},
	} {
		t.Run(name, func(t *testing.T) {
			err := checkSnooze(c.until, today)
			f, is := fault.Of(err)
			if is != (c.code != "") || is && f.Violations[0].Code != c.code {
				t.Errorf("got %v, want %q", err, c.code)
			}
		})
	}
}

func TestWhoMayDoWhatAboutAFlag(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		r := w.circle(5, 2, "hhm", "ppp")
		w.review()
		id, member := r.health().Flag.ID, r.people[0]
		_, stranger := w.programme("Europe/Brussels")
		ctx, nobody := t.Context(), identity.Actor{}
		on := wall.DateOf(w.now(), time.UTC).AddDays(3)

		got(w.watch.Health(ctx, member, r.id))(t)
		refused(w.watch.Health(ctx, stranger, r.id))(t, fault.NotFound, "not-found")
		refused(w.watch.Health(ctx, nobody, r.id))(t, fault.Unauthenticated, "sign-in-needed")
		refused(w.watch.Health(ctx, member, database.NewID()))(t, fault.NotFound, "not-found")
		refused(w.watch.Fine(ctx, w.facilitator, r.id))(t, fault.Forbidden, "forbidden")
		refused(w.watch.Fine(ctx, stranger, r.id))(t, fault.NotFound, "not-found")
		refused(w.watch.Acknowledge(ctx, member, id))(t, fault.Forbidden, "forbidden")
		refused(w.watch.Snooze(ctx, member, id, on))(t, fault.Forbidden, "forbidden")
		refused(w.watch.Dismiss(ctx, member, id))(t, fault.Forbidden, "forbidden")
		refused(w.watch.Dismiss(ctx, stranger, id))(t, fault.NotFound, "not-found")
		refused(w.watch.Dismiss(ctx, w.facilitator, "no id"))(t, fault.NotFound, "not-found")
	})
}

func TestEveryReasonAndStepHasItsSentence(t *testing.T) {
	catalog, err := text.Load(Texts)
	if err != nil {
		t.Fatal(err)
	}
	catalog = catalog.Strict()
	args := map[string]int{"count": 2, "quorum": 3, "week": 4}
	for _, lang := range []string{text.Dutch, text.English} {
		for _, r := range rules {
			for _, n := range []int{0, 1, 2} {
				args["count"] = n
				if (Reason{Code: r.code, Args: args}).Say(catalog, lang) == "" || r.step.Say(catalog, lang) == "" {
					t.Errorf("%s says nothing in %s", r.code, lang)
				}
			}
		}
		for _, level := range Levels() {
			catalog.Say(lang, "verdict."+string(level), nil)
		}
	}
	if said := (Reason{Code: "early_miss", Args: map[string]int{"week": 2}}).Say(catalog, "nl"); said != "Er ging een sessie niet door, terwijl de cirkel pas aan week 2 is." {
		t.Errorf("it says %q", said)
	}
}
