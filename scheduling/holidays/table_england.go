package holidays

import (
	"time"

	"github.com/rickar/cal/v2"
)

// englandAndWales: the bank holidays of the Banking and Financial Dealings Act 1971, schedule 1, Good Friday and
// Christmas by common law, and the days proclaimed since 2000, as listed at gov.uk/bank-holidays. A holiday on a
// weekend has a substitute day; the day itself stays free too (nobody meets on a Christmas Sunday).
func englandAndWales() []rule {
	nextMonday := []cal.AltDay{{Day: time.Saturday, Offset: 2}, {Day: time.Sunday, Offset: 1}}
	// 25 and 26 December never share a substitute day: whichever falls on a weekend goes behind both.
	afterChristmas := []cal.AltDay{{Day: time.Saturday, Offset: 2}, {Day: time.Sunday, Offset: 2}}
	spring := Name{"de Britse lentefeestdag", "the Spring bank holiday"}
	return []rule{
		{key: "new-year", name: newYear, day: fixed(time.January, 1), replaced: nextMonday},
		{key: "good-friday", name: goodFriday, day: easter(-2)},
		{key: "easter-monday", name: easterMon, day: easter(1)},
		{key: "early-may", name: Name{"de Britse meifeestdag", "the Early May bank holiday"}, day: monday(time.May, 1), only: except(2020)},
		once("ve-day", Name{"VE Day, de Britse bevrijdingsdag", "VE Day"}, 2020, time.May, 8),
		{key: "spring", name: spring, day: monday(time.May, -1), only: except(2002, 2012, 2022)},
		once("spring", spring, 2002, time.June, 4),
		once("spring", spring, 2012, time.June, 4),
		once("spring", spring, 2022, time.June, 2),
		once("jubilee", Name{"het gouden jubileum van koningin Elizabeth", "the Golden Jubilee"}, 2002, time.June, 3),
		once("jubilee", Name{"het diamanten jubileum van koningin Elizabeth", "the Diamond Jubilee"}, 2012, time.June, 5),
		once("jubilee", Name{"het platina jubileum van koningin Elizabeth", "the Platinum Jubilee"}, 2022, time.June, 3),
		once("royal-wedding", Name{"het huwelijk van prins William", "the Royal Wedding"}, 2011, time.April, 29),
		once("state-funeral", Name{"de staatsbegrafenis van koningin Elizabeth", "the State Funeral of Queen Elizabeth II"}, 2022, time.September, 19),
		once("coronation", Name{"de kroning van koning Charles", "the Coronation of King Charles III"}, 2023, time.May, 8),
		{key: "summer", name: Name{"de Britse zomerfeestdag", "the Summer bank holiday"}, day: monday(time.August, -1)},
		{key: "christmas", name: christmas, day: fixed(time.December, 25), replaced: afterChristmas},
		{key: "boxing-day", name: boxingDay, day: fixed(time.December, 26), replaced: afterChristmas},
	}
}

func once(key string, name Name, year int, month time.Month, day int) rule {
	return rule{key: key, name: name, day: fixed(month, day), from: year, to: year}
}
