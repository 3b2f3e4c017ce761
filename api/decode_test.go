package api

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"kring/api/contract"
	"kring/internal/fault"
)

func ruleOf(t testing.TB, operation string) *contract.Rule {
	t.Helper()
	operations := contract.Operations()
	i := slices.IndexFunc(operations, func(o contract.Operation) bool { return o.ID == operation })
	if i < 0 {
		t.Fatalf("no operation %s", operation)
	}
	return operations[i].Body
}

func TestABodyIsHeldAgainstTheContractAtOnce(t *testing.T) {
	application := ruleOf(t, "apply")
	whole := `{"name":"Els","email":"els@example.org","letter_language":"nl","speaks":["nl"],"zone":"Europe/Brussels",` +
		`"availability":[{"weekday":"mon","from":"09:00","until":"12:00"}]}`
	with := func(more string) string { return strings.TrimSuffix(whole, "}") + "," + more + "}" }
	long := strings.Repeat("é", 101)
	cases := map[string]struct {
		body  string
		found []string
	}{
		"what the contract wants is taken":            {body: whole},
		"white space around everything is taken":      {body: " \n" + strings.ReplaceAll(whole, `":`, "\" :\t") + "\r\n"},
		"escapes are taken":                           {body: with(`"team":"\u00e9\ud83d\ude00\n\"\/"`)},
		"an empty object lacks every needed field":    {body: `{}`, found: []string{"/availability required", "/email required", "/letter_language required", "/name required", "/speaks required", "/zone required"}},
		"an unknown field":                            {body: with(`"colour":1`), found: []string{"/colour unknown-field"}},
		"a field in another case is another field":    {body: with(`"Team":"x"`), found: []string{"/Team unknown-field"}},
		"what is inside an unknown field is not said": {body: with(`"x":{"y":[{"z":1}]}`), found: []string{"/x unknown-field"}},
		"a pointer escapes slashes and tildes":        {body: with(`"a/b~c":1`), found: []string{"/a~1b~0c unknown-field"}},
		"a field that stands there twice":             {body: with(`"name":"Ann"`), found: []string{"/name duplicate-field"}},
		"a text of too many characters":               {body: with(`"team":"` + long + `"`), found: []string{"/team too-long"}},
		"characters count, not bytes":                 {body: with(`"team":"` + long[2:] + `"`)},
		"a number where a text belongs":               {body: with(`"team":1`), found: []string{"/team not-a-text"}},
		"null where nothing else is said":             {body: with(`"team":null`), found: []string{"/team not-null"}},
		"half a surrogate pair":                       {body: with(`"team":"\ud800"`), found: []string{"/team unreadable-text"}},
		"two first halves of a surrogate pair":        {body: with(`"team":"\ud83d\ud83d\ude00"`), found: []string{"/team unreadable-text"}},
		"a zero character":                            {body: with(`"team":"a\u0000b"`), found: []string{"/team unreadable-text"}},
		"an id that is none":                          {body: with(`"circle_id":"7"`), found: []string{"/circle_id not-an-id"}},
		"deep inside a list": {
			body:  strings.ReplaceAll(whole, `"09:00"`, `"9:00","when":1`),
			found: []string{"/availability/0/from wrong-form", "/availability/0/when unknown-field"},
		},
		"everything at once": {
			body: `{"name":7,"email":null,"letter_language":"fr","speaks":"nl","zone":[],"availability":[1,{"weekday":"maandag"}],"x":0}`,
			found: []string{
				"/name not-a-text", "/email not-null", "/letter_language not-one-of", "/speaks not-a-list", "/zone not-a-text",
				"/availability/0 not-an-object", "/availability/1/weekday not-one-of", "/availability/1/from required",
				"/availability/1/until required", "/x unknown-field",
			},
		},
		"a list where an object belongs": {body: `[]`, found: []string{" not-an-object"}},
		"null alone":                     {body: `null`, found: []string{" not-null"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			found, err := checkBody([]byte(c.body), application)
			if err != nil {
				t.Fatal(err)
			}
			if got := said(found); !slices.Equal(got, c.found) {
				t.Errorf("found %q\nwant  %q", got, c.found)
			}
		})
	}
}

