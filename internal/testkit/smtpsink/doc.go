// Package smtpsink is a real SMTP server for tests, in the same process, on loopback.
//
// It takes mails in like the demo's catcher and can be told beforehand to be difficult: refuse for
// now or for good, close the connection, hold a mail until the test lets go. It never waits by the
// clock. Start it outside a testing/synctest bubble; everything it offers may be called inside one.
//
// Start with [Start]:
//
//	sink := smtpsink.Start(t)
//	sink.Refuse(smtpsink.Recipient, 2, 451, "4.7.1")        // the next two RCPT
//	sink.RefuseAddress("gone@example.org", 550, "5.1.1")     // always
//	... send to sink.URL() ...
//	mails := sink.Await(t, 3)
package smtpsink
