package identity_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/testkit"
	"kring/internal/wall"
)

func patched(t *testing.T, db *database.DB, p identity.Person, patch identity.Patch) error {
	t.Helper()
	_, err := try(t, db, func(tx database.Tx) (identity.Person, error) { return identity.PatchIn(tx, now, p.ID, 0, patch) })
	return err
}

func quiet(from, until string) **identity.QuietHours {
	return new(&identity.QuietHours{From: from, Until: until})
}

func days(keys ...string) **[]string { return new(&keys) }

func TestQuietHoursAndWorkingDays(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		anke := ensure(t, db, "anke@example.org")
		if anke.Quiet() != (wall.Quiet{From: wall.At(22, 0), Until: wall.At(7, 0)}) || anke.Days() != wall.MondayToFriday {
			t.Errorf("who said nothing: %+v", anke)
		}
		both := identity.Patch{QuietHours: quiet("20:10", "08:05"), WorkingDays: days("sat", "tue")}
		if err := patched(t, db, anke, both); err != nil {
			t.Fatal(err)
		}
		name := "Anke P."
		if err := patched(t, db, anke, identity.Patch{Name: &name}); err != nil {
			t.Fatal(err)
		}
		got := find(t, db, anke.ID)
		if got.Quiet() != (wall.Quiet{From: wall.At(20, 10), Until: wall.At(8, 5)}) || got.Days() != wall.WeekdaysOf(time.Tuesday, time.Saturday) {
			t.Errorf("stored, and left alone by another change: %+v", got)
		}
		if err := patched(t, db, anke, identity.Patch{QuietHours: new((*identity.QuietHours)(nil)), WorkingDays: new((*[]string)(nil))}); err != nil {
			t.Fatal(err)
		}
		if got := find(t, db, anke.ID); got.QuietFrom != nil || got.QuietUntil != nil || got.WorkingDays != 0 {
			t.Errorf("left to Kring again: %+v", got)
		}
	})
}

func TestWhatIsNoQuietHoursIsRefusedByField(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		anke := ensure(t, db, "anke@example.org")
		for name, test := range map[string]struct {
			patch identity.Patch
			want  []string
		}{
			"no end":            {identity.Patch{QuietHours: quiet("22:00", "")}, []string{"/quiet_hours/until required"}},
			"no start":          {identity.Patch{QuietHours: quiet("", "07:00")}, []string{"/quiet_hours/from required"}},
			"neither":           {identity.Patch{QuietHours: quiet("", "")}, []string{"/quiet_hours/from required", "/quiet_hours/until required"}},
			"no times":          {identity.Patch{QuietHours: quiet("10 pm", "24:00")}, []string{"/quiet_hours/from not-a-time", "/quiet_hours/until not-a-time"}},
			"equal":             {identity.Patch{QuietHours: quiet("07:00", "07:00")}, []string{"/quiet_hours/until same-time"}},
			"16 hours":          {identity.Patch{QuietHours: quiet("18:00", "10:00")}, nil},
			"a minute more":     {identity.Patch{QuietHours: quiet("18:00", "10:01")}, []string{"/quiet_hours/until quiet-too-long"}},
			"more in the day":   {identity.Patch{QuietHours: quiet("06:00", "22:01")}, []string{"/quiet_hours/until quiet-too-long"}},
			"no day":            {identity.Patch{WorkingDays: days()}, []string{"/working_days no-working-day"}},
			"all days":          {identity.Patch{WorkingDays: days("mon", "tue", "wed", "thu", "fri", "sat", "sun")}, nil},
			"days that are not": {identity.Patch{WorkingDays: days("mon", "Tue", "mon")}, []string{"/working_days/1 not-a-weekday", "/working_days/2 twice"}},
			"both at once": {
				identity.Patch{QuietHours: quiet("x", "07:00"), WorkingDays: days()},
				[]string{"/quiet_hours/from not-a-time", "/working_days no-working-day"},
			},
		} {
			before := find(t, db, anke.ID).Revision
			err := patched(t, db, anke, test.patch)
			var found []string
			if f, is := fault.Of(err); is {
				for _, v := range f.Violations {
					found = append(found, v.Pointer+" "+v.Code)
				}
			}
			if !slices.Equal(found, test.want) {
				t.Errorf("%s: %q, %v", name, found, err)
			}
			if after := find(t, db, anke.ID).Revision; test.want != nil && after != before {
				t.Errorf("%s: refused, and yet something was written", name)
			}
		}
	})
}

func TestQuietHoursAreExportedAndForgotten(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		records, _ := kept(t, db)
		anke := ensure(t, db, "anke@example.org")
		told := func() string {
			all, err := records.Export(t.Context(), signedIn(anke))
			if err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(all)
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
		if said := told(); !strings.Contains(said, `"quiet_hours":null,"working_days":null`) {
			t.Errorf("who said nothing: %s", said)
		}
		if err := patched(t, db, anke, identity.Patch{QuietHours: quiet("21:00", "06:30"), WorkingDays: days("sun", "mon")}); err != nil {
			t.Fatal(err)
		}
		if said := told(); !strings.Contains(said, `"quiet_hours":{"from":"21:00","until":"06:30"},"working_days":["mon","sun"]`) {
			t.Errorf("no quiet hours in %s", said)
		}
		if err := records.Erase(t.Context(), signedIn(anke), false); err != nil {
			t.Fatal(err)
		}
		if p := find(t, db, anke.ID); p.QuietFrom != nil || p.QuietUntil != nil || p.WorkingDays != 0 || p.FeedEpoch != anke.FeedEpoch+1 {
			t.Errorf("a tombstone says %+v", p)
		}
	})
}
