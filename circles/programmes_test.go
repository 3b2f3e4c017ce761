package circles

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/page"
	"kring/internal/wall"
)

func TestOpeningAProgrammeIsForOwnersAndFacilitators(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		if w.programme.Quorum != 3 || w.programme.State != Open || w.programme.Revision != 1 {
			t.Errorf("%+v", w.programme)
		}
		got(w.registry.OpenProgramme(w.ctx, w.facilitator, w.draft()))(t)
		refused(w.registry.OpenProgramme(w.ctx, w.somebody("Iemand", ""), w.draft()))(t, fault.Forbidden, "forbidden")
		refused(w.registry.OpenProgramme(w.ctx, identity.Actor{}, w.draft()))(t, fault.Unauthenticated, "sign-in-needed")
	})
}

func TestAProgrammeIsPublicOnlyWhileSignupIsOpen(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		seen := got(w.registry.Programme(w.ctx, identity.Actor{}, w.programme.ID))(t)
		if seen.Full || seen.Name == "" {
			t.Errorf("%+v", seen)
		}
		closes := ptr(w.clock.Now().Add(time.Hour))
		got(w.registry.PatchProgramme(w.ctx, w.facilitator, w.programme.ID, 1, ProgrammePatch{SignupClosesAt: &closes}))(t)
		got(w.registry.Programme(w.ctx, identity.Actor{}, w.programme.ID))(t)
		w.clock.Advance(time.Hour)
		refused(w.registry.Programme(w.ctx, identity.Actor{}, w.programme.ID))(t, fault.NotFound, "not-found")
		refused(w.registry.Apply(w.ctx, w.programme.ID, w.application("")))(t, fault.Conflict, "signup-closed")
		if !got(w.registry.Programme(w.ctx, w.facilitator, w.programme.ID))(t).Full {
			t.Error("a facilitator sees the whole")
		}
	})
}

func TestWhoIsInAProgrammeSeesItWhenSignupIsClosed(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		_, seats := w.circle(2)
		_, applicant := w.waiting(w.application(""))
		_, unconfirmed := w.applied(w.application(""))
		got(w.registry.PatchProgramme(w.ctx, w.facilitator, w.programme.ID, 0, ProgrammePatch{SignupOpen: ptr(false)}))(t)
		for _, actor := range []identity.Actor{actorOf(seats[0]), applicant} {
			if !got(w.registry.Programme(w.ctx, actor, w.programme.ID))(t).Full {
				t.Error("not the whole programme")
			}
		}
		got(w.registry.Leave(w.ctx, actorOf(seats[1]), seats[1].ID))(t)
		for _, actor := range []identity.Actor{actorOf(seats[1]), unconfirmed, w.somebody("Vreemde", ""), {}} {
			refused(w.registry.Programme(w.ctx, actor, w.programme.ID))(t, fault.NotFound, "not-found")
		}
	})
}

// What a command answers is what is read afterwards, so that both carry one ETag.
func TestAnInstantIsAnsweredAsItIsKept(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		closes := ptr(time.Date(2030, 1, 1, 12, 0, 0, 123456789, time.FixedZone("", 2*60*60)))
		changed := got(w.registry.PatchProgramme(w.ctx, w.facilitator, w.programme.ID, 0, ProgrammePatch{SignupClosesAt: &closes}))(t)
		draft := w.draft()
		draft.SignupClosesAt = closes
		for _, answered := range []ProgrammeView{changed, got(w.registry.OpenProgramme(w.ctx, w.facilitator, draft))(t)} {
			if kept := got(w.registry.Programme(w.ctx, w.facilitator, answered.ID))(t); *kept.SignupClosesAt != *answered.SignupClosesAt {
				t.Errorf("answered %s, kept %s", answered.SignupClosesAt, kept.SignupClosesAt)
			}
		}
	})
}

func TestAListOfProgrammesReadsTheirBreaksAtOnce(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		draft := w.draft()
		for _, day := range []int{20, 10} {
			draft.Breaks = append(draft.Breaks, Break{Kind: BreakWeeks, FromOn: wall.NewDate(2027, 2, day), UntilOn: wall.NewDate(2027, 2, day+5)})
		}
		second := got(w.registry.OpenProgramme(w.ctx, w.facilitator, draft))(t)
		listed := got(w.registry.Programmes(w.ctx, w.facilitator, page.Cursor{}, 0))(t).Items
		if len(listed) != 2 || len(listed[0].Breaks) != 0 || !reflect.DeepEqual(listed[1], second) {
			t.Errorf("listed %+v\nopened %+v", listed, second)
		}
		statements := spoken(t, w.db, func(tx database.Tx) error {
			_, err := fullViews(tx, []Programme{listed[0].Programme, second.Programme})
			return err
		})
		if len(statements) != 1 {
			t.Errorf("%d statements: %s", len(statements), statements)
		}
	})
}

