package letters

import (
	"kring/internal/signin"

	"kring/circles"
)

// The purposes of links that letters about dates carry. Those of seats and sign-ups are the circles room's:
// circles.LinkSeat and its neighbours.
const (
	LinkAnswer  = "answer"   // a session: yes, no
	LinkOutcome = "outcome"  // a session: held, missed, cancelled
	LinkWeek    = "week"     // a circle: the number of the week it is at
	LinkStillIn = "still-in" // a seat of one's own: yes, give_seat
	LinkGoOn    = "go-on"    // a circle: go_on, new_hour, pause, stop
	LinkFinish  = "finish"   // a circle: finished, more
	LinkFine    = "fine"     // a circle: fine
	LinkRevive  = "revive"   // a circle: revive
	LinkVote    = "vote"     // an option of a vote on dates: yes, no, none; of the others 2-yes, 2-no
	LinkPropose = "propose"  // a session: propose
	// The two lists: who opens them leaves one and stays on the other, and in the circle. Their page is at /u/, and
	// takes the one-click POST of mail programs (RFC 8058).
	LinkOffReminder = "off-reminders" // nothing: leaves the list of reminders and questions
	LinkOffChanges  = "off-changes"   // nothing: leaves the list of changes of date
)

// Purposes are all purposes that a letter's link can have, also those of the circles room and of sign-ins.
func Purposes() []string {
	return []string{
		circles.LinkConfirm, circles.LinkAskSeat, circles.LinkApplication, circles.LinkSeat, circles.LinkDeclineSeat, circles.LinkObject,
		circles.LinkLeave, circles.LinkUndoLeave, circles.LinkMe, circles.LinkMails, circles.LinkSees,
		circles.LinkFacilitate, circles.LinkSilence, signin.LinkAddressOld, signin.LinkAddressNew,
		LinkAnswer, LinkOutcome, LinkWeek, LinkStillIn, LinkGoOn, LinkFinish, LinkFine, LinkRevive, LinkVote, LinkPropose,
		LinkOffReminder, LinkOffChanges,
	}
}
