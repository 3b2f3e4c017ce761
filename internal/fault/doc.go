// Package fault is the one way in which a room says no to its caller.
//
// What it is for: a [Fault] says what the caller can do about a refusal (its
// [Kind]), names the refusal by a stable kebab-case code, and carries the
// values that its sentence needs. The sentences themselves stand in the text
// files of each room, under "problem.<code>" and "violation.<code>"; the HTTP
// status codes stand in the API alone.
//
// What it refuses: text for people, status codes, and wrapping for the sake of
// wrapping. An error that is not a Fault is a defect or an outage: it is
// logged and answered as such, never explained to the caller.
//
// Where to start: [New] for one refusal, [Violations] for a list of faulty
// fields that are answered together.
//
//	var v fault.Violations
//	v.Add("/name", "too-long", fault.Args{"limit": 80})
//	if err := v.Err(); err != nil { return err } // Invalid, code "invalid"
package fault
