// Package scheduling is everything of a circle that has a date: its sessions, who comes to them, who leads them, what
// is reminded of, and how a run is laid out, moved, paused and brought to its end. Health and flags live in health:
// they read what happened on those dates.
//
// It refuses to keep who attended a session, to say a member's answer to anybody outside the circle, to give a session
// a guide number before it is held, and to move a date without telling the people it concerns.
//
// Every change of dates is one [Step], whoever asks for it: a plain command (Move, Skip, NewSlot), a preview that is
// committed (PreviewReplan, CommitReplan), the end of a vote, or taking one back (UndoReplan). replan_steps.go does a step
// on a course and writes nothing, replan_outcome.go says what it changed, replan_undo.go restores that. People are told by
// difference: tidings.go holds what each of them knows against how it is, politeness.go says when the letter goes.
//
//	          PreviewReplan             CommitReplan: the step again, under the lock
//	step ───────────────────> preview ──────────────────────────────────────────────> committed ──UndoReplan──> undone
//	  │                          │ after a day: deleted     │ comes out otherwise: MovedOn, a fresh preview          │
//	  └── Move, Skip, ..., the end of a vote ───────────────────────────────────────────> committed    another committed one
//
// Where too few can come, the circle votes. proposal_open.go finds what is voted on and until when, proposal_tend.go says
// when a vote is needed and when something else overtook it, proposal_close.go counts it and carries it out,
// proposal_own.go takes a member's own moment, proposal_view.go shows it. gonogo.go asks a day ahead who said nothing.
//
//	                                            ┌── one option suits all, the time is up, the host closes it
//	too few expected ──┐                        ├───> moved, skipped: one step of replanning
//	too few yes a day ahead ──> open ───────────┼───> stays: nothing has a quorum, or those who can go ahead
//	a member's moment ─┘                        └───> overtaken: the session changed, or the no was taken back unvoted
//
// Where to start: [Calendar] holds the use cases a person asks for; [Calendar.QueueDue] is the pass that lets time
// act. What decides is pure and stands in files of its own: plan.go lays out dates, warnings.go looks at them,
// outcome.go says what a session counts as, expected.go who comes, hosts.go who leads, remind.go when something is
// due; fitting says whom a moment suits, filled in by fits.go for slots.go (the best weekly hour) and starts.go (the best
// first date). course.go holds a circle in the middle of a change and says what that makes of its run, rewriting.go what it
// makes of its reminders, tell.go and tidings.go who is told; save.go writes the difference. entry_answer.go hears
// what calendar programs answer. forget.go makes answers into counts,
// erasing.go tells and forgets one person. store.go holds every query.
//
// Main path, of every write:
//
//	lock the circle's row -> read its run -> May -> pure change -> save sessions, reminder rows -> what people are told:
//	notices, and what they know by them -> circle touched, journal, the replan's row, all in one transaction
//
// A session:
//
//	           ┌── skip ────> skipped ─────┐
//	           ├── cancel ──> cancelled ───┤        each adds a date at the end,
//	planned ───┼── missed ──> missed ──────┤        up to twice the guide weeks
//	   │       ├── held ────> held  <──────┘        any word corrects for 21 days;
//	   │       └── 72 h ────> unrecorded ──> any    held beats missed
//	   └── move, shift, break, pause, new slot: stays planned, on another date; an undo plans it again
//
// Three things are never mixed up: the session is a date, the guide week advances when a session is held, and elapsed
// weeks are those of the calendar.
package scheduling
