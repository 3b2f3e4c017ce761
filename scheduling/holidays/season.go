package holidays

import (
	"time"

	"kring/internal/wall"
)

// Season is a part of the year in which people are away, so that a circle is warned: nothing is skipped for it.
type Season struct {
	Key  string
	Name Name
}

// Seasons gives the parts of the year that SeasonOn knows.
func Seasons() []Season {
	return []Season{
		{"summer", Name{"de zomermaanden juli en augustus", "the summer months of July and August"}},
		{"turn-of-year", Name{"de dagen rond Kerstmis en Nieuwjaar", "the days around Christmas and New Year"}},
	}
}

// SeasonOn answers whether the date lies in July or August, or from 24 December to 2 January.
func SeasonOn(d wall.Date) (Season, bool) {
	seasons := Seasons()
	switch {
	case d.Month == time.July || d.Month == time.August:
		return seasons[0], true
	case d.Month == time.December && d.Day >= 24 || d.Month == time.January && d.Day <= 2:
		return seasons[1], true
	}
	return Season{}, false
}
