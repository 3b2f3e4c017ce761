package guides

import (
	"bytes"
	"net/url"
	"regexp"
	"slices"

	"gopkg.in/yaml.v3"
)

// settings is set.yaml as it stands in the file.
type settings struct {
	Key            string            `yaml:"key"`
	Name           map[string]string `yaml:"name"`
	Purpose        map[string]string `yaml:"purpose"`
	IntervalDays   int               `yaml:"interval_days"`
	SessionMinutes int               `yaml:"session_minutes"`
	Size           struct {
		Min int `yaml:"min"`
		Max int `yaml:"max"`
	} `yaml:"size"`
	Quorum      int      `yaml:"quorum"`
	FirstWeek   int      `yaml:"first_week"`
	Weeks       int      `yaml:"weeks"`
	PitStops    []int    `yaml:"pit_stops"`
	Languages   []string `yaml:"languages"`
	MinWords    int      `yaml:"min_words"`
	OfficialURL string   `yaml:"official_url"`
}

// mostWeeks keeps week numbers at the two digits of the file names.
const mostWeeks = 99

var (
	keyPattern      = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	languagePattern = regexp.MustCompile(`^[a-z]{2}$`)
)

// readSettings reads and checks the set.yaml of the folder named key.
func readSettings(key string, source []byte, r *report) settings {
	var s settings
	decoder := yaml.NewDecoder(bytes.NewReader(source))
	decoder.KnownFields(true)
	if err := decoder.Decode(&s); err != nil {
		r.add("%v", err)
		return s
	}
	r.must(keyPattern.MatchString(s.Key), "key %q: want lower case letters, digits and single hyphens", s.Key)
	r.must(s.Key == key, "key is %q but the folder is %q", s.Key, key)
	s.checkNumbers(r)
	s.checkTexts(r)
	return s
}

func (s settings) checkNumbers(r *report) {
	r.must(s.IntervalDays >= 1 && s.IntervalDays <= 92, "interval_days is %d: want 1 to 92", s.IntervalDays)
	r.must(s.SessionMinutes >= 15 && s.SessionMinutes <= 480, "session_minutes is %d: want 15 to 480", s.SessionMinutes)
	r.must(s.Size.Min >= 2, "size.min is %d: a circle has two members at least", s.Size.Min)
	r.must(s.Size.Min <= s.Size.Max, "size.min %d is above size.max %d", s.Size.Min, s.Size.Max)
	r.must(s.Quorum >= 2, "quorum is %d: a session takes two at least", s.Quorum)
	r.must(s.Quorum <= s.Size.Min, "quorum %d is above size.min %d", s.Quorum, s.Size.Min)
	r.must(s.FirstWeek == 0 || s.FirstWeek == 1, "first_week is %d: want 0 or 1", s.FirstWeek)
	r.must(s.Weeks >= 1 && s.Weeks <= mostWeeks, "weeks is %d: want 1 to %d", s.Weeks, mostWeeks)
	r.must(s.MinWords >= 0, "min_words is %d: want 0 or more", s.MinWords)
	last := s.FirstWeek + s.Weeks - 1
	for i, n := range s.PitStops {
		r.must(n >= s.FirstWeek && n <= last, "pit stop %d is not one of the weeks %d to %d", n, s.FirstWeek, last)
		r.must(i == 0 || n > s.PitStops[i-1], "pit_stops are not in ascending order")
	}
}

func (s settings) checkTexts(r *report) {
	r.must(len(s.Languages) > 0, "languages is empty")
	for i, language := range s.Languages {
		r.must(languagePattern.MatchString(language), "language %q: want two lower case letters", language)
		r.must(!slices.Contains(s.Languages[:i], language), "language %q is listed twice", language)
		r.must(s.Name[language] != "", "name is missing in %q", language)
		r.must(s.Purpose[language] != "", "purpose is missing in %q", language)
	}
	r.must(isWebAddress(s.OfficialURL), "official_url %q: want an http or https address, or nothing", s.OfficialURL)
}

// isWebAddress accepts the empty text too: not every method has an owner.
func isWebAddress(text string) bool {
	if text == "" {
		return true
	}
	address, err := url.Parse(text)
	return err == nil && (address.Scheme == "https" || address.Scheme == "http") && address.Host != ""
}

func (s settings) isPitStop(n int) bool { return slices.Contains(s.PitStops, n) }
