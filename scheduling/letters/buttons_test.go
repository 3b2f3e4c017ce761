package letters

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/signin"
	"kring/internal/testkit"
	"kring/internal/text"
	"kring/internal/wall"

	"kring/circles"
	"kring/scheduling"
	"kring/scheduling/health"
)

// press presses a button of somebody's letter.
func (w *world) press(name, purpose, rowID string, choice Choice) Pressed {
	w.t.Helper()
	return got(w.buttons.Press(w.ctx, w.links.Sign(purpose, rowID, w.person(name)), "nl", choice))(w.t)
}

func (w *world) show(name, purpose, rowID string) Page {
	w.t.Helper()
	return got(w.buttons.Show(w.ctx, w.links.Sign(purpose, rowID, w.person(name)), "nl"))(w.t)
}

func refusedWith(t *testing.T, err error, code string) {
	t.Helper()
	if !fault.HasCode(err, code) {
		t.Errorf("want %q, got %v", code, err)
	}
}

// choices are what a page offers.
func choices(p Page) string {
	var out []string
	for _, o := range p.Options {
		out = append(out, o.Choice)
	}
	return strings.Join(out, " ")
}

func TestEveryPurposeHasAPage(t *testing.T) {
	known := buttons()
	for _, purpose := range Purposes() {
		if _, ok := known[purpose]; !ok {
			t.Errorf("nothing is behind links of purpose %q", purpose)
		}
		delete(known, purpose)
	}
	for purpose := range known {
		t.Errorf("purpose %q is in no list", purpose)
	}
}

// TestEveryPageInBothLanguages opens a link of each purpose, presses it twice, and looks for words that are missing:
// the catalogue is strict and panics on them.
func TestEveryPageInBothLanguages(t *testing.T) {
	for i, purpose := range Purposes() {
		lang, other := text.Dutch, text.English
		if i%2 == 1 {
			lang, other = other, lang
		}
		t.Run(purpose, func(t *testing.T) {
			url := testkit.SQLite(t)
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, testkit.Open(t, url), 2017)
				rowID, choice := w.rowFor(purpose)
				token := w.links.Sign(purpose, rowID, w.person("Ben"))
				shown := got(w.buttons.Show(w.ctx, token, lang))(t)
				if shown.Language != lang || shown.Title == "" || shown.Text == "" || shown.Purpose != purpose {
					t.Errorf("%s shows %+v", purpose, shown)
				}
				if before := w.state(); len(shown.Options) > 0 {
					got(w.buttons.Show(w.ctx, token, lang))(t)
					if after := w.state(); before != after {
						t.Errorf("showing %s changed something", purpose)
					}
				}
				if purpose == circles.LinkSees {
					return
				}
				first := got(w.buttons.Press(w.ctx, token, lang, choice))(t)
				if first.Message == "" || first.Again || first.Language != lang {
					t.Errorf("%s: the first press says %+v", purpose, first)
				}
				before := w.state()
				if slices.Contains(voids, purpose) {
					_, err := w.buttons.Press(w.ctx, token, other, choice)
					refusedWith(t, err, "link-expired")
					if _, err = w.buttons.Show(w.ctx, token, other); w.state() != before {
						t.Errorf("%s: a link that is void changed something", purpose)
					}
					refusedWith(t, err, "link-expired")
					token = w.links.Sign(purpose, rowID, w.person("Ben"))
				}
				second := got(w.buttons.Press(w.ctx, token, other, choice))(t)
				if second.Message == "" || second.Language != other {
					t.Errorf("%s: the second press says nothing", purpose)
				}
				if after := w.state(); before != after && purpose != LinkFine && purpose != LinkAnswer {
					t.Errorf("%s: the second press changed something\n%s\n%s", purpose, before, after)
				}
				got(w.buttons.Show(w.ctx, token, other))(t)
			})
		})
	}
}

