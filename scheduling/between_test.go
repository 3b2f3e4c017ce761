package scheduling

import (
	"slices"
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/wall"

	"kring/circles"
)

// What holds between the rules: one thing follows from another at an hour, or in a state, of its own.

func TestAnEveningCircleIsRemindedOnTheSecondWorkingDayBefore(t *testing.T) {
	s := tuesdays
	s.at = wall.At(20, 0)
	s.zones = []string{"Europe/Brussels", "Europe/Brussels", "Europe/London", "Asia/Kathmandu"}
	lives(t, s, func(t *testing.T, w *world) {
		w.until("2018-02-20T19:00:00Z")
		for _, n := range w.notices() {
			if n.Kind != NoticeReminderTwoDays {
				continue
			}
			want := "2018-02-16T17:00:00Z" // Friday at six in Brussels, five in London
			if n.PersonID == w.member(3).PersonID {
				want = "2018-02-17T02:15:00Z" // there it is late in the evening: at eight in the morning
			}
			if got := n.HoldUntil.UTC().Truncate(time.Minute).Format(time.RFC3339); got != want {
				t.Errorf("reminded at %s, want %s", got, want)
			}
		}
		if n := w.told(NoticeReminderTwoDays); n != 4 {
			t.Errorf("%d were reminded", n)
		}
	})
}

func TestTheThirdThatIsCalledOffAheadAsksWhetherToGoOn(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		for _, date := range []string{"2018-02-20", "2018-02-27"} {
			w.until(date + "T13:00:00Z")
			w.record(date, Missed)
		}
		got(w.calendar.Cancel(w.ctx, w.member(0), w.on("2018-03-13").ID, 0, false))(t)
		if n := w.told(NoticeGoOn); n != 0 {
			t.Errorf("%d are asked while another session comes before the one that was called off", n)
		}
		w.until("2018-03-05T12:00:00Z")
		got(w.calendar.Cancel(w.ctx, w.member(0), w.on("2018-03-06").ID, 0, false))(t)
		if n := w.told(NoticeGoOn); n != 5 || w.circle().RemindersStoppedAt == nil {
			t.Errorf("%d were asked", n)
		}
	})
}

func TestARevivedCircleIsCountedAnew(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		w.until("2018-03-30T13:00:00Z") // three unrecorded, and silence for 21 days
		got(w.calendar.Resume(w.ctx, w.member(0), w.circleID, 0, day(t, "2018-04-10"), false))(t)
		w.forgetNotices()
		w.until("2018-04-17T13:00:00Z")
		w.record("2018-04-10", Missed)
		if n := w.told(NoticeGoOn); n != 0 {
			t.Errorf("%d are asked again after the first session", n)
		}
	})
}

func TestACircleThatGoesOnLateIsCountedFromItsAnswer(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		w.until("2018-03-28T09:00:00Z") // asked on the 9th; three more sessions went by
		got(w.calendar.GoOn(w.ctx, w.member(0), w.circleID))(t)
		w.forgetNotices()
		w.until("2018-04-07T09:00:00Z")
		if n := w.told(NoticeGoOn); n != 0 {
			t.Errorf("%d are asked again after one session", n)
		}
	})
}

func TestWhatWasNotRemindedOfWhileRemindersRestedComesAfter(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		w.until("2018-03-19T09:00:00Z") // the reminder of the 20th was due on the 16th
		w.forgetNotices()
		got(w.calendar.GoOn(w.ctx, w.member(0), w.circleID))(t)
		w.until("2018-03-19T09:01:00Z")
		if n := w.told(NoticeReminderTwoDays); n != 5 {
			t.Errorf("%d are reminded of tomorrow", n)
		}
	})
}

