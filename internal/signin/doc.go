// Package signin is how somebody shows who she is: by a letter to her address, by a cookie after that, by the provider
// of her organisation (package oidc), and again by letters when her address changes.
//
// What it is for: [SignIn.Ask] and [SignIn.Confirm] let somebody in; [SignIn.Start], [SignIn.Authenticate] and
// [SignIn.Stop] keep a browser signed in; [SignIn.List] and [SignIn.End] let her look after her own sign-ins;
// [SignIn.ChangeAddress] moves her to another address. The room composes its own letters ([SignIn.Table]).
//
// What it refuses: passwords; to say who has an address, by an answer, a statement or a letter; secrets in the database
// (of links, codes and cookies there are hashes); to write anything for a request that only reads; rights, which are the
// circles' policy's to decide.
//
// Where to start: requests.go (the letter), cookies.go (the browser), address.go (the move); secrets.go says what a letter
// says, sessions.go how scs is used, letters.go writes, store*.go hold all statements.
//
// # From the question to the cookie
//
//	Ask --> row --QueueLetters--> notice --outbox--> letter --> page with a button, or code
//	 |                                                              |
//	 | the same for known and unknown                               v
//	 +--> Asked (id, until)                                      Confirm --> Start --> cookie --> Authenticate
//
// A request, in product time:
//
//	         Confirm
//	open ---------------> used     all others of the person with it
//	  |  wrong code x 5
//	  +-----------------> worn     counted although it is refused; the link still holds
//	  |  15 minutes
//	  +-----------------> expired  until Sweep
//
// A sign-in, in machine time:
//
//	Start --> in --Stop, End, EndAllIn, another Start in this browser--> out
//	           +---30 days, used or not--------------------------------> out
//
// What one process ends is void in the others five seconds later at most.
//
// A change of address, in product time:
//
//	ChangeAddress --> waits --ConfirmAddress(new)--> waits --ConfirmAddress(old)--> changed: signed out everywhere,
//	   |                |  (either first; the new one alone                         all links void
//	   | replaces       |   where the old one is of no use)
//	   +---one that     +--RefuseAddress--> dropped: signed out everywhere, tokens of 30 days void
//	       waits        +--72 hours-------> expired, until Sweep
package signin
