// Package letters writes what scheduling and health tell people, and answers the buttons of all letters.
//
// What it is for: [Letters] makes of a notice the mail that one person gets, at the moment of sending: in that person's
// language, on that person's wall with the zone named, with the calendar file that belongs to it. [Buttons] says what a
// link in a letter means and does it when it is pressed, for the pages of web and the links of the API alike.
//
// What it refuses: to send what is no longer so (a letter whose occasion is gone is void, with the reason); to change
// anything when a link is only opened; to say a figure about a person, or to a facilitator who said what; to put a guide
// week into a calendar title, because it shifts; to give a member's message an address for answers, because what is
// said in a circle stays there. It decides nothing about dates: what is told, to whom and when is scheduling's, how a
// circle is doing is health's.
//
// Where to start: kinds in letters.go is the table of letters, buttons in buttons_seats.go that of links; what they do
// stands there, in buttons_dates.go, buttons_proposals.go and buttons_trust.go. letter.go has the words that all letters share, calendar.go
// the files. One file for each sort of letter: begin.go, reminder.go, changes.go, questions.go, proposals.go, leaving.go,
// endings.go, flags.go, facilitator.go. Sentences stand in text.nl.json and text.en.json, under letter.<kind>.<part>,
// button.<purpose>.<choice> and page.<purpose>.<part>.
//
// Main path of a letter:
//
//	outbox claims -> Compose -> dossier of the circle, read once a pass -> still true? ──no──> Void(reason)
//	                                                                          └─yes─> subject, mail.Body, files -> outbox
//
// Changed dates are one letter, written from a difference: changed.go holds what the person knew against what is so, and
// finds who made it so; changes.go says it; calendar.go brings the calendar from the one to the other, by as little as
// programs take well (docs/adr/0116-invitations-and-what-calendars-do-with-them.md):
//
//	one date                  REQUEST or CANCEL of that place alone
//	more, or a date added     REQUEST of the series
//	another weekly slot       REQUEST of a new series; the old one cut off, in a file of its own
//	left, given away, ended   CANCEL of the series, or of the one date that is left
//	came back                 REQUEST of the series from the next date on
//	a new place or link       REQUEST of the series
//
// Main path of a button:
//
//	/l/{token} -> link verified, its person read -> look: how do things stand?
//	GET  shows what a press would do             nothing is written
//	POST does it: the same use case as the API's, the person as actor, as a member and never as a facilitator
//	POST again says that it was so already; a link that leads nowhere gets an Apology: what to do now
//
// The circles room writes the letters of seats and sign-ups, and the footer of all letters.
package letters