// state is what presses change: the tables in one line. Signs of life are left out; every press is one.
func (w *world) state() string {
	w.t.Helper()
	var out strings.Builder
	must(w.t, w.db.Read(w.ctx, func(tx database.Tx) error {
		for _, query := range []string{
			"select count(*) as n, coalesce(max(revision), 0) as r from circles", "select count(*) as n, coalesce(max(revision), 0) as r from sessions",
			"select count(*) as n, coalesce(max(revision), 0) as r from applications", "select count(*) as n, coalesce(max(revision), 0) as r from people",
			"select count(*) as n, 0 as r from answers", "select count(*) as n, 0 as r from motions where state = 'open'",
			"select count(*) as n, 0 as r from members where state = 'accepted'", "select count(*) as n, 0 as r from notices",
			"select count(*) as n, 0 as r from flags where snoozed_until is not null",
			"select count(*) as n, 0 as r from facilitators", "select count(*) as n, 0 as r from facilitator_invitations",
			"select count(*) as n, 0 as r from suppressions", "select count(old_confirmed_at) + count(new_confirmed_at) as n, count(*) as r from address_changes",
		} {
			var row struct{ N, R int }
			if err := tx.Gorm().Raw(query).Scan(&row).Error; err != nil {
				return err
			}
			out.WriteString(strings.Repeat(".", row.N) + "/" + strings.Repeat(".", row.R) + " ")
		}
		return nil
	}))
	return out.String()
}

// rowFor lets a circle live until a link of the purpose is of use to Ben, and answers its row and what Ben presses.
func (w *world) rowFor(purpose string) (rowID string, choice Choice) {
	w.t.Helper()
	switch purpose {
	case circles.LinkMe, circles.LinkSees:
		return "", Choice{}
	case circles.LinkMails:
		return "", Choice{Value: "hour_off"}
	case LinkOffReminder, LinkOffChanges:
		return "", Choice{Value: "off"}
	case circles.LinkFacilitate:
		return w.facilitation(), Choice{Value: "yes"}
	case circles.LinkSilence:
		w.facilitation()
		return "", Choice{}
	case signin.LinkAddressOld, signin.LinkAddressNew:
		return w.addressChange("ben@example.com"), Choice{Value: "yes"}
	case circles.LinkConfirm, circles.LinkApplication:
		return w.application(purpose == circles.LinkApplication), Choice{}
	case circles.LinkAskSeat:
		return w.seeking(), Choice{}
	case circles.LinkSeat:
		return w.invitation("Ben Brown", "ben"), Choice{Value: "no"}
	case circles.LinkDeclineSeat:
		return w.asksSeat(), Choice{}
	case circles.LinkLeave:
		w.begin()
		return w.seat("Ben").ID, Choice{}
	case circles.LinkUndoLeave:
		w.begin()
		seat := w.seat("Ben")
		got(w.registry.Leave(w.ctx, w.as("Ben"), seat.ID))(w.t)
		return seat.ID, Choice{}
	}
	w.begin()
	switch purpose {
	case circles.LinkObject:
		change := got(w.calendar.End(w.ctx, w.as("An"), w.circleID, 0, circles.EndDates, "", false))(w.t)
		return change.Motion.ID, Choice{}
	case LinkAnswer:
		return w.on("2017-08-31").ID, Choice{Value: "no"}
	case LinkVote:
		return w.looksForDate("2017-08-31").Options[0].ID, Choice{Value: "yes"}
	case LinkPropose:
		return w.on("2017-08-31").ID, Choice{}
	case LinkOutcome:
		w.until("2017-08-31 12:00")
		return w.on("2017-08-31").ID, Choice{Value: "held"}
	case LinkWeek:
		return w.circleID, Choice{Value: "2"}
	case LinkStillIn:
		return w.seat("Ben").ID, Choice{Value: "give_seat"}
	case LinkFine:
		w.until("2017-09-01 08:00")
		w.record("2017-08-31", scheduling.Missed)
		w.until("2017-09-01 08:01")
		return w.circleID, Choice{}
	case LinkFinish:
		w.lastDate("2017-08-31")
		w.until("2017-09-04 12:00")
		return w.circleID, Choice{Value: "more"}
	case LinkRevive:
		w.until("2017-10-30 12:00")
		return w.circleID, Choice{}
	case LinkGoOn:
		w.until("2017-09-18 12:00")
		return w.circleID, Choice{Value: "go_on"}
	}
	w.t.Fatalf("no life leads to a link of purpose %q", purpose)
	return "", Choice{}
}

