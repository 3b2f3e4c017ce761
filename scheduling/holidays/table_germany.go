package holidays

import (
	"slices"
	"strings"
	"time"

	"github.com/rickar/cal/v2"
)

// laender by their codes of ISO 3166-2:DE, in the order of their names.
var laender = []struct {
	code string
	name Name
}{
	{"bw", Name{"Baden-Württemberg", "Baden-Württemberg"}},
	{"by", Name{"Beieren", "Bavaria"}},
	{"be", Name{"Berlijn", "Berlin"}},
	{"bb", Name{"Brandenburg", "Brandenburg"}},
	{"hb", Name{"Bremen", "Bremen"}},
	{"hh", Name{"Hamburg", "Hamburg"}},
	{"he", Name{"Hessen", "Hesse"}},
	{"mv", Name{"Mecklenburg-Voor-Pommeren", "Mecklenburg-Western Pomerania"}},
	{"ni", Name{"Nedersaksen", "Lower Saxony"}},
	{"nw", Name{"Noordrijn-Westfalen", "North Rhine-Westphalia"}},
	{"rp", Name{"Rijnland-Palts", "Rhineland-Palatinate"}},
	{"sl", Name{"Saarland", "Saarland"}},
	{"sn", Name{"Saksen", "Saxony"}},
	{"st", Name{"Saksen-Anhalt", "Saxony-Anhalt"}},
	{"sh", Name{"Sleeswijk-Holstein", "Schleswig-Holstein"}},
	{"th", Name{"Thüringen", "Thuringia"}},
}

// germanRule is a rule with the Länder in which it holds; none named: in all.
type germanRule struct {
	laender string
	rule
}

// germanRules: the holiday laws of the sixteen Länder since 2000, the Unity Treaty for 3 October. Not counted: what
// holds in single municipalities (the Assumption and Augsburg's peace festival in Bavaria, Corpus Christi in parts of
// Saxony and Thuringia).
func germanRules() []germanRule {
	reformation := rule{key: "reformation-day", name: Name{"Hervormingsdag", "Reformation Day"}, day: fixed(time.October, 31)}
	womens := rule{key: "womens-day", name: Name{"Internationale Vrouwendag", "International Women's Day"}, day: fixed(time.March, 8)}
	return []germanRule{
		{"", rule{key: "new-year", name: newYear, day: fixed(time.January, 1)}},
		{"bw by st", rule{key: "epiphany", name: Name{"Driekoningen", "Epiphany"}, day: fixed(time.January, 6)}},
		{"be", womens.years(2019, 0)},
		{"mv", womens.years(2023, 0)},
		{"", rule{key: "good-friday", name: goodFriday, day: easter(-2)}},
		{"bb", rule{key: "easter-sunday", name: Name{"Pasen", "Easter Sunday"}, day: easter(0)}},
		{"", rule{key: "easter-monday", name: easterMon, day: easter(1)}},
		{"", rule{key: "labour-day", name: labourDay, day: fixed(time.May, 1)}},
		// Berlin freed these days once: 75 and 80 years after the liberation, 75 after the rising of 1953.
		{"be", rule{key: "liberation-day", name: Name{"Bevrijdingsdag", "Liberation Day"}, day: fixed(time.May, 8), only: in(2020, 2025)}},
		{"be", rule{key: "uprising-1953", name: Name{"de herdenking van de opstand van 1953", "the anniversary of the 1953 uprising"}, day: fixed(time.June, 17), only: in(2028)}},
		{"", rule{key: "ascension", name: ascension, day: easter(39)}},
		{"bb", rule{key: "whit-sunday", name: Name{"Pinksteren", "Whit Sunday"}, day: easter(49)}},
		{"", rule{key: "whit-monday", name: whitMonday, day: easter(50)}},
		{"bw by he nw rp sl", rule{key: "corpus-christi", name: Name{"Sacramentsdag", "Corpus Christi"}, day: easter(60)}},
		{"sl", rule{key: "assumption", name: assumption, day: fixed(time.August, 15)}},
		{"th", rule{key: "childrens-day", name: Name{"Wereldkinderdag", "World Children's Day"}, day: fixed(time.September, 20), from: 2019}},
		{"", rule{key: "unity-day", name: Name{"de Dag van de Duitse Eenheid", "German Unity Day"}, day: fixed(time.October, 3)}},
		{"bb mv sn st th", reformation},
		{"hb hh ni sh", reformation.years(2017, 0)},             // by law since 2018, and in 2017 as everywhere
		{"bw by be he nw rp sl", reformation.years(2017, 2017)}, // 500 years
		{"bw by nw rp sl", rule{key: "all-saints", name: allSaints, day: fixed(time.November, 1)}},
		{"sn", rule{key: "repentance-day", name: Name{"de Boete- en Bededag", "Repentance and Prayer Day"}, day: wednesdayFrom(time.November, 16)}},
		{"", rule{key: "christmas", name: christmas, day: fixed(time.December, 25)}},
		{"", rule{key: "boxing-day", name: boxingDay, day: fixed(time.December, 26)}},
	}
}

func germany(land string) []rule {
	var rules []rule
	for _, r := range germanRules() {
		if r.laender == "" || slices.Contains(strings.Fields(r.laender), land) {
			rules = append(rules, r.rule)
		}
	}
	return rules
}

func (r rule) years(from, to int) rule {
	r.from, r.to = from, to
	return r
}

// wednesdayFrom is the first Wednesday on or after a day: Buß- und Bettag is the one before 23 November.
func wednesdayFrom(month time.Month, day int) cal.Holiday {
	return cal.Holiday{Month: month, Day: day, Weekday: time.Wednesday, Offset: 1, Func: cal.CalcWeekdayFrom}
}
