// Package catcher is a mail server that keeps what it gets: the demo's inbox, and the core of the
// server that tests send to.
//
// It takes in every mail for every recipient, sends nothing on, and forgets the oldest mails beyond
// its bound. It listens on loopback only, and asks for no password.
//
// Start with [Start]; read with [Box.Mails]. The path of a mail:
//
//	SMTP --> go-smtp --> Box.Put (raw) --> Box.Mails --> Parse on first reading --> Mail
package catcher