func TestTheFieldsOfAKindBelongTogether(t *testing.T) {
	step := ruleOf(t, "previewReplan")
	id, on := `"session_id":"0192f0c1-7a0e-7d3a-9f50-3d0f7f2b6c11"`, `"2026-09-01"`
	cases := map[string]struct {
		body  string
		found []string
	}{
		"what the kind needs":                 {body: `{"kind":"skip",` + id + `}`},
		"what it may have besides":            {body: `{"kind":"move",` + id + `,"date":` + on + `,"time":"12:30"}`},
		"the kind may come last, and escaped": {body: `{` + id + `,"kind":"sk\u0069p"}`},
		"nothing is needed":                   {body: `{"kind":"add"}`},
		"what is needed is not there":         {body: `{"kind":"new_slot"}`, found: []string{"/time required", "/weekday required"}},
		"what is for others": {
			body:  `{"kind":"break","from_on":` + on + `,"weeks":1,"date":` + on + `}`,
			found: []string{"/date not-of-this-kind", "/until_on required", "/weeks not-of-this-kind"},
		},
		"wrong, needed and for others, all at once": {
			body:  `{"kind":"cancel","weeks":"one","colour":"red","time":"24:00"}`,
			found: []string{"/weeks not-a-whole-number", "/colour unknown-field", "/time wrong-form", "/session_id required", "/time not-of-this-kind", "/weeks not-of-this-kind"},
		},
		"a kind that is none":                        {body: `{"kind":"undo",` + id + `}`, found: []string{"/kind not-one-of"}},
		"no kind":                                    {body: `{` + id + `}`, found: []string{"/kind required"}},
		"a kind that is no text":                     {body: `{"kind":["skip"],` + id + `}`, found: []string{"/kind not-a-text"}},
		"a kind that is no text, after one":          {body: `{"time":"12:30","kind":7}`, found: []string{"/kind not-a-text"}},
		"two kinds: the first is meant, and refused": {body: `{"kind":"skip","kind":"add",` + id + `}`, found: []string{"/kind duplicate-field"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			found, err := checkBody([]byte(c.body), step)
			if err != nil {
				t.Fatal(err)
			}
			if got := said(found); !slices.Equal(got, c.found) {
				t.Errorf("found %q\nwant  %q", got, c.found)
			}
		})
	}
}

func said(v fault.Violations) []string {
	var all []string
	for _, one := range v {
		all = append(all, one.Pointer+" "+one.Code)
	}
	return all
}

func TestNumbersAreWholeAndWithinBounds(t *testing.T) {
	rule := ruleOf(t, "openProgramme")
	cases := map[string]string{
		`3`: "", `2`: "", `20`: "", `-0`: "not-between", `1`: "not-between", `21`: "not-between",
		`3.0`: "not-a-whole-number", `3e0`: "not-a-whole-number", `1e999`: "not-a-whole-number",
		`99999999999999999999`: "not-between", `"3"`: "not-a-whole-number", `true`: "not-a-whole-number",
	}
	for number, code := range cases {
		found, err := checkBody([]byte(`{"name":"a","purpose":"b","quorum":`+number+`}`), rule)
		if err != nil {
			t.Fatalf("%s: %v", number, err)
		}
		switch {
		case code == "" && len(found) > 0, code != "" && (len(found) != 1 || found[0].Code != code || found[0].Pointer != "/quorum"):
			t.Errorf("%s: found %v, want %q", number, found, code)
		}
	}
}

