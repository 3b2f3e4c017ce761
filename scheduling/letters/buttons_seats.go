package letters

import (
	"context"
	"maps"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/journal"

	"kring/circles"
)

// buttons is what every purpose means.
func buttons() map[string]button {
	all := addressButtons()
	maps.Copy(all, proposalButtons())
	maps.Copy(all, map[string]button{
		circles.LinkConfirm:     {look: lookConfirm, do: doConfirm, only: "confirm"},
		circles.LinkAskSeat:     {look: lookAskSeat, do: doAskSeat, only: "ask"},
		circles.LinkApplication: {look: lookApplication, do: doApplication, only: "withdraw"},
		circles.LinkSeat:        {look: lookSeat, do: doSeat},
		circles.LinkDeclineSeat: {look: lookDecline, do: doDecline, only: "decline"},
		circles.LinkObject:      {look: lookObject, do: doObject, only: "object"},
		circles.LinkLeave:       {look: lookLeave, do: doLeave, only: "leave"},
		circles.LinkUndoLeave:   {look: lookUndoLeave, do: doUndoLeave, only: "undo"},
		circles.LinkMe:          {look: lookMe, do: doMe, only: "open"},
		circles.LinkMails:       {look: lookMails, do: doMails},
		circles.LinkSees:        {look: lookSees},
		circles.LinkFacilitate:  {look: lookFacilitate, do: doFacilitate},
		circles.LinkSilence:     {look: lookSilence, do: doSilence, only: "silence"},
		LinkAnswer:              {look: lookAnswer, do: doAnswer},
		LinkOutcome:             {look: lookOutcome, do: doOutcome},
		LinkWeek:                {look: lookWeek, do: doWeek},
		LinkStillIn:             {look: lookStillIn, do: doStillIn},
		LinkGoOn:                {look: lookGoOn, do: doGoOn},
		LinkFinish:              {look: lookFinish, do: doFinish},
		LinkFine:                {look: lookFine, do: doFine, only: "fine"},
		LinkRevive:              {look: lookRevive, do: doRevive, only: "revive"},
		LinkOffReminder:         {look: lookOff(remindersList()), do: doOff(remindersList())},
		LinkOffChanges:          {look: lookOff(changesList()), do: doOff(changesList())},
	})
	return all
}

// A sign-up: confirm it, look at it, withdraw it.

func lookConfirm(p *press) (standing, error) {
	a, err := p.circles.Application(p.ctx, p.actor, p.link.RowID)
	if err != nil {
		return standing{}, err
	}
	switch {
	case a.State == circles.Withdrawn:
		return over("withdrawn")
	case a.State == circles.Unconfirmed && a.ExpiresAt != nil && !p.now.Before(*a.ExpiresAt):
		return over("late")
	case a.State == circles.Unconfirmed, a.State == circles.Waiting && a.CircleID != nil:
		return p.offers("text", "confirm"), nil
	}
	return over("did")
}

func doConfirm(p *press, _ Choice) (string, error) {
	done, err := p.circles.ConfirmApplication(p.ctx, p.actor, p.link.RowID)
	switch {
	case err != nil:
		return "", err
	case done.NoSeat != "":
		return "done.no-seat", nil
	case done.Seat != nil && done.Seat.State == circles.Held:
		return "done.held", nil
	case done.Seat != nil && done.Seat.State == circles.Asked:
		return "done.asked", nil
	}
	return "done", nil
}

// lookAskSeat offers to ask for a seat of a circle, to somebody who signed up before.
func lookAskSeat(p *press) (standing, error) {
	var err error
	if p.args["circle"], err = p.circleName(p.link.RowID); err != nil {
		return standing{}, err
	}
	var seats []circles.Member
	err = p.db.Read(p.ctx, func(tx database.Tx) (err error) {
		seats, err = circles.SeatsIn(tx, p.link.RowID)
		return err
	})
	for _, seat := range seats {
		if seat.PersonID == p.person.ID && seat.State.Open() {
			return over("did")
		}
	}
	return p.offers("text", "ask"), err
}

func doAskSeat(p *press, _ Choice) (string, error) {
	seat, err := p.circles.AskSeat(p.ctx, p.actor, p.link.RowID)
	switch refused, is := fault.Of(err); {
	case is && refused.Kind == fault.Conflict:
		return "done.no-seat", nil
	case err != nil:
		return "", err
	case seat.State == circles.Asked:
		return "done.asked", nil
	}
	return "done.held", nil
}