// facilitation asks Ben to facilitate the programme.
func (w *world) facilitation() string {
	w.t.Helper()
	got(w.registry.InviteFacilitator(w.ctx, w.farah, w.programme.ID, circles.FacilitatorDraft{
		Name: "Ben Brown", Email: "ben@example.org", LetterLanguage: "nl",
	}))(w.t)
	return w.programme.ID
}

// addressChange lets Ben, who is signed in, ask for another address.
func (w *world) addressChange(email string) string {
	w.t.Helper()
	ben := w.as("Ben")
	ben.SignInID = database.NewID()
	got(w.signIn.ChangeAddress(w.ctx, ben, email))(w.t)
	return got(w.signIn.AddressChange(w.ctx, ben, ""))(w.t).ID
}

// application signs Ben up for a second programme.
func (w *world) application(confirmed bool) string {
	w.t.Helper()
	owner := w.farah
	owner.Owner = true
	second := got(w.registry.OpenProgramme(w.ctx, owner, circles.ProgrammeDraft{
		Name: "Voorjaar", Purpose: "Leren", GuideSet: "wol", Language: "nl", Zone: "Europe/Brussels", Holidays: "be", SignupOpen: true,
	}))(w.t)
	applied := got(w.registry.Apply(w.ctx, second.ID, circles.ApplicationDraft{
		Name: "Ben Brown", Email: "ben@example.org", LetterLanguage: "nl", Zone: "Europe/Brussels", Speaks: []string{"nl"},
	}))(w.t)
	_ = applied
	var id string
	must(w.t, w.db.Read(w.ctx, func(tx database.Tx) error {
		return tx.Gorm().Raw("select id from applications where person_id = ?", w.person("Ben").ID).Scan(&id).Error
	}))
	if confirmed {
		got(w.registry.ConfirmApplication(w.ctx, w.as("Ben"), id))(w.t)
	}
	return id
}

// seeking is a circle of a second programme that has a seat for Ben, who signed up for it.
func (w *world) seeking() string {
	w.t.Helper()
	id, hours := w.application(true), []wall.Hours{{Weekday: "tue", From: "08:00", Until: "18:00"}}
	a := got(w.registry.PatchApplication(w.ctx, w.as("Ben"), id, 0, circles.ApplicationPatch{Availability: &hours}))(w.t)
	owner := w.farah
	owner.Owner = true
	slot := wall.Slot{Weekday: time.Tuesday, At: wall.At(9, 0), Zone: "Europe/Brussels"}
	return got(w.registry.OpenCircle(w.ctx, owner, circles.CircleDraft{
		ProgrammeID: a.ProgrammeID, Name: "De Dinsdagen", Slot: &slot, Seats: 5, SeatsOpen: true,
	}))(w.t).ID
}

// invitation offers somebody a seat of a second circle.
func (w *world) invitation(name, mailbox string) string {
	w.t.Helper()
	slot := wall.Slot{Weekday: time.Tuesday, At: wall.At(9, 0), Zone: "Europe/Brussels"}
	view := got(w.registry.OpenCircle(w.ctx, w.farah, circles.CircleDraft{
		ProgrammeID: w.programme.ID, Name: "De Dinsdagen", Slot: &slot, Seats: 5,
		Members: []circles.Invitee{{Name: name, Email: mailbox + "@example.org", LetterLanguage: "nl"}},
	}))(w.t)
	var id string
	must(w.t, w.db.Read(w.ctx, func(tx database.Tx) error {
		return tx.Gorm().Raw("select id from members where circle_id = ?", view.ID).Scan(&id).Error
	}))
	return id
}

