package holidays

import (
	"sync"
	"time"

	"github.com/rickar/cal/v2"
)

// calendars gives all calendars in the order in which a person would look for them.
func calendars() []Calendar {
	all := []Calendar{
		{key: "be", name: Name{"België", "Belgium"}, rules: belgium()},
		{key: "nl", name: Name{"Nederland", "the Netherlands"}, rules: netherlands()},
	}
	for _, land := range laender {
		name := Name{"Duitsland, " + land.name.NL, "Germany, " + land.name.EN}
		all = append(all, Calendar{key: "de-" + land.code, name: name, rules: germany(land.code)})
	}
	all = append(all,
		Calendar{key: "gb-eaw", name: Name{"Engeland en Wales", "England and Wales"}, rules: englandAndWales()},
		Calendar{key: None, name: Name{"geen feestdagen", "no holidays"}})
	for i := range all {
		all[i].known = &sync.Map{}
	}
	return all
}

// The ways in which a holiday has its date.

func fixed(month time.Month, day int) cal.Holiday {
	return cal.Holiday{Month: month, Day: day, Func: cal.CalcDayOfMonth}
}

func easter(offset int) cal.Holiday { return cal.Holiday{Offset: offset, Func: cal.CalcEasterOffset} }

// monday is the n-th Monday of a month, from the end for a negative n.
func monday(month time.Month, n int) cal.Holiday {
	return cal.Holiday{Month: month, Weekday: time.Monday, Offset: n, Func: cal.CalcWeekdayOffset}
}

func except(years ...int) func(int) bool {
	return func(year int) bool { return !oneOf(year, years) }
}

func in(years ...int) func(int) bool {
	return func(year int) bool { return oneOf(year, years) }
}

func oneOf(year int, years []int) bool {
	for _, y := range years {
		if y == year {
			return true
		}
	}
	return false
}

// The names that several calendars share.
var (
	newYear    = Name{"Nieuwjaar", "New Year's Day"}
	goodFriday = Name{"Goede Vrijdag", "Good Friday"}
	easterMon  = Name{"paasmaandag", "Easter Monday"}
	labourDay  = Name{"Dag van de Arbeid", "Labour Day"}
	ascension  = Name{"Hemelvaart", "Ascension Day"}
	whitMonday = Name{"pinkstermaandag", "Whit Monday"}
	assumption = Name{"Onze-Lieve-Vrouw-Hemelvaart", "the Assumption of Mary"}
	allSaints  = Name{"Allerheiligen", "All Saints' Day"}
	christmas  = Name{"Kerstmis", "Christmas Day"}
	boxingDay  = Name{"tweede kerstdag", "Boxing Day"}
)