func TestWhoChangesDatesGoesOn(t *testing.T) {
	for name, plan := range map[string]func(w *world) error{
		"moving a session": func(w *world) error {
			_, err := w.calendar.Move(w.ctx, w.member(0), w.on("2018-03-20").ID, 0, day(w.t, "2018-03-22"), wall.At(12, 30), false)
			return err
		},
		"planning a free week": func(w *world) error {
			_, err := w.calendar.AddBreak(w.ctx, w.member(0), w.circleID, 0, day(w.t, "2018-03-19"), day(w.t, "2018-03-25"), false)
			return err
		},
		"adding dates": func(w *world) error {
			_, err := w.calendar.MoreDates(w.ctx, w.member(0), w.circleID, 0, 1, false)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			lives(t, tuesdays, func(t *testing.T, w *world) {
				w.until("2018-03-12T12:00:00Z")
				if err := plan(w); err != nil {
					t.Fatal(err)
				}
				w.until("2018-04-01T12:00:00Z")
				if c := w.circle(); c.State != circles.Running || c.EndReason != "" {
					t.Errorf("the circle is %s, %s", c.State, c.EndReason)
				}
			})
		})
	}
}

func TestACircleThatGoesOnWithoutADateIsAskedForDates(t *testing.T) {
	s := tuesdays
	s.set = "intervisie"
	lives(t, s, func(t *testing.T, w *world) {
		sessions := w.course().sessions
		for _, session := range sessions[:3] {
			w.until(session.EndsAt.Add(time.Minute).Format(time.RFC3339))
			got(w.calendar.RecordOutcome(w.ctx, w.member(0), session.ID, Held))(t)
		}
		w.until(sessions[5].EndsAt.Add(UnrecordedAfter + time.Minute).Format(time.RFC3339))
		if w.told(NoticeGoOn) != 5 || w.told(NoticeFinishOrMore) != 0 {
			t.Fatalf("asked %v", w.notices())
		}
		got(w.calendar.GoOn(w.ctx, w.member(0), w.circleID))(t)
		if n := w.told(NoticeFinishOrMore); n != 5 {
			t.Errorf("%d were asked: finished, or more dates?", n)
		}
	})
}

func TestWhoWasAwayCountsAsNoOnceNamesAreForgotten(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		away := []Span{{FromOn: day(t, "2018-02-19"), UntilOn: day(t, "2018-03-13")}}
		got(w.calendar.SetAbsences(w.ctx, w.member(0), w.circleID, away))(t)
		got(w.calendar.Answer(w.ctx, w.member(1), w.on("2018-02-20").ID, Yes))(t)
		session := w.on("2018-02-20").ID
		w.until("2018-02-28T12:00:00Z")
		if view := got(w.calendar.Session(w.ctx, w.facilitator, session))(t); view.Answers != (Tally{Yes: 1, No: 1, Silent: 3}) {
			t.Errorf("after seven days the counts are %+v", view.Answers)
		}
		if kept := w.course().word.Absences; len(kept) != 1 {
			t.Errorf("an absence that goes on is gone: %v", kept)
		}
		w.until("2018-03-28T12:00:00Z")
		if kept := w.course().word.Absences; len(kept) != 0 {
			t.Errorf("the names of who was away are still there: %v", kept)
		}
	})
}

func TestWhoSaidNoInAdvanceIsNotAskedWhetherStillIn(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		for _, date := range []string{"2018-02-20", "2018-02-27", "2018-03-06", "2018-03-13", "2018-03-20", "2018-03-27"} {
			got(w.calendar.Answer(w.ctx, w.member(4), w.on(date).ID, No))(t)
		}
		for _, date := range []string{"2018-02-20", "2018-02-27", "2018-03-06", "2018-03-13", "2018-03-20", "2018-03-27"} {
			for n := range 4 {
				got(w.calendar.Answer(w.ctx, w.member(n), w.on(date).ID, Yes))(t)
			}
			w.until(date + "T12:45:00Z")
			w.record(date, Held)
		}
		if n := w.told(NoticeStillIn); n != 0 {
			t.Errorf("%d were asked", n)
		}
	})
}

func TestWhoGivesNoSignIsAskedAlsoWhenTheOutcomeIsSaidBeforeTheEnd(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		for _, date := range []string{"2018-02-20", "2018-02-27", "2018-03-06", "2018-03-13", "2018-03-20"} {
			for n := range 4 {
				got(w.calendar.Answer(w.ctx, w.member(n), w.on(date).ID, Yes))(t)
			}
			w.until(date + "T12:20:00Z") // ten minutes before the end
			w.record(date, Held)
		}
		if n := w.told(NoticeStillIn); n != 1 {
			t.Errorf("%d were asked", n)
		}
	})
}

