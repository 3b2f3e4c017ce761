// Package circles is the room of programmes, sign-ups, circles and the people in them: who may come in, who is in, who
// may do what, and where a circle is in its life.
//
// What it refuses: everything with a date but "when does this offer end" (that is scheduling's: sessions, reminders,
// health); any figure about a person; removing a member. It keeps no goals, no lists and no notes of what is said.
//
// Where to start: [Registry] has the use cases a person asks for; [May] says who may; lend.go has what scheduling
// borrows for use cases of its own ([LockIn], [MembersIn], [BeginIn], ...). Pure and read first: circle.go, member.go,
// lifecycle.go, seats.go, policy.go, and seen.go: the one list of what facilitators see of somebody.
//
// The main path, a newcomer who asks for an open seat:
//
//	Apply ──letter──> ConfirmApplication ──> seat held, 48 h ──letter──> AcceptSeat ──> a member
//	   (public form)      (the press)            │ members may decline
//	                                             └ no seat free: asked, in line for the next
//
// # States
//
// A circle (lifecycle.go):
//
//	forming ──Begin──> running <──Pause, Resume──> paused
//	                      │ Complete
//	                      └──> completed          any of the three ──End──> ended ──Revive (fell silent)──> running
//
// A seat (seats.go); invited, held and accepted take one of the circle's seats:
//
//	invited ──┬─ yes ──────────────> accepted ──Leave──> left ──UndoLeave, 7 days──> accepted
//	          ├─ no, another hour ─> declined                 accepted counts once in_at is set: at once, or
//	          └─ 72 h ─────────────> expired                  after three days when the circle is past week 2
//	asked ── a seat comes free ──> held ──┬─ yes ─> accepted
//	                                      ├─ declined by either side ─> declined, the applicant waits on
//	                                      └─ 48 h ─> expired, the next in line is held
//
// An application: unconfirmed (deleted after 72 h) -> waiting <-> placed; withdrawn from any of them.
//
// A motion: open -> carried after three days, or objected by any member.
//
// A facilitator (inviting.go): invited -- her yes, within 7 days --> facilitates -- RemoveFacilitator --> no more; the
// last one stays while the programme is open or a circle of it is not over.
//
// # Locks
//
// Every write about a circle or its seats locks the circle's row first ([LockIn]), then applications, then people; one
// about who facilitates locks the programme's row before all of them.
// What is read after that stays true until the commit, so the last seat is given once and a circle begins once. Where a
// programme's row is locked as well it comes before its circles.
//
// # Leaving nothing behind
//
// [Registry.Part] tells somebody all that this room keeps of her (exporting.go) and forgets it (erasing.go): she leaves
// her circles first, seats and sign-ups stay in ids and states. [Registry.Retain] is the nightly pass that forgets whom no
// programme keeps any longer: identity says whom to look at, keeping.go judges and is pure.
package circles
