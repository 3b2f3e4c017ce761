// Package replies says what a mail means that somebody, or somebody's program, sent to the reply address, and does it.
//
// What it is for: answers of calendar programs to our invitations (iMIP, RFC 6047) become answers to sessions, their
// counter-proposals date proposals; reports that a letter could not be delivered (RFC 3464) feed the suppression list; who
// writes by hand is told, once a month, that nobody reads it.
//
// What it refuses: to take anybody's word for who she is. The token in the address, the UID of the entry and the sender must
// agree, and what the own mail server says of the sender (RFC 8601) must not stand against it. What is forged changes nothing
// and is answered to nobody. It writes to nobody but people Kring knows, at the address Kring knows, as ordinary letters of
// the outbox: never to an automatic mail, never to whatever address a mail comes from. It keeps no mail and no word of one,
// and logs no address.
//
// Where to start: [Replies.Take]; mail.go reads, take.go decides, trust.go is about whom to believe.
//
//	mailbox.Mail ──> read: header, tokens, calendars, report ──> dealt with before? ──yes──> nothing
//	   token "bounce" and a report ──> dead address? ──> undeliverable, suppressed
//	   an answer ──> token "reply" ──> member ──> UID: her circle? ──> sender: her address? ──> Calendar.AnswerEntries
//	                                                                                       └──> Calendar.ProposeDate
//	   else ──> written by a person Kring knows? ──> notice "nobody_reads"
//
// Mails are known again by a hash (mails_read), written in the transaction of what they bring about where that is ours, so
// two processes that read one mailbox do everything once; a crash in between does it again, which changes nothing.
package replies