func TestThePreviewShowsTheRunThatBeginLaysOut(t *testing.T) {
	s := tuesdays
	s.forming = true
	lives(t, s, func(t *testing.T, w *world) {
		w.sleep("2018-02-20T13:00:00Z") // Tuesday, after the hour of the slot
		preview := got(w.calendar.PreviewBegin(w.ctx, w.facilitator, w.circleID, day(t, "2018-02-20")))(t)
		got(w.calendar.Begin(w.ctx, w.facilitator, w.circleID, 0, BeginDraft{StartsOn: day(t, "2018-02-20")}, false))(t)
		sessions := w.course().sessions
		if len(preview.Dates) != len(sessions) {
			t.Fatalf("%d dates previewed, %d laid out", len(preview.Dates), len(sessions))
		}
		for i, d := range preview.Dates {
			if !d.StartsAt.Equal(sessions[i].StartsAt) {
				t.Fatalf("date %d is %v in the preview and %v in the run", i, d.StartsAt, sessions[i].StartsAt)
			}
		}
	})
}

func TestAHostWhoLeavesOrOptsOutIsReplacedByTheNextPass(t *testing.T) {
	no := false
	for name, c := range map[string]struct {
		goes func(w *world, host circles.Member) error
		told int // of them who still are members
	}{
		"leaving": {func(w *world, host circles.Member) error {
			_, err := w.registry.Leave(w.ctx, identity.Actor{PersonID: host.PersonID}, host.ID)
			return err
		}, 1},
		"opting out": {func(w *world, host circles.Member) error {
			_, err := w.registry.PatchMember(w.ctx, identity.Actor{PersonID: host.PersonID}, host.ID, 0, circles.MemberPatch{Hosts: &no})
			return err
		}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			lives(t, tuesdays, func(t *testing.T, w *world) {
				w.until("2018-02-19T12:00:00Z") // the reminder of the 20th is out
				host, _ := w.course().memberByID(*w.on("2018-02-20").HostID)
				if err := c.goes(w, host); err != nil {
					t.Fatal(err)
				}
				w.until("2018-02-19T12:01:00Z")
				if s := w.on("2018-02-20"); s.HostID == nil || *s.HostID == host.ID {
					t.Errorf("the session is led by %v", s.HostID)
				}
				if n := w.told(NoticeHostChanged); n != c.told {
					t.Errorf("%d are told who leads", n)
				}
			})
		})
	}
}

func TestWhereTheQuorumIsLostBySomebodyWhoLeavesTheCircleHearsAtOnce(t *testing.T) {
	s := tuesdays
	s.zones = slices.Repeat([]string{"Europe/Brussels"}, 4)
	lives(t, s, func(t *testing.T, w *world) {
		w.until("2018-02-19T12:00:00Z") // the reminder of the 20th is out, and it is too late to vote
		got(w.calendar.Answer(w.ctx, w.member(0), w.on("2018-02-20").ID, No))(t)
		if n := w.told(NoticeQuorumLost); n != 0 {
			t.Fatalf("three of four are enough, and %d heard otherwise", n)
		}
		gone := w.course().members[3]
		got(w.registry.Leave(w.ctx, identity.Actor{PersonID: gone.PersonID}, gone.ID))(t)
		w.until("2018-02-19T12:01:00Z")
		if n := w.told(NoticeQuorumLost); n != 3 {
			t.Errorf("%d heard that it is lost", n)
		}
	})
}

