package scheduling

import (
	"slices"
	"sync"
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/page"
	"kring/internal/wall"

	"kring/circles"
)

// stated lets every member have said that they can at certain hours, Monday to Friday.
func (w *world) stated(from, until wall.TimeOfDay, members ...int) {
	w.t.Helper()
	var hours wall.Availability
	for day := time.Monday; day <= time.Friday; day++ {
		hours = hours.With(day, int(from), int(until))
	}
	for _, n := range members {
		person := w.member(n).PersonID
		w.write(func(tx database.Tx) error {
			_, err := identity.PatchIn(tx, w.clock.Now(), person, 0, identity.Patch{Availability: &hours})
			return err
		})
	}
}

func (w *world) says(n int, date string, answer Answer) {
	w.t.Helper()
	got(w.calendar.Answer(w.ctx, w.member(n), w.on(date).ID, answer))(w.t)
}

// proposals are the circle's, newest first.
func (w *world) proposals() []ProposalView {
	w.t.Helper()
	return got(w.calendar.DateProposals(w.ctx, w.member(0), w.circleID, page.Cursor{}, 0))(w.t).Items
}

// starts are the moments that a proposal offers, on the wall of Brussels.
func starts(v ProposalView) (out []string) {
	for _, o := range v.Options {
		if o.Kind == OptionMove {
			out = append(out, o.StartsAt.In(time.FixedZone("", 3600)).Format("2006-01-02 15:04"))
		} else {
			out = append(out, string(o.Kind))
		}
	}
	return out
}

func (w *world) vote(n int, v ProposalView, place int, suits bool) ProposalView {
	w.t.Helper()
	return got(w.calendar.Vote(w.ctx, w.member(n), v.ID, []OptionVote{{OptionID: v.Options[place-1].ID, Suits: suits}}))(w.t)
}

// short lets three of five say that they cannot come on Tuesday 6 March, on the Thursday before, in the morning.
func (w *world) short() ProposalView {
	w.t.Helper()
	w.stated(8*60, 18*60, 0, 1, 2, 3, 4)
	w.until("2018-03-01T09:00:00Z")
	w.says(0, "2018-03-06", No)
	w.says(1, "2018-03-06", No)
	if n := len(w.proposals()); n != 0 {
		w.t.Fatalf("three are enough, and there are %d proposals", n)
	}
	w.forgetNotices()
	w.says(2, "2018-03-06", No)
	all := w.proposals()
	if len(all) != 1 {
		w.t.Fatalf("%d proposals", len(all))
	}
	return all[0]
}

func TestWhereTooFewCanComeTheCircleIsAskedForAnotherDate(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		v := w.short()
		if v.Why != WhyQuorum || v.State != ProposalOpen || v.MemberID != nil || !v.MayVote || v.MayClose != w.on("2018-03-06").hosts(w.course().members[0].ID) {
			t.Errorf("opened %+v", v.DateProposal)
		}
		// Half of the time until Tuesday 12:30 is Saturday night.
		if want := at(t, "2018-03-03T22:15:00Z"); !v.ClosesAt.Equal(want) {
			t.Errorf("it closes at %v", v.ClosesAt)
		}
		want := []string{"2018-03-07 12:30", "2018-03-08 12:30", "2018-03-09 12:30", "skip", "stay"}
		if got := starts(v); !slices.Equal(got[3:], want[3:]) || len(got) != 5 {
			t.Errorf("the options are %v", got)
		}
		if n := w.told(NoticeProposal); n != 5 || w.told(NoticeQuorumLost) != 0 {
			t.Errorf("%d are asked", n)
		}
		for _, o := range v.Options[:3] {
			if o.Fine != 5 || o.Yes != 0 || len(o.ByName) != 5 || o.ByName[0].Suits != nil {
				t.Errorf("option %+v", o)
			}
		}
	})
}

