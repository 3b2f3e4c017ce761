package wall

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // the zones are part of the program
)

// ErrZone is wrapped by every refusal of a zone name.
var ErrZone = errors.New("not an IANA zone")

// maxZoneName is above the longest IANA name (America/Argentina/ComodRivadavia, 32) with room to grow.
const maxZoneName = 64

// zones remembers what was loaded. It is a memo of a pure function, bounded by the number of zones that exist: an
// unknown name is never kept.
var zones sync.Map // string -> *time.Location

// LoadZone gives the zone of an IANA name ("Europe/Brussels"). It wraps ErrZone for empty and unknown names, for
// "Local", paths, and for the names that only a machine's own folder of zones has ("right/...", which counts leap
// seconds, "posix/...", "localtime").
func LoadZone(name string) (*time.Location, error) {
	if loc, ok := zones.Load(name); ok {
		return loc.(*time.Location), nil
	}
	if !plausibleZone(name) {
		return nil, fmt.Errorf("zone %.80q: %w", name, ErrZone)
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("zone %.80q: %w", name, ErrZone)
	}
	zones.Store(name, loc)
	return loc, nil
}

func plausibleZone(name string) bool {
	switch {
	case name == "" || len(name) > maxZoneName || name[0] == '/':
		return false
	case name == "Local" || name == "localtime" || name == "posixrules" || name == "Factory":
		return false
	case strings.HasPrefix(name, "right/") || strings.HasPrefix(name, "posix/"):
		return false
	}
	return !strings.ContainsFunc(name, strangeInZone)
}

// strangeInZone says that no IANA name holds the character.
func strangeInZone(r rune) bool {
	letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
	return !letter && !strings.ContainsRune("/_-+", r)
}
