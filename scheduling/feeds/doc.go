// Package feeds serves calendars to subscribe to: one for each person, one for each circle.
package feeds