// asksSeat lets a stranger hold a seat of Ben's circle.
func (w *world) asksSeat() string {
	w.t.Helper()
	now := w.clock.Now()
	until := now.Add(circles.HoldFor)
	m := circles.Member{
		ID: database.NewID(), CircleID: w.circleID, PersonID: w.somebody("Zora Zegers", "Europe/Brussels").ID, State: circles.Held,
		ExpiresAt: &until, Revision: 1, CreatedAt: now, UpdatedAt: now,
	}
	w.write(func(tx database.Tx) error { return tx.Gorm().Create(&m).Error })
	return m.ID
}

// single are the purposes with one choice by nature: only there a press that names none means something.
var single = []string{
	circles.LinkConfirm, circles.LinkAskSeat, circles.LinkApplication, circles.LinkDeclineSeat, circles.LinkObject, circles.LinkLeave,
	circles.LinkUndoLeave, circles.LinkMe, circles.LinkSilence, signin.LinkAddressNew, LinkFine, LinkRevive,
	LinkPropose,
}

// voids are the purposes whose press makes what was sent before useless, the link itself too.
var voids = []string{circles.LinkLeave, LinkStillIn}

func TestAPressOfNothingIsNoChoiceUnlessThereIsOnlyOne(t *testing.T) {
	for _, purpose := range Purposes() {
		t.Run(purpose, func(t *testing.T) {
			url := testkit.SQLite(t)
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, testkit.Open(t, url), 2017)
				rowID, choice := w.rowFor(purpose)
				token := w.links.Sign(purpose, rowID, w.person("Ben"))
				before := w.state()
				bare, err := w.buttons.Press(w.ctx, token, "nl", Choice{})
				switch {
				case slices.Contains(single, purpose):
					must(t, err)
					if bare.Again {
						t.Errorf("it changed nothing: %+v", bare)
					}
				case purpose == circles.LinkSees:
					must(t, err)
				default:
					if err != nil || !bare.Again {
						refusedWith(t, err, "invalid")
					}
					if after := w.state(); before != after {
						t.Errorf("it changed something\n%s\n%s", before, after)
					}
					got(w.buttons.Press(w.ctx, token, "nl", choice))(t)
				}
				before = w.state()
				token = w.links.Sign(purpose, rowID, w.person("Ben"))
				if again, err := w.buttons.Press(w.ctx, token, "nl", Choice{}); err == nil && !again.Again && purpose != circles.LinkMe {
					t.Errorf("the second time: %+v", again)
				}
				if after := w.state(); before != after {
					t.Errorf("the second time changed something\n%s\n%s", before, after)
				}
			})
		})
	}
}

// One week is left to choose when the circle is at its last: it is offered, and still has to be chosen.
func TestTheLastOptionLeftIsNotChosenByItself(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.begin()
		w.write(func(tx database.Tx) error {
			return tx.Gorm().Exec("update circles set guide_week = 13 where id = ?", w.circleID).Error
		})
		if shown := w.show("Ben", LinkWeek, w.circleID); choices(shown) != "12" {
			t.Fatalf("the page offers %q", choices(shown))
		}
		_, err := w.buttons.Press(w.ctx, w.links.Sign(LinkWeek, w.circleID, w.person("Ben")), "nl", Choice{})
		refusedWith(t, err, "invalid")
	})
}

func TestAnAnswerCanBeChanged(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.begin()
		id := w.on("2017-08-31").ID
		if shown := w.show("Ben", LinkAnswer, id); choices(shown) != "yes no" || shown.Done {
			t.Errorf("before: %+v", shown)
		}
		w.press("Ben", LinkAnswer, id, Choice{Value: "no"})
		shown := w.show("Ben", LinkAnswer, id)
		if choices(shown) != "yes" || !shown.Done {
			t.Errorf("after no: %+v", shown)
		}
		again := w.press("Ben", LinkAnswer, id, Choice{Value: "no"})
		if !again.Again || again.Message != shown.Text {
			t.Errorf("no a second time: %+v", again)
		}
		w.press("Ben", LinkAnswer, id, Choice{Value: "yes"})
		if s := w.on("2017-08-31"); s.Answers.Yes != 1 || s.Answers.No != 0 {
			t.Errorf("answers %+v", s.Answers)
		}
		_, err := w.buttons.Press(w.ctx, w.links.Sign(LinkAnswer, id, w.person("Ben")), "nl", Choice{Value: "perhaps"})
		refusedWith(t, err, "invalid")
		if bare := w.press("Ben", LinkAnswer, id, Choice{}); !bare.Again {
			t.Errorf("a press of nothing: %+v", bare)
		}
		w.until("2017-08-31 12:00")
		if late := w.press("Ben", LinkAnswer, id, Choice{Value: "yes"}); !late.Again {
			t.Errorf("after the session: %+v", late)
		}
	})
}