func lookApplication(p *press) (standing, error) {
	a, err := p.circles.Application(p.ctx, p.actor, p.link.RowID)
	if err != nil {
		return standing{}, err
	}
	switch a.State {
	case circles.Waiting:
		return p.offers("text", "withdraw"), nil
	case circles.Unconfirmed:
		return p.offers("unconfirmed", "withdraw"), nil
	case circles.Withdrawn:
		return over("did")
	}
	return over("placed")
}

func doApplication(p *press, _ Choice) (string, error) {
	return "done", p.circles.WithdrawApplication(p.ctx, p.actor, p.link.RowID)
}

// A seat: take it, refuse it, leave it, come back.

// ownSeat reads the seat that a link is about, with its circle's name.
func (p *press) ownSeat() (circles.Seat, error) {
	seat, err := p.circles.Member(p.ctx, p.actor, p.link.RowID)
	if err != nil {
		return seat, err
	}
	p.name(seat)
	p.args["circle"], err = p.circleName(seat.CircleID)
	return seat, err
}

// circleName is the name of a circle that the person has or had a seat in: who left sees nothing of it but that.
func (p *press) circleName(id string) (name string, err error) {
	err = p.db.Read(p.ctx, func(tx database.Tx) error {
		c, err := circles.CircleIn(tx, id)
		name = c.Name
		return err
	})
	return name, err
}

// isAsked says whether a member was asked "still in?" and has not answered.
func (p *press) isAsked(memberID string) (asked bool, err error) {
	err = p.db.Read(p.ctx, func(tx database.Tx) error {
		m, err := circles.MemberIn(tx, memberID)
		asked = m.StillInAskedAt != nil
		return err
	})
	return asked, err
}

func lookSeat(p *press) (standing, error) {
	seat, err := p.ownSeat()
	if err != nil {
		return standing{}, err
	}
	expired := seat.ExpiresAt != nil && !p.now.Before(*seat.ExpiresAt)
	switch {
	case seat.State == circles.Expired || seat.State.Takes() && expired:
		return over("late")
	case seat.State == circles.Invited:
		return p.offers("text", "yes", "hour", "no"), nil
	case seat.State == circles.Held:
		return p.offers("text", "yes", "no"), nil
	}
	return over("did." + string(seat.State))
}

func doSeat(p *press, c Choice) (string, error) {
	var err error
	if c.Value == "yes" {
		_, err = p.circles.AcceptSeat(p.ctx, p.actor, p.link.RowID)
	} else {
		_, err = p.circles.DeclineSeat(p.ctx, p.actor, p.link.RowID, c.Value == "hour")
	}
	return "done." + c.Value, err
}

// lookDecline looks at the seat of a stranger. Members see it only while something can come of it; after that they are
// told that it is decided.
func lookDecline(p *press) (standing, error) {
	var seat circles.Member
	err := p.db.Read(p.ctx, func(tx database.Tx) (err error) {
		seat, err = circles.MemberIn(tx, p.link.RowID)
		return err
	})
	if err != nil {
		return standing{}, err
	}
	if _, err := p.circle(seat.CircleID); err != nil {
		return standing{}, err
	}
	if seat.State != circles.Held && seat.State != circles.Asked {
		return over("did")
	}
	shown, err := p.circles.Member(p.ctx, p.actor, seat.ID)
	p.name(shown)
	return p.offers("text", "decline"), err
}

// name is what the page calls whoever a seat is for; of somebody erased there is no name left.
func (p *press) name(seat circles.Seat) {
	p.args["name"] = seat.FirstName
	if seat.FirstName == "" {
		p.args["name"] = p.say("letter.somebody")
	}
}

func doDecline(p *press, _ Choice) (string, error) {
	_, err := p.circles.DeclineSeat(p.ctx, p.actor, p.link.RowID, false)
	return "done", err
}

func lookObject(p *press) (standing, error) {
	motion, err := p.circles.Motion(p.ctx, p.actor, p.link.RowID)
	if err != nil {
		return standing{}, err
	}
	if _, err := p.circle(motion.CircleID); err != nil {
		return standing{}, err
	}
	if motion.State != circles.MotionOpen || !p.now.Before(motion.DueAt) {
		return over("did")
	}
	return p.offers("text."+string(motion.Kind), "object"), nil
}

func doObject(p *press, _ Choice) (string, error) {
	_, err := p.circles.Object(p.ctx, p.actor, p.link.RowID)
	return "done", err
}

func lookLeave(p *press) (standing, error) {
	seat, err := p.ownSeat()
	if err != nil {
		return standing{}, err
	}
	if seat.State != circles.Accepted {
		return over("did")
	}
	return p.offers("text", "leave"), nil
}

