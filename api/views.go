package api

import (
	"time"

	"github.com/oapi-codegen/nullable"

	"kring/api/contract"
	"kring/internal/page"
	"kring/internal/wall"
)

// given answers what a pointer points to, or what else is taken.
func given[T any](value *T, otherwise T) T {
	if value == nil {
		return otherwise
	}
	return *value
}

// as turns a pointer to a generated type of text into one to another.
func as[To, From ~string](from *From) *To {
	if from == nil {
		return nil
	}
	to := To(*from)
	return &to
}

// list turns each of many into its view; a list in an answer is never null.
func list[From, To any](from []From, view func(From) To) []To {
	to := make([]To, len(from))
	for i, one := range from {
		to[i] = view(one)
	}
	return to
}

// behind reads the cursor of a list.
func behind(cursor *contract.Cursor) (page.Cursor, error) { return page.Parse(given(cursor, "")) }

// next answers null on the last page.
func next(cursor string) *string {
	if cursor == "" {
		return nil
	}
	return &cursor
}

// orNull answers null for no id.
func orNull(id string) *string {
	if id == "" {
		return nil
	}
	return &id
}

// on answers null for no date.
func on(d wall.Date) *string {
	if d.IsZero() {
		return nil
	}
	text := d.String()
	return &text
}

// dateOf reads a date that the contract has checked; nothing is the zero date.
func dateOf(text *string) wall.Date {
	if text == nil {
		return wall.Date{}
	}
	d, _ := wall.ParseDate(*text)
	return d
}

// localOf says an instant as the clock on the wall of a zone shows it.
func localOf(at time.Time, zone string) contract.Local {
	loc, err := wall.LoadZone(zone)
	if err != nil { // it was checked when written
		loc = time.UTC
	}
	return contract.Local{
		Date: wall.DateOf(at, loc).String(), Time: wall.TimeOfDayOf(at, loc).String(), Zone: zone,
	}
}

// momentOf answers null for no instant.
func momentOf(at *time.Time, zone string) *contract.Moment {
	if at == nil {
		return nil
	}
	return &contract.Moment{StartsAt: *at, Local: localOf(*at, zone)}
}

func slotView(s wall.Slot) *contract.Slot {
	return &contract.Slot{Weekday: contract.Weekday(wall.WeekdayKey(s.Weekday)), Time: s.At.String()}
}

// slotOf reads a slot that the contract has checked; its zone is the circle's.
func slotOf(s *contract.Slot) *wall.Slot {
	if s == nil {
		return nil
	}
	weekday, _ := wall.ParseWeekday(string(s.Weekday))
	at, _ := wall.ParseTimeOfDay(s.Time)
	return &wall.Slot{Weekday: weekday, At: at}
}

// clockOf reads a time of the day that the contract has checked; nothing is nil.
func clockOf(text *string) *wall.TimeOfDay {
	if text == nil {
		return nil
	}
	at, _ := wall.ParseTimeOfDay(*text)
	return &at
}

func availabilityView(a wall.Availability) contract.Availability {
	return list(a.Hours(), func(h wall.Hours) contract.Hours {
		return contract.Hours{Weekday: contract.Weekday(h.Weekday), From: h.From, Until: h.Until}
	})
}

func hoursOf(stated contract.Availability) []wall.Hours {
	return list(stated, func(h contract.Hours) wall.Hours {
		return wall.Hours{Weekday: string(h.Weekday), From: h.From, Until: h.Until}
	})
}

func ptr[T any](value T) *T { return &value }

// orNil answers the value of a field that is there, nil for null.
func orNil[T any](field nullable.Nullable[T]) *T {
	if !field.IsSpecified() || field.IsNull() {
		return nil
	}
	value := field.MustGet()
	return &value
}

// dateChange is a patch of a date: nil leaves it, the zero date takes it away.
func dateChange(field nullable.Nullable[string]) *wall.Date {
	if !field.IsSpecified() {
		return nil
	}
	return ptr(dateOf(orNil(field)))
}
