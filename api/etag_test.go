package api

import (
	"testing"

	"kring/internal/fault"
)

func TestIfMatchNamesARevision(t *testing.T) {
	hash := hashOf([]byte("x"))
	cases := map[string]struct {
		header   string
		revision int
		faulty   bool
	}{
		"an ETag of ours names its revision":  {header: `"7-` + hash + `"`, revision: 7},
		"a star names none":                   {header: `*`},
		"a foreign ETag matches nothing":      {header: `"abc"`, revision: -1},
		"a weak ETag matches nothing":         {header: `W/"7-` + hash + `"`, revision: -1},
		"a revision alone matches nothing":    {header: `"7"`, revision: -1},
		"a padded revision matches nothing":   {header: `"07-` + hash + `"`, revision: -1},
		"a negative revision matches nothing": {header: `"-7-` + hash + `"`, revision: -1},
		"two ETags are one too many":          {header: `"7-` + hash + `", "8-` + hash + `"`, faulty: true},
		"quotes are part of it":               {header: `7-` + hash, faulty: true},
		"an open quote":                       {header: `"7`, faulty: true},
		"nothing":                             {header: ``, faulty: true},
		"spaces inside":                       {header: `"7 8"`, faulty: true},
		"a comma at the end":                  {header: `"7",`, faulty: true},
		"another star":                        {header: `**`, faulty: true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var v fault.Violations
			got := readMatch(&v, []string{c.header})
			if got.revision != c.revision || (len(v) > 0) != c.faulty {
				t.Errorf("revision %d, faults %v", got.revision, v)
			}
		})
	}
}

func FuzzIfMatch(f *testing.F) {
	for _, seed := range []string{`*`, `"1-0000000000000"`, `W/"a", "b"`, `"`, ``, `,`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		var v fault.Violations
		got := readMatch(&v, []string{header})
		if got.revision < -1 || len(v) > 1 {
			t.Fatalf("%q: %+v %v", header, got, v)
		}
		entityTags(header)
	})
}

func TestTheHashOfAViewIsTheSameEverywhere(t *testing.T) {
	if got := hashOf([]byte("kring")); got != "0rlibj7wnqd6s" && len(got) != hashDigits {
		t.Errorf("%s", got)
	}
}
