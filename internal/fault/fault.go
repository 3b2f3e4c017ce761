package fault

import (
	"errors"
	"fmt"
	"maps"
	"time"
)

// Kind says what a caller can do about a refusal. There are few on purpose.
type Kind uint8

// The kinds, each with what it asks of the caller.
const (
	_               Kind = iota
	Unreadable           // the request could not be read: send something well formed
	Unauthenticated      // nobody known is asking: show who you are
	Forbidden            // known, and not allowed
	NotFound             // it does not exist, or is not yours to see
	Conflict             // its present state forbids it
	Stale                // it changed since you read it: read it again
	TooLarge             // more than is accepted: send less
	Unsupported          // a form that is not understood here
	Invalid              // readable, and it breaks a rule: mend the named fields
	Required             // a precondition is missing: say which revision you mean
	TooMany              // too often: wait
	Unavailable          // something that is needed is away: try again later
)

var kindNames = [...]string{
	"", "unreadable", "unauthenticated", "forbidden", "not found", "conflict", "stale",
	"too large", "unsupported", "invalid", "required", "too many", "unavailable",
}

// String names the kind for logs.
func (k Kind) String() string {
	if int(k) < len(kindNames) && k > 0 {
		return kindNames[k]
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// Args are the values that a sentence about a fault needs. Never secrets, and
// never what the caller sent in full.
type Args map[string]any

// Violation is one broken rule of one field.
type Violation struct {
	// Pointer is a JSON pointer (RFC 6901) into what the caller sent, for
	// example "/availability/0/from"; "" means the whole.
	Pointer string
	// Code is kebab-case and stable; its sentence is "violation.<code>".
	Code string
	Args Args
}

// Fault is a refusal. It is an error; make it with [New].
type Fault struct {
	Kind Kind
	// Code is kebab-case and stable; its sentence is "problem.<code>".
	Code string
	Args Args
	// Violations is filled for Invalid and Unreadable, in the order found.
	Violations []Violation
	// RetryAfter is how long the caller should wait (TooMany, Unavailable);
	// zero when nothing is known.
	RetryAfter time.Duration

	cause error
}

// New makes a fault of a kind with a stable code.
func New(kind Kind, code string) *Fault {
	return &Fault{Kind: kind, Code: code}
}

// With answers a copy that carries one value more.
func (f *Fault) With(name string, value any) *Fault {
	g := *f
	g.Args = make(Args, len(f.Args)+1)
	maps.Copy(g.Args, f.Args)
	g.Args[name] = value
	return &g
}

// Because answers a copy that remembers what led to it. The cause is for logs
// and for errors.Is; callers are never shown it.
func (f *Fault) Because(err error) *Fault {
	g := *f
	g.cause = err
	return &g
}

// After answers a copy that asks the caller to wait for d.
func (f *Fault) After(d time.Duration) *Fault {
	g := *f
	g.RetryAfter = d
	return &g
}

// Error is for logs: kind, code, pointers and cause, never argument values.
func (f *Fault) Error() string {
	text := f.Kind.String() + ": " + f.Code
	for _, v := range f.Violations {
		text += " [" + v.Pointer + " " + v.Code + "]"
	}
	if f.cause != nil {
		text += ": " + f.cause.Error()
	}
	return text
}

// Unwrap answers the cause, or nil.
func (f *Fault) Unwrap() error { return f.cause }

// Is makes two faults with the same kind and code equal for errors.Is, so that
// a room can export a fault as a value to compare with.
func (f *Fault) Is(target error) bool {
	other, ok := target.(*Fault)
	return ok && other.Kind == f.Kind && other.Code == f.Code
}

// Of answers the outermost fault in err.
func Of(err error) (*Fault, bool) {
	var f *Fault
	ok := errors.As(err, &f)
	return f, ok
}

// IsKind tells whether err is a fault of that kind.
func IsKind(err error, kind Kind) bool {
	f, ok := Of(err)
	return ok && f.Kind == kind
}

// HasCode tells whether err is a fault with that code.
func HasCode(err error, code string) bool {
	f, ok := Of(err)
	return ok && f.Code == code
}

// Violations collects broken rules, so that a caller hears of all at once.
// The zero value is ready to use.
type Violations []Violation

// Add notes one broken rule; several args are merged, later ones win.
func (v *Violations) Add(pointer, code string, args ...Args) {
	var all Args
	for _, a := range args {
		if all == nil {
			all = make(Args, len(a))
		}
		maps.Copy(all, a)
	}
	*v = append(*v, Violation{Pointer: pointer, Code: code, Args: all})
}

// Err answers nil when no rule was broken, else one Invalid fault with the
// code "invalid" that carries them all.
func (v Violations) Err() error {
	if len(v) == 0 {
		return nil
	}
	return &Fault{Kind: Invalid, Code: "invalid", Violations: v}
}
