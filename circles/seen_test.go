package circles

import (
	"maps"
	"reflect"
	"slices"
	"testing"

	"kring/internal/identity"
	"kring/internal/text"
)

// told names what a field tells of a person, a key of SeenByFacilitators; "" for what is no word about her: ids, and the
// number of the row's version.
var told = map[string]string{
	"Applicant.ID": "", "Applicant.ProgrammeID": "", "Applicant.PersonID": "", "Applicant.Revision": "",
	"Applicant.State": "signup", "Applicant.CircleID": "signup", "Applicant.ExpiresAt": "signup", "Applicant.LetterAt": "signup",
	"Applicant.ConfirmedAt": "signup", "Applicant.ForgottenAt": "signup", "Applicant.CreatedAt": "signup",
	"Applicant.UpdatedAt": "signup", "Applicant.Name": "name", "Applicant.LetterLanguage": "letter_language",
	"Applicant.Speaks": "speaks", "Applicant.Zone": "zone", "Applicant.Availability": "hours", "Applicant.Team": "team",
	"Applicant.Department": "department", "Applicant.Location": "location", "Applicant.Experience": "experience",
	"Applicant.Email": "address", "Applicant.Undeliverable": "undeliverable",

	"Seat.ID": "", "Seat.CircleID": "", "Seat.PersonID": "", "Seat.ApplicationID": "", "Seat.ProgrammeID": "", "Seat.Guest": "",
	"Seat.Revision": "", "Seat.State": "seat", "Seat.OtherHour": "seat", "Seat.ExpiresAt": "seat", "Seat.AcceptedAt": "seat",
	"Seat.InAt": "seat", "Seat.LeftAt": "seat", "Seat.UndoUntil": "seat", "Seat.CreatedAt": "seat", "Seat.UpdatedAt": "seat",
	"Seat.Hosts": "hosting", "Seat.HostTurn": "hosting", "Seat.FirstName": "name", "Seat.Name": "name", "Seat.Email": "address",
	"Seat.Undeliverable": "undeliverable",
	"Seat.LastSignAt":    "never", "Seat.StillInAskedAt": "never", "Seat.FeedEpoch": "never", // left out of every view: Member.bare
}

// TestWhatFacilitatorsSeeIsWhatIsSaid holds the list that everybody is told against what facilitators are answered.
func TestWhatFacilitatorsSeeIsWhatIsSaid(t *testing.T) {
	said := map[string]bool{}
	for view, of := range map[string]reflect.Type{"Applicant": reflect.TypeFor[Applicant](), "Seat": reflect.TypeFor[Seat]()} {
		for _, field := range reflect.VisibleFields(of) {
			if field.Anonymous {
				continue
			}
			key, listed := told[view+"."+field.Name]
			switch {
			case !listed:
				t.Errorf("nobody is told that facilitators see %s.%s", view, field.Name)
			case key != "" && key != "never":
				said[key] = true
			}
		}
	}
	if seen := slices.Sorted(slices.Values(SeenByFacilitators())); !slices.Equal(seen, slices.Sorted(maps.Keys(said))) {
		t.Errorf("told is %v, seen is %v", seen, slices.Sorted(maps.Keys(said)))
	}
}

func TestWhatIsSeenAndWhatNeverIsHasWordsInBothLanguages(t *testing.T) {
	texts := got(text.Load(identity.Texts, Texts))(t)
	keys := slices.Concat(SeenByFacilitators(), NeverSeen())
	for i, key := range keys {
		if !texts.Has("seen."+key) || slices.Contains(keys[:i], key) {
			t.Errorf("seen.%s has no words, or is there twice", key)
		}
	}
	for lang, want := range map[string][2]string{
		text.Dutch:   {"locatie en ervaring", "berichten aan de cirkel en persoonlijke doelen"},
		text.English: {"location and experience", "messages to the circle and personal goals"},
	} {
		seen, never := SaySeen(texts, lang)
		for i, said := range []string{seen, never} {
			if len(said) < len(want[i]) || said[len(said)-len(want[i]):] != want[i] {
				t.Errorf("in %s: %q", lang, said)
			}
		}
	}
}