func TestAProgrammeIsChangedAtARevisionAndSpreadsItsQuorum(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, _ := w.circle(2)
		four, breaks := 4, []Break{{Kind: SchoolHoliday, Name: "Krokus", FromOn: wall.NewDate(2027, 2, 8), UntilOn: wall.NewDate(2027, 2, 12)}}
		changed := got(w.registry.PatchProgramme(w.ctx, w.facilitator, w.programme.ID, 1, ProgrammePatch{Quorum: &four, Breaks: &breaks}))(t)
		if changed.Revision != 2 || len(changed.Breaks) != 1 || w.see(c.ID).Quorum != 4 || w.see(c.ID).Revision != c.Revision+1 {
			t.Errorf("%+v", changed)
		}
		refused(w.registry.PatchProgramme(w.ctx, w.facilitator, w.programme.ID, 1, ProgrammePatch{Quorum: &four}))(t, fault.Stale, "stale")
		zero := 0
		if p := got(w.registry.PatchProgramme(w.ctx, w.facilitator, w.programme.ID, 2, ProgrammePatch{Quorum: &zero}))(t); p.Quorum != 3 {
			t.Errorf("quorum %d: none of its own is that of the guide set", p.Quorum)
		}
		stranger := w.somebody("Vreemde", "")
		refused(w.registry.PatchProgramme(w.ctx, stranger, w.programme.ID, 0, ProgrammePatch{}))(t, fault.NotFound, "not-found")
		refused(w.registry.PatchProgramme(w.ctx, stranger, "no id", 0, ProgrammePatch{}))(t, fault.NotFound, "not-found")
	})
}

func TestAProgrammeSaysHowLongItKeepsPeoplesData(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		if w.programme.KeepMonths != 12 || w.programme.KeepUnplacedMonths != 6 || w.programme.SignupEndedAt != nil {
			t.Errorf("of itself: %+v", w.programme.Programme)
		}
		draft := w.draft()
		draft.KeepMonths, draft.KeepUnplacedMonths, draft.SignupOpen = 24, 1, false
		opened := got(w.registry.OpenProgramme(w.ctx, w.facilitator, draft))(t)
		kept := got(w.registry.Programme(w.ctx, w.facilitator, opened.ID))(t)
		if kept.KeepMonths != 24 || kept.KeepUnplacedMonths != 1 || kept.SignupEndedAt == nil {
			t.Errorf("as drafted: %+v", kept.Programme)
		}
		draft.KeepMonths, draft.KeepUnplacedMonths = -1, 121
		_, err := w.registry.OpenProgramme(w.ctx, w.facilitator, draft)
		violates(t, err, "/keep_months not-between", "/keep_unplaced_months not-between")
		_, err = w.registry.PatchProgramme(w.ctx, w.facilitator, opened.ID, 0, ProgrammePatch{KeepMonths: ptr(0), KeepUnplacedMonths: ptr(0)})
		violates(t, err, "/keep_months not-between", "/keep_unplaced_months not-between")
		changed := got(w.registry.PatchProgramme(w.ctx, w.facilitator, opened.ID, 0, ProgrammePatch{KeepMonths: ptr(120), KeepUnplacedMonths: ptr(3)}))(t)
		if changed.KeepMonths != 120 || changed.KeepUnplacedMonths != 3 || !changed.SignupEndedAt.Equal(*kept.SignupEndedAt) {
			t.Errorf("as changed: %+v", changed.Programme)
		}
	})
}

func TestAProgrammeKnowsSinceWhenNobodyCanSignUp(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		patched := func(patch ProgrammePatch) *time.Time {
			t.Helper()
			w.clock.Advance(time.Hour)
			got(w.registry.PatchProgramme(w.ctx, w.facilitator, w.programme.ID, 0, patch))(t)
			return got(w.registry.Programme(w.ctx, w.facilitator, w.programme.ID))(t).SignupEndedAt
		}
		if at := patched(ProgrammePatch{Name: ptr("Najaar")}); at != nil {
			t.Error("it is open")
		}
		ended := patched(ProgrammePatch{SignupOpen: ptr(false)})
		if ended == nil {
			t.Fatal("sign-up was closed")
		}
		for _, patch := range []ProgrammePatch{{Name: ptr("Winter")}, {State: ptr(Closed)}, {SignupOpen: ptr(true)}} {
			if at := patched(patch); at == nil || !at.Equal(*ended) {
				t.Errorf("still closed: %v, not %v", at, ended)
			}
		}
		if at := patched(ProgrammePatch{State: ptr(Open)}); at != nil {
			t.Error("it is open again")
		}
		if at := patched(ProgrammePatch{State: ptr(Closed)}); at == nil || !at.After(*ended) {
			t.Errorf("the programme was closed: %v", at)
		}
	})
}

