// Package outbox tells people things by mail: once, in time or not at all, and whatever happens to the
// process meanwhile.
//
// A notice is one occasion for one person; a letter is one mail made of one or more notices. Rooms
// write notices in the transaction of what happened ([NoteIn]) and take them back ([VoidIn]) or put
// them off ([HoldIn]) while they are in no letter yet. A [Post] does the rest in two passes, which may
// be called as often as one likes, by as many processes as one likes:
//
//	NoteIn --> notices --Post.Plan--> letters --Post.Deliver--> Compose --> mail.Connection --> receipt
//
// Only ids, kinds and states are kept. What a letter says is written by the [Compose] of its kind at
// the moment of sending, so that it says what holds then, or is not sent.
//
// # The promise
//
//   - Queued once: a notice's key is unique.
//   - Delivered at least once, each try with the same Message-ID. A letter comes twice only when the
//     mail server took it over and the receipt did not reach the database.
//   - Late but useful is sent. Too late lapses, with the reason, and is shown.
//
// # What it refuses
//
//   - To decide by a clock or a lock of its own who sends: rows do. A claim leases a letter in machine
//     time and raises its attempt number; a receipt with another number is refused.
//   - To blame a person for the server: a lost connection is nobody's try, a refused sender or sign-in
//     is tried again; only a server that refuses the address itself makes it undeliverable,
//     and only while it is the person's own: not a new one that she has yet to prove, nor one that she left.
//   - To send what a person does not want (lists switched off), to who is erased, or to an address that asked for
//     silence, whatever the letter is about.
//   - To keep or log addresses and texts.
//
// # States
//
// A notice:
//
//	            Plan
//	waiting ----------> in_letter ---> (told when its letter is sent)
//	   |  ^                 |
//	   |  | NoteIn again    +---> void     Compose: nothing left to tell
//	   v  |                 +---> lapsed   too late, unsubscribed, erased, silence, undeliverable
//	  void  (VoidIn)
//
// A letter (while its notices wait it is shown as planned):
//
//	            claim             250
//	queued ------------> sending ------> sent
//	  ^ ^                 | | | |
//	  | | given back,     | | | +------> lapsed    not to be sent any more (reason)
//	  | | lease passed    | | +--------> refused   for good: the mail, or the address
//	  | +-----------------+ |
//	  +---------------------+----------> parked    refused for now once too often;
//	    refused for now,                           waits for ReleaseParked
//	    with a growing pause
//
// Start in post.go; plan.go makes letters, deliver.go and round.go are the pass that sends, compose.go
// decides what is sent, outcome.go what a receipt says, erasing.go tells and forgets one person, store.go holds all
// statements.
package outbox