func TestAVoteClosesOnceOneDateSuitsAll(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		v := w.short()
		revision := w.circle().Revision
		for n := range 4 {
			if now := w.vote(n, v, 2, true); now.State != ProposalOpen {
				t.Fatalf("closed after %d votes", n+1)
			}
		}
		w.vote(0, v, 2, false)
		w.vote(0, v, 2, true) // a mind that changed twice
		done := w.vote(4, v, 2, true)
		if done.State != ProposalMoved || done.ReplanID == nil || done.ClosedAt == nil {
			t.Fatalf("it is %+v", done.DateProposal)
		}
		moved := got(w.calendar.Session(w.ctx, w.member(0), v.SessionID))(t)
		if !moved.StartsAt.Equal(*v.Options[1].StartsAt) || moved.Answers.Yes != 5 || w.circle().Revision != revision+1 {
			t.Errorf("the session is at %v with %+v, revision %d", moved.StartsAt, moved.Answers, w.circle().Revision)
		}
		replan := got(w.calendar.Replan(w.ctx, w.member(0), *done.ReplanID))(t)
		if replan.ByID != nil || replan.Step.Kind != StepMove {
			t.Errorf("the replan is %+v", replan)
		}
		if n := w.told(NoticeDatesChanged); n != 5 || w.told(NoticeProposal) != 0 {
			t.Errorf("%d letters of the change; %d of the vote wait though it is over", n, w.told(NoticeProposal))
		}
		refused(w.calendar.Vote(w.ctx, w.member(0), v.ID, []OptionVote{{OptionID: v.Options[0].ID, Suits: true}}))(t, "proposal-closed")
		w.until("2018-03-20T12:00:00Z")
		if now := got(w.calendar.DateProposal(w.ctx, w.member(0), v.ID))(t); now.Options[1].Yes != 0 {
			t.Errorf("seven days later it still says who voted: %+v", now.Options[1])
		}
		var left int64
		w.write(func(tx database.Tx) error { return tx.Gorm().Table("date_votes").Count(&left).Error })
		if left != 0 {
			t.Errorf("%d votes are left", left)
		}
	})
}

func TestSilenceIsFineWithinTheStatedHours(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		v := w.short()
		w.vote(3, v, 1, false)
		w.vote(4, v, 1, false)
		w.vote(0, v, 5, true)
		w.until("2018-03-03T22:15:00Z")
		w.pass()
		if now := w.proposals()[0]; now.State != ProposalMoved {
			t.Fatalf("it is %s", now.State)
		}
		if s := got(w.calendar.Session(w.ctx, w.member(0), v.SessionID))(t); !s.StartsAt.Equal(*v.Options[1].StartsAt) {
			t.Errorf("moved to %v: the second suits five, the first three", s.StartsAt)
		}
	})
}

// Who knows the stated hours would read out of a count of silence who had not voted, and who is away.
func TestAFacilitatorReadsNoSilence(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		v := w.short()
		w.vote(3, v, 1, true)
		seen := got(w.calendar.DateProposal(w.ctx, w.facilitator, v.ID))(t)
		if o := seen.Options[0]; o.Yes != 1 || o.Fine != 1 || o.ByName != nil || seen.Options[1].Fine != 0 || seen.Silence {
			t.Errorf("a facilitator reads %+v", seen.Options)
		}
		if o := got(w.calendar.DateProposal(w.ctx, w.member(0), v.ID))(t).Options[0]; o.Fine != 5 {
			t.Errorf("a member reads %+v", o)
		}
	})
}

func TestACircleThatAsksEverybodyTakesNoSilence(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		yes := true
		got(w.registry.PatchCircle(w.ctx, w.member(0), w.circleID, 0, circles.CirclePatch{AskEverybody: &yes}))(t)
		v := w.short()
		w.vote(0, v, 1, true)
		w.vote(1, v, 1, true)
		w.until("2018-03-05T12:00:00Z")
		if now := w.proposals()[0]; now.State != ProposalStays || now.ReplanID != nil {
			t.Errorf("it is %s", now.State)
		}
		if n := w.told(NoticeProposalStays); n != 5 || w.told(NoticeDatesChanged) != 0 {
			t.Errorf("%d are told that it stays", n)
		}
	})
}

