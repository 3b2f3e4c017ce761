// Package identity knows people by their e-mail address, and what they show to prove who they are.
//
// What it is for: [Person] with the checks of what is said about one; bearer tokens for programs ([Tokens]); the links
// in letters ([Links]); the secrets that sign them ([Secrets]); the owner of an empty database; the addresses that are
// not to be written to ([SuppressIn]); all that every room keeps of somebody, to tell it to her or to forget it
// ([Records]).
//
// What it refuses: passwords; a person's data overwritten by whoever types that person's address ([EnsureIn]); stored
// secrets (of a token a hash is kept, of a link nothing); rights: who may do what is decided by the circles' policy,
// out of the [Actor] that a credential yields. It also holds the [Mark] of every column for privacy.
//
// Where to start: [EnsureIn] and [ConfirmIn]; [Tokens.Authenticate]; [Links.OpenIn].
//
// A person:
//
//	EnsureIn -> unconfirmed -- a mailed link is pressed: ConfirmIn --> confirmed -> PatchIn, MoveAddressIn ...
//	               | DeleteUnconfirmedIn                                   | Records.Erase: a tombstone without address
//
// An address that bounced for good or asked for silence is remembered as a salted hash, which outlives the person:
//
//	MarkUndeliverableIn -> bounced -- a mailed link is pressed --> nothing
//	             silence of any -> silence -- UnsuppressIn, by whoever runs the program --> nothing
//
// Erasure and export are a table of parts, one for each room; keeping.go says when retention looks at somebody:
//
//	Records.Erase --> LockIn of each part, then the person --> EraseIn of each part, people last --> commit --> Erased
//
// A credential:
//
//	krg_<id>_<secret>   bearer token   row, SHA-256, scopes, machine time; cached for five seconds
//	krm_<signed>        member token   no row, one hour of machine time, own circles only
//	/l/<signed>         link           no row, purpose + row + person, product time or none
//	__Host-kring        cookie         package signin: row, SHA-256, every scope, machine time; cached for five seconds
//
// Signed text is base64url of key id, message and half an HMAC-SHA-256; the link epoch in it makes one update void all
// that a person was ever sent.
//
// The sentences for codes that all rooms share ("required", "not-found", "stale") stand in this room's text files,
// because it lies below the rooms that use them.
package identity