func TestDatesAndInstantsExist(t *testing.T) {
	rule := ruleOf(t, "openProgramme")
	cases := map[string]string{
		`"starts_on":"2026-02-28"`: "", `"starts_on":"2026-02-29"`: "not-a-date", `"starts_on":"2026-2-3"`: "not-a-date",
		`"starts_on":"9999-01-01"`:                       "not-a-date",
		`"signup_closes_at":"2026-01-01T10:00:00Z"`:      "",
		`"signup_closes_at":"2026-01-01T10:00:00+01:00"`: "",
		`"signup_closes_at":"2026-01-01 10:00:00Z"`:      "not-an-instant",
		`"signup_closes_at":"2026-01-01T10:00:00"`:       "not-an-instant",
		`"signup_closes_at":"2026-01-01"`:                "not-an-instant",
	}
	for field, code := range cases {
		found, err := checkBody([]byte(`{"name":"a","purpose":"b",`+field+`}`), rule)
		if err != nil {
			t.Fatalf("%s: %v", field, err)
		}
		if code == "" && len(found) > 0 || code != "" && (len(found) != 1 || found[0].Code != code) {
			t.Errorf("%s: found %v, want %q", field, found, code)
		}
	}
}

func TestWhatIsNotJSONIsUnreadable(t *testing.T) {
	cases := map[string]string{
		`{`: "not-json", `{"a"}`: "not-json", `{"a":1,}`: "not-json", `[1,]`: "not-json", `{a:1}`: "not-json", `'a'`: "not-json",
		`{"a":01}`: "not-json", `{"a":1.}`: "not-json", `{"a":-}`: "not-json", `{"a":1e}`: "not-json", `{"a":+1}`: "not-json",
		`{"a":"\x"}`: "not-json", `{"a":"\u12g4"}`: "not-json", "{\"a\":\"\n\"}": "not-json", `{"a":tru}`: "not-json",
		`{"a":"` + `\`: "not-json", `NaN`: "not-json", "\ufeff{}": "not-json", `{"a":"\u12`: "not-json",
		`{} {}`: "trailing-data", `{}x`: "trailing-data", `1 2`: "trailing-data",
		"{\"a\":\"\xff\"}": "not-utf8",
		strings.Repeat("[", 40) + strings.Repeat("]", 40):                  "too-deep",
		strings.Repeat(`{"a":`, 100000):                                    "too-deep",
		`{"a":` + strings.Repeat("[", 31) + strings.Repeat("]", 31) + `}x`: "trailing-data",
	}
	for body, code := range cases {
		_, err := checkBody([]byte(body), nil)
		if f, ok := fault.Of(err); !ok || f.Kind != fault.Unreadable || f.Code != code {
			t.Errorf("%.40s: %v, want %s", body, err, code)
		}
	}
}

func TestAnAnswerToManyFaultsStaysSmall(t *testing.T) {
	body := `{"` + strings.Repeat("x", 5000) + `":1` + strings.Repeat(`,"y":1`, 5000) + `}`
	found, err := checkBody([]byte(body), nothing)
	if err != nil || len(found) != maxViolations {
		t.Fatalf("%d found, %v", len(found), err)
	}
	if len(found[0].Pointer) > 100 {
		t.Errorf("a pointer of %d bytes", len(found[0].Pointer))
	}
}

// FuzzCheckBody: what passes decodes without an error, and what does not is JSON only when violations say so.
func FuzzCheckBody(f *testing.F) {
	rule, target := ruleOf(f, "apply"), func() any { return new(contract.ApplicationDraft) }
	for _, seed := range []string{
		`{}`, `[]`, `null`, `{"name":"a"}`, `{"availability":[{"weekday":"mon","from":"09:00","until":"24:00"}]}`,
		`{"name":"\ud83d\ude00"}`, `{"a":{"b":[1,2.5e-3,true,false,null,"x"]}}`, "{\"name\":\"\x80\"}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		found, err := checkBody(body, rule)
		if err != nil {
			if _, ok := fault.Of(err); !ok {
				t.Fatalf("no fault: %v", err)
			}
			if json.Valid(body) && utf8.Valid(body) && !fault.HasCode(err, "too-deep") {
				t.Fatalf("%q is JSON: %v", body, err)
			}
			return
		}
		if !json.Valid(body) {
			t.Fatalf("%q is not JSON", body)
		}
		if len(found) > 0 {
			return
		}
		if err := json.Unmarshal(body, target()); err != nil {
			t.Fatalf("%q passed and does not decode: %v", body, err)
		}
	})
}
