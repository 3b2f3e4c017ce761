// Package web is the plain pages that people open from a letter or a link: what a button would do and what it did, my
// dates, which mails, who sees what, the guides, and the public sign-up. Every page is HTML with forms and one style
// sheet: it works without a script, on a phone, by keyboard and with a screen reader.
//
// It refuses to change anything on GET, because mail scanners open every link; to run a script or load anything from
// elsewhere (the policy in page.go says so to the browser); to show text that a person wrote as anything but text; to
// say anything about a link that does not hold; and to keep a cookie, because the link itself says who presses.
//
// Where to start: [Web.Mount] holds the table of routes. A page is a method that takes a visit; a template of the same
// name stands in templates/, its sentences in text.nl.json and text.en.json.
//
// Main path:
//
//	route -> framed (headers, body limit, language) -> page: link opened, one call of a room -> visit.show
//	                                                         any error -> visit.fail, a kind page in both languages
//
// A link of a letter:
//
//	GET  /l/{token}  ── shows ──> what a press would do          nothing is written
//	POST /l/{token}  ── does ───> what happened, with the way back where there is one
//	POST again       ── says ───> it was done already
//	unknown 404, no longer valid 410: the same kind words, no details
//
// Me (mine.go, and together.go for what one does for the whole circle), mails and who-sees-what (personal.go) are pages
// of their own behind such a link; what every other purpose means is decided in scheduling/letters (button.go shows it).
package web
