package identity

import (
	"slices"
	"strconv"

	"kring/internal/fault"
)

// The scopes of bearer tokens. A scope narrows what a token may be used for; it never gives a right that its person
// has not.
const (
	ScopeAll             = "*"
	ScopeMe              = "me"
	ScopeTokensWrite     = "tokens:write"
	ScopeProgrammesRead  = "programmes:read"
	ScopeProgrammesWrite = "programmes:write"
	ScopeCirclesRead     = "circles:read"
	ScopeCirclesWrite    = "circles:write"
	ScopeMembersRead     = "members:read"
	ScopeMembersWrite    = "members:write"
	ScopeSessionsRead    = "sessions:read"
	ScopeSessionsWrite   = "sessions:write"
	ScopeLettersRead     = "letters:read"
)

// Scopes are all scopes that a token may be issued with.
func Scopes() []string {
	return []string{
		ScopeAll, ScopeMe, ScopeTokensWrite, ScopeProgrammesRead, ScopeProgrammesWrite, ScopeCirclesRead, ScopeCirclesWrite,
		ScopeMembersRead, ScopeMembersWrite, ScopeSessionsRead, ScopeSessionsWrite, ScopeLettersRead,
	}
}

// memberScopes are what a member token carries.
func memberScopes() []string {
	return []string{
		ScopeMe, ScopeCirclesRead, ScopeCirclesWrite, ScopeMembersRead, ScopeMembersWrite, ScopeSessionsRead, ScopeSessionsWrite,
	}
}

// effective spells "*" out, so that whoever looks for one scope finds it.
func effective(scopes []string) []string {
	if slices.Contains(scopes, ScopeAll) {
		return Scopes()
	}
	return scopes
}

// MayUse says whether the actor's credential carries a scope. Everything needs one, also what is one's own.
func (a Actor) MayUse(scope string) bool {
	return slices.Contains(a.Scopes, scope) || slices.Contains(a.Scopes, ScopeAll)
}

// checkScopes answers the scopes sorted and without repetitions. It adds "required" for none and "unknown-scope" for
// each that does not exist.
func checkScopes(v *fault.Violations, pointer string, scopes []string) []string {
	if len(scopes) == 0 {
		v.Add(pointer, "required")
	}
	if len(scopes) > len(Scopes()) {
		v.Add(pointer, "too-many", fault.Args{"limit": len(Scopes())})
		return nil
	}
	for i, scope := range scopes {
		if !slices.Contains(Scopes(), scope) {
			v.Add(pointer+"/"+strconv.Itoa(i), "unknown-scope")
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(scopes)))
}