func TestANoThatIsTakenBackEndsAVoteQuietly(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		v := w.short()
		w.says(2, "2018-03-06", Yes)
		if now := w.proposals()[0]; now.State != ProposalOvertaken || w.told(NoticeProposal) != 0 {
			t.Errorf("it is %s, and %d are still asked", now.State, w.told(NoticeProposal))
		}
		w.says(2, "2018-03-06", No)
		again := w.proposals()
		if len(again) != 2 || again[0].State != ProposalOpen || again[0].ID == v.ID {
			t.Fatalf("%d proposals, the newest %s", len(again), again[0].State)
		}
		w.says(2, "2018-03-06", Yes)
		w.says(2, "2018-03-06", No)
		if n := len(w.proposals()); n != 2 || w.told(NoticeQuorumLost) != 5 {
			t.Errorf("%d proposals, %d are told: who wavers does not have the circle asked for ever", n, w.told(NoticeQuorumLost))
		}
	})
}

func TestAVoteGoesOnWhereSomebodyVotedAndTheQuorumIsBack(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		v := w.short()
		w.vote(3, v, 1, true)
		w.says(2, "2018-03-06", Yes)
		if now := w.proposals()[0]; now.State != ProposalOpen {
			t.Fatalf("it is %s", now.State)
		}
		for _, n := range []int{0, 1} {
			w.vote(n, v, 1, false)
			w.vote(n, v, 2, false)
			w.vote(n, v, 3, false)
		}
		w.until("2018-03-05T12:00:00Z")
		if now := w.proposals()[0]; now.State != ProposalStays {
			t.Errorf("it is %s: nothing suits more than the session as it is", now.State)
		}
	})
}

func TestAVoteIsOvertakenWhenTheSessionChanges(t *testing.T) {
	for name, change := range map[string]func(w *world) error{
		"moved": func(w *world) error {
			_, err := w.calendar.Move(w.ctx, w.member(3), w.on("2018-03-06").ID, 0, day(w.t, "2018-03-07"), wall.At(12, 30), false)
			return err
		},
		"skipped": func(w *world) error {
			_, err := w.calendar.Skip(w.ctx, w.member(3), w.on("2018-03-06").ID, 0, false)
			return err
		},
		"paused": func(w *world) error {
			_, err := w.calendar.Pause(w.ctx, w.member(3), w.circleID, 0, day(w.t, "2018-03-20"), false)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			lives(t, tuesdays, func(t *testing.T, w *world) {
				v := w.short()
				w.vote(3, v, 1, true)
				if err := change(w); err != nil {
					t.Fatal(err)
				}
				if now := w.proposals()[0]; now.State != ProposalOvertaken || w.waiting(NoticeProposal) != 0 {
					t.Errorf("it is %s", now.State)
				}
				w.until("2018-03-05T12:00:00Z")
				if n := w.told(NoticeProposalStays); n != 0 {
					t.Errorf("%d are told that it stays", n)
				}
			})
		})
	}
}

func TestTheHostClosesEarly(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		v := w.short()
		s := w.on("2018-03-06")
		host, other := identity.Actor{}, identity.Actor{}
		for _, m := range w.course().members {
			if s.hosts(m.ID) {
				host.PersonID = m.PersonID
			} else {
				other.PersonID = m.PersonID
			}
		}
		refused(w.calendar.CloseProposal(w.ctx, other, v.ID, ""))(t, "not-yours-to-close")
		refused(w.calendar.CloseProposal(w.ctx, w.facilitator, v.ID, ""))(t, "forbidden")
		refused(w.calendar.CloseProposal(w.ctx, host, v.ID, v.Options[3].ID))(t, "no-quorum")
		violates(w.calendar.CloseProposal(w.ctx, host, v.ID, v.ID))(t, "/option_id not-an-option")
		done := got(w.calendar.CloseProposal(w.ctx, host, v.ID, v.Options[2].ID))(t)
		if done.State != ProposalMoved || !w.course().session(s.ID).StartsAt.Equal(*v.Options[2].StartsAt) {
			t.Errorf("it is %s", done.State)
		}
		refused(w.calendar.CloseProposal(w.ctx, host, v.ID, ""))(t, "proposal-closed")
	})
}