func TestHeldBeatsMissedAlsoByButton(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.begin()
		id := w.on("2017-08-31").ID
		if early := w.press("Ben", LinkOutcome, id, Choice{Value: "held"}); !early.Again {
			t.Errorf("before the session: %+v", early)
		}
		w.until("2017-08-31 12:00")
		w.press("Ben", LinkOutcome, id, Choice{Value: "missed"})
		w.press("Cato", LinkOutcome, id, Choice{Value: "held"})
		if again := w.press("Ben", LinkOutcome, id, Choice{Value: "missed"}); !again.Again {
			t.Errorf("missed after held: %+v", again)
		}
		if s := w.on("2017-08-31"); s.State != scheduling.Held {
			t.Errorf("the session is %s", s.State)
		}
	})
}

func TestTheFourWaysOn(t *testing.T) {
	silent := func(t *testing.T, then func(t *testing.T, w *world)) {
		lives(t, func(t *testing.T, w *world) {
			w.begin()
			w.until("2017-09-18 12:00")
			then(t, w)
		})
	}
	state := func(t *testing.T, w *world) circles.CircleView {
		t.Helper()
		return got(w.registry.Circle(w.ctx, w.as("An"), w.circleID))(t)
	}
	silent(t, func(t *testing.T, w *world) {
		shown := w.show("Ben", LinkGoOn, w.circleID)
		if choices(shown) != "go_on new_hour pause stop" || shown.Options[2].Date != wall.NewDate(2017, 10, 16) {
			t.Errorf("the page offers %+v", shown.Options)
		}
		w.press("Ben", LinkGoOn, w.circleID, Choice{Value: "pause"})
		if c := state(t, w); c.State != circles.Paused || c.ReturnsOn != wall.NewDate(2017, 10, 16) {
			t.Errorf("paused: %s until %s", c.State, c.ReturnsOn)
		}
		if late := w.press("Cato", LinkGoOn, w.circleID, Choice{Value: "stop"}); !late.Again {
			t.Errorf("after the answer: %+v", late)
		}
	})
	silent(t, func(t *testing.T, w *world) {
		w.press("Ben", LinkGoOn, w.circleID, Choice{Value: "stop"})
		if again := w.press("Ben", LinkGoOn, w.circleID, Choice{Value: "stop"}); !again.Again {
			t.Errorf("stop a second time: %+v", again)
		}
		if c := state(t, w); c.State != circles.Running {
			t.Errorf("one member stops the circle: %s", c.State)
		}
	})
	silent(t, func(t *testing.T, w *world) {
		hours := wall.Availability{}
		must(t, hours.UnmarshalJSON([]byte(`[{"weekday":"tue","from":"09:00","until":"12:00"}]`)))
		for _, name := range []string{"An", "Cato", "Dirk"} {
			id := w.person(name).ID
			w.write(func(tx database.Tx) error {
				_, err := identity.PatchIn(tx, w.clock.Now(), id, 0, identity.Patch{Availability: &hours})
				return err
			})
		}
		shown := w.show("Ben", LinkGoOn, w.circleID)
		i := slices.IndexFunc(shown.Options, func(o Option) bool { return strings.HasPrefix(o.Choice, "new_hour-tue-") })
		if i < 0 {
			t.Fatalf("no shared hour among %s", choices(shown))
		}
		w.press("Ben", LinkGoOn, w.circleID, Choice{Value: shown.Options[i].Choice})
		slot, _ := state(t, w).Slot()
		if slot.Weekday != time.Tuesday || len(w.told("An", scheduling.NoticeDatesChanged)) != 1 {
			t.Errorf("the circle meets at %+v", slot)
		}
	})
}