func TestTheHourBeforeIsSwitchedOffByAPersonAndByAProgramme(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		off, who := true, w.member(2).PersonID
		w.write(func(tx database.Tx) error {
			_, err := identity.PatchIn(tx, w.clock.Now(), who, 0, identity.Patch{HourOff: &off})
			return err
		})
		w.until("2018-02-20T12:00:00Z")
		if n := w.told(NoticeReminderHour); n != 4 {
			t.Errorf("%d of the four who want it are reminded", n)
		}
		w.forgetNotices()
		hour := false
		got(w.registry.PatchProgramme(w.ctx, w.facilitator, w.programme.ID, 0, circles.ProgrammePatch{HourReminder: &hour}))(t)
		w.until("2018-02-27T12:00:00Z")
		if n := w.told(NoticeReminderHour); n != 0 || w.told(NoticeReminderTwoDays) != 5 {
			t.Errorf("%d are reminded an hour before in a programme without it", n)
		}
	})
}

func TestAProgrammesBreakIsLeftFreeAndASchoolHolidayIsNot(t *testing.T) {
	s := tuesdays
	s.breaks = []circles.Break{
		{Kind: circles.BreakWeeks, Name: "Sluiting", FromOn: wall.NewDate(2018, 2, 26), UntilOn: wall.NewDate(2018, 3, 4)},
		{Kind: circles.SchoolHoliday, Name: "Paasvakantie", FromOn: wall.NewDate(2018, 4, 2), UntilOn: wall.NewDate(2018, 4, 15)},
	}
	s.forming = true
	lives(t, s, func(t *testing.T, w *world) {
		preview := got(w.calendar.PreviewBegin(w.ctx, w.facilitator, w.circleID, wall.Date{}))(t)
		if len(preview.Free) == 0 || preview.Free[0].On != day(t, "2018-02-27") || preview.Free[0].Why != OffBreak {
			t.Errorf("left free: %v", preview.Free)
		}
		warned := slices.IndexFunc(preview.Warnings, func(w Warning) bool { return w.Code == WarnSchoolHoliday })
		if warned < 0 || preview.Warnings[warned].Dates != 2 {
			t.Errorf("warned of %v", preview.Warnings)
		}
		got(w.calendar.Begin(w.ctx, w.facilitator, w.circleID, 0, BeginDraft{}, false))(t)
		dates := w.dates()
		if slices.Contains(dates, "2018-02-27 planned") || !slices.Contains(dates, "2018-04-03 planned") {
			t.Errorf("the run is %v", dates)
		}
	})
}

func TestAPastSessionIsNotMoved(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		session := w.on("2018-02-20").ID
		w.until("2018-02-20T12:35:00Z") // it ended five minutes ago
		refused(w.calendar.Move(w.ctx, w.member(0), session, 0, day(t, "2018-02-22"), wall.At(12, 30), false))(t, "session-over")
	})
}

func TestAnEndInEveryWayClearsTheFlagAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		end  func(w *world)
		want circles.State
	}{
		"by the facilitator": {func(w *world) {
			got(w.calendar.End(w.ctx, w.facilitator, w.circleID, 0, circles.EndNoTime, "", false))(w.t)
		}, circles.Ended},
		"by a motion to end": {func(w *world) {
			got(w.calendar.End(w.ctx, w.member(0), w.circleID, 0, circles.EndNoTime, "", false))(w.t)
			w.until("2018-02-20T12:00:00Z")
		}, circles.Ended},
		"by a motion to complete": {func(w *world) {
			got(w.calendar.Complete(w.ctx, w.member(0), w.circleID, 0, false))(w.t)
			w.until("2018-02-20T12:00:00Z")
		}, circles.Completed},
		"by silence": {func(w *world) { w.until("2018-03-31T12:00:00Z") }, circles.Ended},
	} {
		t.Run(name, func(t *testing.T) {
			lives(t, tuesdays, func(t *testing.T, w *world) {
				w.stalling()
				c.end(w)
				if state := w.circle().State; state != c.want {
					t.Fatalf("the circle is %s", state)
				}
				if n := w.openFlags(); n != 0 {
					t.Errorf("%d flags are open", n)
				}
			})
		})
	}
}

// openFlags counts the flags that the circle carries.
func (w *world) openFlags() (n int) {
	w.t.Helper()
	w.write(func(tx database.Tx) error {
		return tx.Gorm().Raw("select count(*) from flags where circle_id = ? and state = 'open'", w.circleID).Scan(&n).Error
	})
	return n
}
