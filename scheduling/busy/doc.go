// Package busy reads when people are busy out of their own calendars elsewhere, and keeps nothing else of them.
package busy
