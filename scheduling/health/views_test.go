package health

import (
	"testing"
	"time"

	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/page"
	"kring/internal/wall"

	"kring/circles"
)

func TestWhatIsSeenOfACircle(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		r := w.circle(5, 3, "hhhu", "ppp")
		w.review()
		h := r.health()
		if h.State != circles.Running || h.Verdict != OnTrack || h.Members != 5 || h.Held != 3 || h.GuideWeeks != 13 ||
			h.GuideWeek == nil || *h.GuideWeek != 3 || !h.NothingRecorded || h.NextAt == nil || h.LastHeldAt == nil || h.NextCheckAt == nil {
			t.Errorf("got %+v", h)
		}
		done := w.circle(5, 13, "hhhu", "")
		if h := done.health(); h.GuideWeek != nil {
			t.Errorf("after the last guide it is at week %d", *h.GuideWeek)
		}
	})
}

func TestTheHealthOfAProgramme(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		for range 3 {
			w.circle(5, 6, "hhh", "ppp")
		}
		for range 2 {
			w.circle(5, 2, "hhm", "ppp")
		}
		w.circle(5, 6, "hmm", "ppp")
		w.review()
		for level, want := range map[Level]int{"": 6, OnTrack: 3, Wobbling: 2, Stalling: 1} {
			seen, after := 0, page.Cursor{}
			for {
				p := got(w.watch.ProgrammeHealth(t.Context(), w.facilitator, w.programmeID, level, after, 2))(t)
				for _, h := range p.Items {
					seen++
					if level != "" && h.Verdict != level {
						t.Errorf("%s among %s", h.Verdict, level)
					}
				}
				if p.Next == "" {
					break
				}
				after = got(page.Parse(p.Next))(t)
			}
			if seen != want {
				t.Errorf("%d circles are %q, want %d", seen, level, want)
			}
		}
		_, stranger := w.programme("Europe/Brussels")
		refused(w.watch.ProgrammeHealth(t.Context(), stranger, w.programmeID, "", page.Cursor{}, 2))(t, fault.NotFound, "not-found")
		refused(w.watch.ProgrammeHealth(t.Context(), identity.Actor{}, w.programmeID, "", page.Cursor{}, 2))(t, fault.Unauthenticated, "sign-in-needed")
	})
}

func TestTheOverviewNamesWhoeverNeedsSomebodyFirst(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		calm := w.circle(5, 6, "hhh", "ppp")
		silent := w.circle(5, 6, "hhhu", "ppp")
		wobbling := w.circle(5, 2, "hhm", "ppp")
		stalling := w.circle(5, 6, "hmm", "ppp")
		forming := w.circle(2, 0, "", "")
		w.exec("update circles set state = 'forming' where id = ?", forming.id)
		over := w.circle(5, 6, "hh", "")
		w.exec("update circles set state = 'ended' where id = ?", over.id)
		w.review()
		o := got(w.watch.Overview(t.Context(), w.programmeID, w.now()))(t)
		var order []string
		for _, h := range o.Circles {
			order = append(order, h.CircleID)
		}
		for i, want := range []*ring{stalling, wobbling, silent, calm, forming, over} {
			if order[i] != want.id {
				t.Errorf("place %d is taken by another circle", i)
			}
		}
		if o.States[circles.Running] != 4 || o.States[circles.Forming] != 1 || o.States[circles.Ended] != 1 ||
			o.Verdicts[OnTrack] != 2 || o.Verdicts[Stalling] != 1 || o.Silent != 1 || o.More != 0 {
			t.Errorf("counts %+v", o)
		}
	})
}

func TestTheOverviewIsAskedForOnceAWeek(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		w.circle(5, 6, "hhh", "ppp")
		empty, _ := w.programme("Pacific/Auckland")
		loc := got(wall.LoadZone("Europe/Brussels"))(t)
		_, _, monday := overviewDue(w.now(), loc)
		queue := func(at time.Time) (int, time.Time) {
			n, next, err := w.watch.QueueOverviews(t.Context(), at)
			if err != nil {
				t.Fatal(err)
			}
			return n, next
		}
		if n, next := queue(monday.Add(-time.Microsecond)); n != 0 || next.After(monday) {
			t.Errorf("before eight %d are asked for, the next at %v", n, next)
		}
		for i, at := range []time.Time{monday, monday.Add(time.Hour), monday.Add(overviewLate)} {
			if n, next := queue(at); n != 1 && i == 0 || n != 0 && i > 0 || !next.After(at) {
				t.Errorf("%v after eight %d are asked for, the next at %v", at.Sub(monday), n, next)
			}
		}
		if n, _ := queue(monday.Add(week)); n != 1 {
			t.Errorf("a week later %d are asked for", n)
		}
		if n := w.count("select count(*) from notices where programme_id = ?", empty); n != 0 {
			t.Errorf("a programme without circles gets %d overviews", n)
		}
	})
}

func TestTheOverviewIsDueOnMondayAtEightOnTheWall(t *testing.T) {
	for name, c := range map[string]struct{ zone, now, on, at, following string }{
		"Monday at eight":             {"Europe/Brussels", "2018-03-19T07:00:00Z", "2018-03-19", "2018-03-19T07:00:00Z", "2018-03-26T06:00:00Z"},
		"a moment before":             {"Europe/Brussels", "2018-03-19T06:59:59Z", "2018-03-12", "2018-03-12T07:00:00Z", "2018-03-19T07:00:00Z"},
		"Sunday at night":             {"Europe/Brussels", "2018-03-25T21:59:00Z", "2018-03-19", "2018-03-19T07:00:00Z", "2018-03-26T06:00:00Z"},
		"the week summer ends":        {"Europe/Brussels", "2017-10-24T12:00:00Z", "2017-10-23", "2017-10-23T06:00:00Z", "2017-10-30T07:00:00Z"},
		"Auckland is half a day on":   {"Pacific/Auckland", "2018-03-18T19:00:00Z", "2018-03-19", "2018-03-18T19:00:00Z", "2018-03-25T19:00:00Z"},
		"Kathmandu keeps its quarter": {"Asia/Kathmandu", "2018-03-19T02:15:00Z", "2018-03-19", "2018-03-19T02:15:00Z", "2018-03-26T02:15:00Z"},
		"over the turn of the year":   {"Europe/Brussels", "2017-12-31T12:00:00Z", "2017-12-25", "2017-12-25T07:00:00Z", "2018-01-01T07:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			now := got(time.Parse(time.RFC3339, c.now))(t)
			on, at, following := overviewDue(now, got(wall.LoadZone(c.zone))(t))
			if on.String() != c.on || at.UTC().Format(time.RFC3339) != c.at || following.UTC().Format(time.RFC3339) != c.following {
				t.Errorf("got %s %s %s", on, at.UTC().Format(time.RFC3339), following.UTC().Format(time.RFC3339))
			}
		})
	}
}
