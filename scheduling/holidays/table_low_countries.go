package holidays

import (
	"time"

	"github.com/rickar/cal/v2"
)

// belgium: the ten legal holidays of the law of 4 January 1974 and the royal decree of 18 April 1974. A holiday on a
// weekend is replaced by a day that each employer chooses, so the calendar has no substitute days.
func belgium() []rule {
	return []rule{
		{key: "new-year", name: newYear, day: fixed(time.January, 1)},
		{key: "easter-monday", name: easterMon, day: easter(1)},
		{key: "labour-day", name: labourDay, day: fixed(time.May, 1)},
		{key: "ascension", name: ascension, day: easter(39)},
		{key: "whit-monday", name: whitMonday, day: easter(50)},
		{key: "national-day", name: Name{"de nationale feestdag", "Belgian National Day"}, day: fixed(time.July, 21)},
		{key: "assumption", name: assumption, day: fixed(time.August, 15)},
		{key: "all-saints", name: allSaints, day: fixed(time.November, 1)},
		{key: "armistice", name: Name{"Wapenstilstand", "Armistice Day"}, day: fixed(time.November, 11)},
		{key: "christmas", name: christmas, day: fixed(time.December, 25)},
	}
}

// netherlands: the days of article 3 of the Algemene termijnenwet on which people are really free. The law does not
// give a day off; collective agreements do. Decided here:
//   - Good Friday is not free: the law only treats it as a holiday for terms of law, most people work.
//   - Liberation Day (5 May) is free in lustrum years (2015, 2020, 2025), as in most collective agreements; a yearly
//     day off is for civil servants and schools.
//   - King's Day is 27 April from 2014, or the 26th when that is a Sunday; before, Queen's Day was 30 April, or the 29th.
func netherlands() []rule {
	sundayEarlier := []cal.AltDay{{Day: time.Sunday, Offset: -1}}
	return []rule{
		{key: "new-year", name: newYear, day: fixed(time.January, 1)},
		{key: "easter-sunday", name: Name{"Pasen", "Easter Sunday"}, day: easter(0)},
		{key: "easter-monday", name: Name{"tweede paasdag", "Easter Monday"}, day: easter(1)},
		{key: "queens-day", name: Name{"Koninginnedag", "Queen's Day"}, day: fixed(time.April, 30), to: 2013, moved: sundayEarlier},
		{key: "kings-day", name: Name{"Koningsdag", "King's Day"}, day: fixed(time.April, 27), from: 2014, moved: sundayEarlier},
		{key: "liberation-day", name: Name{"Bevrijdingsdag", "Liberation Day"}, day: fixed(time.May, 5), only: everyFifthYear},
		{key: "ascension", name: Name{"Hemelvaartsdag", "Ascension Day"}, day: easter(39)},
		{key: "whit-sunday", name: Name{"Pinksteren", "Whit Sunday"}, day: easter(49)},
		{key: "whit-monday", name: Name{"tweede pinksterdag", "Whit Monday"}, day: easter(50)},
		{key: "christmas", name: Name{"eerste kerstdag", "Christmas Day"}, day: fixed(time.December, 25)},
		{key: "boxing-day", name: boxingDay, day: fixed(time.December, 26)},
	}
}

func everyFifthYear(year int) bool { return year%5 == 0 }