func TestFacilitatorsShareAProgrammeAndTheLastOneStays(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, _ := w.circle(2)
		draft := FacilitatorDraft{Name: "Gust", Email: "Gust@Example.org", LetterLanguage: "nl"}
		second := got(w.registry.InviteFacilitator(w.ctx, w.facilitator, w.programme.ID, draft))(t)
		gust := identity.Actor{PersonID: second.PersonID}
		got(w.registry.AcceptFacilitation(w.ctx, gust, w.programme.ID))(t)
		if people := got(w.registry.Facilitators(w.ctx, gust, w.programme.ID))(t); len(people) != 2 || people[1].Email != "gust@example.org" {
			t.Errorf("%+v", people)
		}
		if err := w.registry.RemoveFacilitator(w.ctx, gust, w.programme.ID, w.facilitator.PersonID); err != nil {
			t.Fatal(err)
		}
		if by := w.see(c.ID).LookedAfterBy; by == nil || *by != gust.PersonID {
			t.Error("nobody looks after the circle")
		}
		refused(nothing(w.registry.RemoveFacilitator(w.ctx, gust, w.programme.ID, gust.PersonID)))(t, fault.Conflict, "last-facilitator")
		refused(nothing(w.registry.RemoveFacilitator(w.ctx, gust, w.programme.ID, w.facilitator.PersonID)))(t, fault.NotFound, "not-found")
		refused(w.registry.Facilitators(w.ctx, w.facilitator, w.programme.ID))(t, fault.NotFound, "not-found")
	})
}

func TestBadInputNamesEveryFaultyFieldAtOnceAndWritesNothing(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		long := strings.Repeat("é", 10_000)
		_, err := w.registry.OpenProgramme(w.ctx, w.facilitator, ProgrammeDraft{
			Name: long, Purpose: long, GuideSet: "none", Language: "Dutch", Zone: "Europe/Ghent", Holidays: "xx",
			StartsOn: wall.Date{Year: 9999, Month: 2, Day: 1}, SignupClosesAt: ptr(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)),
			Breaks: []Break{{Kind: "nap", FromOn: wall.NewDate(2027, 1, 2), UntilOn: wall.NewDate(2027, 1, 1)}},
		})
		violates(t, err, "/name too-long", "/purpose too-long", "/guide_set no-such-guide-set", "/language not-a-language",
			"/zone not-a-zone", "/holidays no-such-calendar", "/starts_on not-a-date", "/signup_closes_at not-a-date",
			"/breaks/0/kind not-a-break-kind", "/breaks/0/until_on before-from")
		_, err = w.registry.Apply(w.ctx, w.programme.ID, ApplicationDraft{
			Name: "A\nB", Email: "a@example.org\r\nBcc: b@example.org", LetterLanguage: "fr", Zone: "Mars/Base",
			Availability: []wall.Hours{{Weekday: "tue", From: "09:10", Until: "08:00"}}, Team: long, CircleID: "x",
		})
		violates(t, err, "/name not-one-line", "/email not-an-address", "/letter_language not-a-letter-language",
			"/speaks required", "/zone not-a-zone", "/availability/0/from hours-not-quarter-hour", "/team too-long",
			"/circle_id not-an-id")
		_, err = w.registry.OpenCircle(w.ctx, w.facilitator, CircleDraft{
			ProgrammeID: w.programme.ID, Slot: &wall.Slot{Weekday: 9, At: 5000}, Seats: 50, VideoLink: "javascript:alert(1)",
			ChatLink: "https://user:secret@example.org", LookedAfterBy: "me",
			Members: []Invitee{{}, {Name: "An", Email: "an@example.org", Zone: "Mars/Base"}, {Name: "An", Email: "AN@example.org", LetterLanguage: "nl"}},
		})
		violates(t, err, "/name required", "/slot/weekday not-a-weekday", "/slot/time not-a-time", "/seats not-between",
			"/video_link not-https", "/chat_link not-https", "/looked_after_by not-an-id", "/members/0/name required",
			"/members/0/email required", "/members/1/zone not-a-zone", "/members/2 twice")
		_, err = w.registry.OpenCircle(w.ctx, w.facilitator, CircleDraft{ProgrammeID: database.NewID(), Name: "x"})
		violates(t, err, "/programme_id no-such-programme")
		list := got(w.registry.Circles(w.ctx, w.facilitator, "", "", page.Cursor{}, 0))(t)
		people := got(w.registry.Applications(w.ctx, w.facilitator, w.programme.ID, "", page.Cursor{}, 0))(t)
		if len(list.Items)+len(people.Items) != 0 {
			t.Error("something was written")
		}
	})
}

