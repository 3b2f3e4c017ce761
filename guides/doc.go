// Package guides holds the guide sets: what a circle does in each of its
// sessions, in every language, as data.
//
// A set is a folder of files. Nothing in the code knows how many weeks a set
// has, how long its hour lasts or which weeks are pit stops; Working Out Loud is
// one set, intervisie another, and a new one is a new folder:
//
//	content/wol/set.yaml            the numbers of the set and its names
//	content/wol/nl/week-04.md       one guide: front matter, then Markdown
//	content/wol/en/week-04.md       the same guide, written in English
//
// It refuses to load a set that could leave a circle without its guide: a
// missing week or language, an agenda whose minutes do not fill the session, a
// section left out, languages that drifted apart. Every problem of every set is
// reported at once, each with its file.
//
// It knows no circle, no date and no storage, and depends on no other room.
//
// Where to start: Set and Week in set.go say what callers get; Load in load.go
// is the main path:
//
//	Load(fs) -> set.yaml -> readSet    numbers checked          (settings.go)
//	         -> week-NN.md -> readWeek front matter and sections (week.go)
//	         -> compare                languages against each other (compare.go)
//	         -> Library, or Problems with everything that is wrong
//
// A guide, as the sections of its file stand, in this order:
//
//	about -> prepare -> [pit-stop] -> [silence] -> agenda -> exercises
//	      -> close -> before-next -> host
//
// pit-stop stands in the pit-stop weeks of the set and nowhere else; silence
// stands in a week 0 and nowhere else, because week 0 is where a circle settles
// how it works.
//
// A library is read once at start and never changes after that, so it is safe
// for use by many goroutines.
package guides
