// Package web is the plain pages that people open from a letter or a link: what a button would do and what it did, my
// dates and how to change them together, which mails, who sees what, the guides, the public sign-up; and where they sign
// in, and find, change, take along and leave with all that is theirs. Every page is HTML with forms and one style sheet:
// it works without a script, on a phone, by keyboard and with a screen reader.
//
// It refuses to change anything on GET, because mail scanners open every link; to run a script or load anything from
// elsewhere (the policy in page.go says so to the browser); to show text that a person wrote as anything but text; to
// say anything about a link that does not hold, or about whether somebody has an address; and to forget anybody, hand
// over what is known of her or change her address by the link of a letter alone, because it may have been passed on.
//
// Where to start: [Web.Mount] and the tables of routes below it. A page is a method that takes a visit; a template of
// the same name stands in templates/, its sentences in text.nl.json and text.en.json.
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
// Signing in (signin.go, oidc.go), and what only who is signed in may do (me.go):
//
//	/sign-in ── asks ──> the same page for every address ── code ──┐
//	/s/{token} ── one button ──────────────────────────── press ───┼──> cookie ──> /me
//	/sign-in/oidc ── the organisation's provider ── its answer ────┘
//	/me/... without a cookie that holds ──> /sign-in
//
// Planning (plan.go): every change of dates is looked at before it is made, at an address that stays.
//
//	/me/circles/{id}/plan  dates, what is asked, what changed ── a form ──> .../changes/{id}  preview
//	    .../dates/{id}     one date, what can be done about it ──────────┘      │ do it    │ moved on: a fresh preview
//	                                                                           done ── undo ──> another change
//
// Me (mine.go, and together.go for what one does for the whole circle), planning, mails (personal.go, quiet.go) and
// who-sees-what are pages of their own, behind such a link and below /me alike; addresses of calendars (calendar.go) are
// below /me alone. A change of address (address.go) is asked for below /me and
// confirmed behind links; what every other purpose means is decided in scheduling/letters (button.go shows it).
package web
