// Package mail puts one mail together and hands it to an SMTP server.
//
// It knows messages and servers, never circles or people: what a mail says comes in as a [Body], to
// whom and when as the other fields of a [Message]. It does not queue, repeat or remember anything;
// that is the outbox's work.
//
// It refuses to
//   - send to more than one recipient at once: one refused address would fail the others;
//   - let text and HTML say different things: both are made from the same Body;
//   - let anything that a person typed begin a header of its own;
//   - name an address, a password or a server's free text in an error. A [Failure] carries the
//     stage, the code and the enhanced code (RFC 3463), nothing else;
//   - speak without TLS unless the settings say so.
//
// Start with [ParseURL] (where to), [NewSender] (from whom) and [Sender.Dial]. The main path:
//
//	Body + Message --Connection.Send--> go-mail --SMTP--> server
//	                      |
//	                      +--> nil                 the server has taken it over
//	                      +--> *Failure, Verdict:  Lost       no connection; nobody's try
//	                                               Later      not now, or not from us; try again
//	                                               Refused    this mail is refused for good
//	                                               NoMailbox  the address is refused for good
//
// A Connection belongs to one goroutine and is meant to be held while there is something to send.
//
// Subpackage catcher is the other end: it takes mails in and keeps the last ones to be looked at.
package mail