func doLeave(p *press, _ Choice) (string, error) {
	_, err := p.circles.Leave(p.ctx, p.actor, p.link.RowID)
	return "done", err
}

func lookUndoLeave(p *press) (standing, error) {
	seat, err := p.ownSeat()
	if err != nil {
		return standing{}, err
	}
	switch {
	case seat.State == circles.Accepted:
		return over("did")
	case seat.State != circles.Left || seat.UndoUntil == nil || !p.now.Before(*seat.UndoUntil):
		return over("late")
	}
	return p.offers("text", "undo"), nil
}

func doUndoLeave(p *press, _ Choice) (string, error) {
	_, err := p.circles.UndoLeave(p.ctx, p.actor, p.link.RowID)
	return "done", err
}

// The person: my circles, which mails, who sees what.

func lookMe(p *press) (standing, error) { return p.offers("text", "open"), nil }

func doMe(p *press, _ Choice) (string, error) {
	p.token, p.until = p.tokens.MemberToken(p.person)
	return "done", nil
}

func lookMails(p *press) (standing, error) {
	choices := []string{"reminders_off", "changes_off", "hour_off"}
	for i, off := range []bool{p.person.RemindersOff, p.person.ChangesOff, p.person.HourOff} {
		if off {
			choices[i] = choices[i][:len(choices[i])-len("off")] + "on"
		}
	}
	return p.offers("text", choices...), nil
}

func doMails(p *press, c Choice) (string, error) {
	on, off := false, true
	patch := map[string]identity.Patch{
		"reminders_off": {RemindersOff: &off}, "reminders_on": {RemindersOff: &on},
		"changes_off": {ChangesOff: &off}, "changes_on": {ChangesOff: &on},
		"hour_off": {HourOff: &off}, "hour_on": {HourOff: &on},
	}[c.Value]
	return "done", p.patch(patch)
}

// patch changes which mails the person gets, and nothing else.
func (p *press) patch(patch identity.Patch) error {
	return p.db.Write(p.ctx, func(tx database.Tx) error {
		if _, err := identity.PatchIn(tx, p.now, p.person.ID, 0, patch); err != nil {
			return err
		}
		return journal.Add(tx, journal.Entry{At: p.now, ActorID: p.person.ID, SubjectID: p.person.ID, Action: "person-changed"})
	})
}

// lookSees shows the sentences about who sees what; there is nothing to press.
func lookSees(p *press) (standing, error) {
	p.args["seen"], p.args["never"] = circles.SaySeen(p.texts, p.lang)
	return over("text")
}

// A list: leave it, or come back to it. The other list and the seat stay as they are.

// list is one of the two lists of mails.
type list struct {
	off   func(identity.Person) bool
	patch func(off bool) identity.Patch
}

func remindersList() list {
	return list{
		func(p identity.Person) bool { return p.RemindersOff },
		func(off bool) identity.Patch { return identity.Patch{RemindersOff: &off} },
	}
}

func changesList() list {
	return list{
		func(p identity.Person) bool { return p.ChangesOff },
		func(off bool) identity.Patch { return identity.Patch{ChangesOff: &off} },
	}
}

func lookOff(of list) func(*press) (standing, error) {
	return func(p *press) (standing, error) {
		if of.off(p.person) {
			stands := p.offers("did", "on")
			stands.done = true
			return stands, nil
		}
		return p.offers("text", "off"), nil
	}
}

func doOff(of list) func(*press, Choice) (string, error) {
	return func(p *press, c Choice) (string, error) {
		return "done." + c.Value, p.patch(of.patch(c.Value == "off"))
	}
}

// Unsubscribe leaves the list that a link of purpose off-reminders or off-changes is about: the one-click POST of a mail
// program (RFC 8058). Having left already changes nothing. It answers NotFound for any other link.
func (b *Buttons) Unsubscribe(ctx context.Context, rawToken string) (Pressed, error) {
	p, _, err := b.open(ctx, rawToken, "")
	if err != nil {
		return Pressed{}, err
	}
	of, is := map[string]list{LinkOffReminder: remindersList(), LinkOffChanges: changesList()}[p.link.Purpose]
	if !is {
		return Pressed{}, fault.New(fault.NotFound, "link-unknown")
	}
	if of.off(p.person) {
		return p.pressed(p.tell("did"), true), nil
	}
	return p.pressed(p.tell("done.off"), false), p.patch(of.patch(true))
}
