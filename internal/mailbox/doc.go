// Package mailbox takes in mails that are sent to one address of ours: out of a mailbox over IMAP, or at a door of its own
// over LMTP or SMTP.
//
// It knows servers and mails, never circles or people: what a mail means is decided by a [Take], which answers nil once the
// mail is dealt with for good. It refuses mails of more than [MaxBytes], connections without TLS that leave this machine,
// and recipients that are not ours; it keeps nothing, and never logs an address or a line of a mail.
//
// Start with [ParseAddress] (ours), [ParseURL] and [NewReader], or [ParseListen] and [Open].
//
//	mailbox --SEARCH UNSEEN--> size? --too large--> \Seen, a line in the log
//	                             └──> FETCH (peek) --> Take --nil--> \Seen
//	                                                     └──error--> stays unseen, tried again after a growing pause;
//	                                                                 those behind it are read meanwhile
//	server  --LMTP--> RCPT ours? --> DATA --> Take for each recipient --nil--> 250
//	                                                               └──error--> 451: the server keeps it and comes again
//
// A mail is marked after Take has answered: whoever dies in between gets it again. Two readers of one mailbox both get it.
// Telling a repetition is for Take.
//
// A [Reader]:
//
//	down --dialled, signed in, selected, read--> up: waits by IDLE (RFC 2177), or looks once a minute where that is not offered
//	  ^                                           |
//	  +------- connection lost, any refusal ------+      tried again after a growing pause, for ever; told once in the log
package mailbox