func TestListsAreCutIntoPagesInAStableOrder(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		var want []string
		for range 5 {
			c, _ := w.circle(0)
			want = append([]string{c.ID}, want...)
		}
		member := w.somebody("Lies Lid", "lies@example.org")
		m := got(w.registry.Invite(w.ctx, w.facilitator, want[2], Invitee{Name: "Lies", Email: "lies@example.org", LetterLanguage: "nl"}))(t)
		got(w.registry.AcceptSeat(w.ctx, member, m.ID))(t)
		var found []string
		cursor := page.Cursor{}
		for {
			p := got(w.registry.Circles(w.ctx, w.facilitator, w.programme.ID, Forming, cursor, 2))(t)
			for _, c := range p.Items {
				found = append(found, c.ID)
			}
			if p.Next == "" {
				break
			}
			cursor = got(page.Parse(p.Next))(t)
		}
		if strings.Join(found, " ") != strings.Join(want, " ") {
			t.Errorf("found %v\nwant  %v", found, want)
		}
		mine := got(w.registry.Circles(w.ctx, member, "", "", page.Cursor{}, 0))(t)
		if len(mine.Items) != 1 || mine.Items[0].ID != want[2] || !mine.Items[0].Object.Member {
			t.Errorf("%+v", mine.Items)
		}
		other := w.somebody("Vreemde", "")
		if none := got(w.registry.Circles(w.ctx, other, w.programme.ID, "", page.Cursor{}, 0))(t); len(none.Items) != 0 {
			t.Error("a stranger sees circles")
		}
		refused(w.registry.Circle(w.ctx, other, want[0]))(t, fault.NotFound, "not-found")
		open := got(w.registry.OpenCircles(w.ctx, w.programme.ID, page.Cursor{}, 3))(t)
		if len(open.Items) != 3 || open.Next == "" || open.Items[0].Free != 5 {
			t.Errorf("%+v", open)
		}
		got(w.registry.PatchProgramme(w.ctx, w.facilitator, w.programme.ID, 0, ProgrammePatch{State: ptr(Closed)}))(t)
		if open := got(w.registry.OpenCircles(w.ctx, w.programme.ID, page.Cursor{}, 3))(t); len(open.Items) != 0 || open.Next != "" {
			t.Errorf("a closed programme seeks %+v", open)
		}
	})
}

func TestApplicationsAreChangedByTheirPersonAndByFacilitators(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		done, actor := w.waiting(w.application(""))
		id, team := done.Application.ID, "Zuid"
		changed := got(w.registry.PatchApplication(w.ctx, actor, id, done.Application.Revision, ApplicationPatch{Team: &team}))(t)
		if changed.Team != "Zuid" || changed.Email == "" {
			t.Errorf("%+v", changed)
		}
		refused(w.registry.PatchApplication(w.ctx, w.facilitator, id, done.Application.Revision, ApplicationPatch{Team: &team}))(t, fault.Stale, "stale")
		got(w.registry.PatchApplication(w.ctx, w.facilitator, id, 0, ApplicationPatch{Team: &team}))(t)
		refused(w.registry.Application(w.ctx, w.somebody("Vreemde", ""), id))(t, fault.NotFound, "not-found")
		got(w.registry.Application(w.ctx, actor, id))(t)
		hours := []wall.Hours{{Weekday: "fri", From: "08:00", Until: "09:00"}}
		got(w.registry.PatchApplication(w.ctx, w.facilitator, id, 0, ApplicationPatch{Zone: ptr("Europe/London")}))(t)
		if p := w.person(actor.PersonID); p.Zone != "Europe/Brussels" {
			t.Errorf("a facilitator moved somebody to %s", p.Zone)
		}
		said := got(w.registry.PatchApplication(w.ctx, actor, id, 0, ApplicationPatch{Availability: &hours}))(t)
		if p := w.person(actor.PersonID); !reflect.DeepEqual(p.Availability, said.Availability) || p.Zone != "Europe/Brussels" {
			t.Errorf("the hours that a circle shares are still %v in %s", p.Availability, p.Zone)
		}
		none := []wall.Hours{{Weekday: "xxx", From: "09:00", Until: "10:00"}}
		_, err := w.registry.PatchApplication(w.ctx, actor, id, 0, ApplicationPatch{Availability: &none, Zone: ptr("Nowhere")})
		violates(t, err, "/availability/0/weekday hours-weekday", "/zone not-a-zone")
	})
}
