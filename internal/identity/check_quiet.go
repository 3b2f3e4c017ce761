package identity

import (
	"slices"
	"strconv"
	"time"

	"kring/internal/fault"
	"kring/internal/wall"
)

// MostQuiet is how long quiet hours may last, in minutes: the rest of a day has to hold a session and its letters.
const MostQuiet = 16 * 60

// QuietHours are hours of the day as a person writes them, "15:04", over midnight when From is the later one.
type QuietHours struct {
	From  string `json:"from"`
	Until string `json:"until"`
}

// CheckQuiet answers quiet hours as times of day, and nil for none. It adds "required" for one that is missing beside the
// other, "not-a-time" for what is no time, "same-time" when they are equal, and "quiet-too-long" above 16 hours.
func CheckQuiet(v *fault.Violations, pointer string, said *QuietHours) (from, until *wall.TimeOfDay) {
	if said == nil {
		return nil, nil
	}
	from, until = checkClock(v, pointer+"/from", said.From), checkClock(v, pointer+"/until", said.Until)
	if from == nil || until == nil {
		return nil, nil
	}
	const day = 24 * 60
	switch long := (int(*until) - int(*from) + day) % day; {
	case long == 0:
		v.Add(pointer+"/until", "same-time")
	case long > MostQuiet:
		v.Add(pointer+"/until", "quiet-too-long", fault.Args{"hours": MostQuiet / 60})
	}
	return from, until
}

func checkClock(v *fault.Violations, pointer, said string) *wall.TimeOfDay {
	at, err := wall.ParseTimeOfDay(said)
	switch {
	case said == "":
		v.Add(pointer, "required")
	case err != nil:
		v.Add(pointer, "not-a-time")
	default:
		return &at
	}
	return nil
}

// CheckDays answers days of the week as a set, and the empty one for nil. It adds "no-working-day" for an empty list,
// "not-a-weekday" for each that is none, and "twice" for each that was there before.
func CheckDays(v *fault.Violations, pointer string, said *[]string) wall.Weekdays {
	if said == nil {
		return 0
	}
	if len(*said) == 0 {
		v.Add(pointer, "no-working-day")
	}
	var days []time.Weekday
	for i, key := range *said {
		day, err := wall.ParseWeekday(key)
		at := pointer + "/" + strconv.Itoa(i)
		switch {
		case err != nil:
			v.Add(at, "not-a-weekday")
		case slices.Contains(days, day):
			v.Add(at, "twice")
		default:
			days = append(days, day)
		}
	}
	return wall.WeekdaysOf(days...)
}

// saidQuiet and saidDays are what the person chose, as it is written, and nil for what is left to Kring.
func (p Person) saidQuiet() *QuietHours {
	if p.QuietFrom == nil || p.QuietUntil == nil {
		return nil
	}
	return &QuietHours{From: p.QuietFrom.String(), Until: p.QuietUntil.String()}
}

func (p Person) saidDays() []string {
	var keys []string
	for _, day := range p.WorkingDays.Days() {
		keys = append(keys, wall.WeekdayKey(day))
	}
	return keys
}
