// Package text holds every sentence that Kring says to people, in Dutch and in English, as one catalogue.
//
// What it is for: each room embeds its own text.nl.json and text.en.json, flat objects from a key to a sentence, or to
// a plural {"one": ..., "other": ...} that is chosen by the argument "count". [Load] merges them; [Catalog.Say] says
// one of them; [Catalog.Raw] hands the same catalogue to a browser.
//
// What it refuses, at start and all together: a key that two rooms or two lines of one file define, a key that one
// language lacks, an empty sentence, variables that differ between the languages, and anything in a sentence but plain
// variables. A sentence may hold {{.name}} and nothing else of Go's templates, so that the browser can render it
// with one replacement and a sentence can never fail half-way.
//
// Where to start: [Load], [Catalog.Say], [Preferred].
//
//	text.nl.json, text.en.json of each room -> read (strict) -> compare languages -> Catalog
//	?lang, Accept-Language -> Preferred -> "nl" | "en" -> Catalog.Say(lang, key, args)
//
// Neither language is the other's fallback: a key that exists, exists in both.
package text