func TestLinksThatLeadNowhereSayWhatToDo(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.begin()
		ben := w.person("Ben")
		good := w.links.Sign(LinkAnswer, w.on("2017-08-31").ID, ben)
		stranger := w.somebody("Zora Zegers", "Europe/Brussels")
		for name, link := range map[string]struct{ token, code string }{
			"empty":                    {"", "link-unknown"},
			"no token":                 {"../../etc/passwd", "link-unknown"},
			"cut off":                  {good[:len(good)-3], "link-unknown"},
			"changed":                  {"A" + good[1:], "link-unknown"},
			"of an unknown purpose":    {w.links.Sign("nonsense", "", ben), "link-unknown"},
			"expired":                  {w.links.SignUntil(LinkAnswer, w.on("2017-08-31").ID, ben, w.clock.Now()), "link-expired"},
			"about nothing":            {w.links.Sign(LinkAnswer, database.NewID(), ben), "not-found"},
			"of somebody not in it":    {w.links.Sign(LinkAnswer, w.on("2017-08-31").ID, stranger), "not-found"},
			"to a stranger's own seat": {w.links.Sign(LinkStillIn, w.seat("Ben").ID, stranger), "not-found"},
		} {
			_, err := w.buttons.Show(w.ctx, link.token, "en")
			refusedWith(t, err, link.code)
			_, err = w.buttons.Press(w.ctx, link.token, "en", Choice{Value: "yes"})
			refusedWith(t, err, link.code)
			page, kind := w.buttons.Apology(err, "en")
			if !kind || page.Title == "" || len(page.Text) < 40 {
				t.Errorf("%s: %+v", name, page)
			}
		}
		if _, kind := w.buttons.Apology(fault.New(fault.Conflict, "circle-over"), "en"); kind {
			t.Error("a conflict is no dead link")
		}
	})
}

func TestPressesAreSignsOfLife(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.begin()
		w.until("2017-08-31 12:00")
		sign := func() time.Time { return *w.seat("Ben").LastSignAt }
		for _, one := range []struct {
			purpose, rowID string
			choice         Choice
		}{
			{LinkOutcome, w.on("2017-08-31").ID, Choice{Value: "held"}},
			{LinkAnswer, w.on("2017-09-07").ID, Choice{Value: "yes"}},
			{LinkWeek, w.circleID, Choice{Value: "2"}},
			{LinkStillIn, w.seat("Ben").ID, Choice{Value: "yes"}},
		} {
			w.clock.Advance(time.Minute)
			before := sign()
			w.press("Ben", one.purpose, one.rowID, one.choice)
			if !sign().After(before) {
				t.Errorf("%s is no sign of life", one.purpose)
			}
		}
	})
}

func TestMyDatesGiveATokenForAnHour(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		if shown := w.show("Ben", circles.LinkMe, ""); choices(shown) != "open" {
			t.Errorf("the page offers %+v", shown)
		}
		pressed := w.press("Ben", circles.LinkMe, "", Choice{})
		actor := got(w.tokens.Authenticate(w.ctx, pressed.Token))(t)
		if actor.PersonID != w.person("Ben").ID || !actor.MemberOnly || pressed.ExpiresAt.Sub(w.clock.Machine()) > time.Hour {
			t.Errorf("the token is %+v until %v", actor, pressed.ExpiresAt)
		}
	})
}

func TestFineLetsTheFlagRest(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		row, _ := w.rowFor(LinkFine)
		w.press("Ben", LinkFine, row, Choice{})
		h := got(w.watch.Health(w.ctx, w.as("An"), w.circleID))(t)
		if h.Verdict != health.Wobbling || !h.Flag.Rests(w.clock.Now()) {
			t.Errorf("the flag is %+v", h.Flag)
		}
	})
}