func TestAMemberProposesAnotherMoment(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		w.stated(8*60, 18*60, 0, 1, 2, 3, 4)
		w.until("2018-03-01T09:00:00Z")
		w.forgetNotices()
		s, me := w.on("2018-03-06"), w.member(1)
		propose := func(date string, clock wall.TimeOfDay) (ProposalView, error) {
			return w.calendar.ProposeDate(w.ctx, me, s.ID, Wanted{On: day(t, date), At: &clock})
		}
		violates(propose("2018-02-28", wall.At(12, 0)))(t, "/date in-the-past")
		violates(propose("2018-03-13", wall.At(12, 0)))(t, "/time overlaps-session")
		violates(propose("2018-03-25", wall.At(2, 30)))(t, "/time clock-gap")
		violates(propose("2020-03-25", wall.At(2, 30)))(t, "/date too-far")
		violates(propose("2018-03-06", wall.At(12, 30)))(t, "/date same-start")
		violates(propose("2018-03-01", wall.At(17, 0)))(t, "/date too-soon")
		refused(w.calendar.ProposeDate(w.ctx, w.facilitator, s.ID, Wanted{}))(t, "forbidden")
		v := got(propose("2018-03-07", wall.At(19, 0)))(t)
		if v.Why != WhyCounter || v.MemberID == nil || len(v.Options) != 5 || v.Options[0].Mine == nil || !*v.Options[0].Mine || !v.MayClose {
			t.Errorf("proposed %+v", v)
		}
		if got := starts(v)[0]; got != "2018-03-07 19:00" {
			t.Errorf("the first is %s", got)
		}
		if n := w.told(NoticeProposal); n != 5 {
			t.Errorf("%d are asked", n)
		}
		seen := got(w.calendar.DateProposal(w.ctx, w.facilitator, v.ID))(t)
		if seen.MemberID != nil || seen.Options[0].ByName != nil || seen.Options[0].Yes != 1 || seen.MayVote {
			t.Errorf("a facilitator sees %+v", seen)
		}
		for i := range 3 {
			got(w.calendar.ProposeDate(w.ctx, w.member(2), s.ID, Wanted{On: day(t, "2018-03-08"), At: clockOf(wall.At(19+i, 0))}))(t)
		}
		refused(w.calendar.ProposeDate(w.ctx, w.member(2), s.ID, Wanted{On: day(t, "2018-03-09"), At: clockOf(wall.At(19, 0))}))(t, "too-many-options")
		again := got(propose("2018-03-08", wall.At(19, 0)))(t)
		if len(again.Options) != 8 || again.Options[5].Yes != 2 || again.Options[5].Fine != 2 || w.told(NoticeProposal) != 5 {
			t.Errorf("added: %+v", again.Options)
		}
		w.until("2018-03-05T12:00:00Z")
		if now := w.proposals()[0]; now.State != ProposalStays {
			t.Errorf("it is %s: nothing suits more people than the session as it is", now.State)
		}
	})
}

func clockOf(t wall.TimeOfDay) *wall.TimeOfDay { return &t }

func TestVotesAreChecked(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		v := w.short()
		violates(w.calendar.Vote(w.ctx, w.member(0), v.ID, nil))(t, "/votes required")
		violates(w.calendar.Vote(w.ctx, w.member(0), v.ID, []OptionVote{{OptionID: v.Options[0].ID}, {OptionID: "x"}}))(t, "/votes/1/option_id not-an-option")
		refused(w.calendar.Vote(w.ctx, w.facilitator, v.ID, []OptionVote{{OptionID: v.Options[0].ID}}))(t, "forbidden")
		refused(w.calendar.Vote(w.ctx, w.somebody("Vreemd Volk", "Europe/Brussels"), v.ID, []OptionVote{{OptionID: v.Options[0].ID}}))(t, "not-found")
		refused(w.calendar.Vote(w.ctx, w.member(0), database.NewID(), []OptionVote{{OptionID: v.Options[0].ID}}))(t, "not-found")
		refused(w.calendar.DateProposal(w.ctx, w.somebody("Vreemd Volk", "Europe/Brussels"), v.ID))(t, "not-found")
		w.sleep("2018-03-03T22:15:00Z") // no pass has closed it yet
		_, err := w.calendar.Vote(w.ctx, w.member(0), v.ID, []OptionVote{{OptionID: v.Options[0].ID, Suits: true}})
		if !fault.HasCode(err, "proposal-closed") {
			t.Errorf("a vote that comes late: %v", err)
		}
	})
}

func TestWhoComesAndGoesDuringAVote(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		v := w.short()
		for n := range 4 {
			w.vote(n, v, 3, true)
		}
		gone := w.course().members[4]
		got(w.registry.Leave(w.ctx, identity.Actor{PersonID: gone.PersonID}, gone.ID))(t)
		w.until("2018-03-01T09:01:00Z")
		if now := w.proposals()[0]; now.State != ProposalMoved {
			t.Errorf("it is %s though all who are left agree", now.State)
		}
	})
	lives(t, tuesdays, func(t *testing.T, w *world) {
		v := w.short()
		who := w.somebody("Gil Gysen", "Europe/Brussels")
		person := ""
		w.write(func(tx database.Tx) error {
			p, err := identity.FindIn(tx, who.PersonID)
			person = p.Email
			return err
		})
		gone := w.course().members[4]
		got(w.registry.Leave(w.ctx, identity.Actor{PersonID: gone.PersonID}, gone.ID))(t)
		seat := got(w.registry.Invite(w.ctx, w.member(0), w.circleID, circles.Invitee{Name: "Gil", Email: person, LetterLanguage: "nl"}))(t)
		got(w.registry.AcceptSeat(w.ctx, who, seat.ID))(t)
		w.forgetNotices()
		w.until("2018-03-01T09:02:00Z")
		if n := w.told(NoticeProposal); n != 1 {
			t.Errorf("%d are asked besides", n)
		}
		for n := range 4 {
			if now := w.vote(n, v, 3, true); now.State != ProposalOpen {
				t.Fatalf("closed without the newcomer")
			}
		}
		done := got(w.calendar.Vote(w.ctx, who, v.ID, []OptionVote{{OptionID: v.Options[2].ID, Suits: true}}))(t)
		if done.State != ProposalMoved {
			t.Errorf("it is %s", done.State)
		}
	})
}

// TestTwoProcessesCloseAVoteOnce lets two programs come upon the same vote at the instant at which it ends.
func TestTwoProcessesCloseAVoteOnce(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		v := w.short()
		w.sleep("2018-03-03T22:15:00Z")
		revision := w.circle().Revision
		other := New(Options{DB: w.db, Clock: w.clock, Guides: w.calendar.guides})
		var both sync.WaitGroup
		for _, calendar := range []*Calendar{w.calendar, other} {
			both.Go(func() {
				if _, _, err := calendar.QueueDue(w.ctx, w.clock.Now()); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		if now := w.proposals()[0]; now.State != ProposalMoved || w.circle().Revision != revision+1 {
			t.Errorf("it is %s after %d revisions", now.State, w.circle().Revision-revision)
		}
		if n := w.told(NoticeDatesChanged); n != 5 {
			t.Errorf("%d letters", n)
		}
		if all := got(w.calendar.Replans(w.ctx, w.member(0), w.circleID, page.Cursor{}, 0))(t).Items; len(all) != 1 || v.ReplanID != nil {
			t.Errorf("%d changes", len(all))
		}
	})
}
