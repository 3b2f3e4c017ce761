// Package dovecot runs a real Dovecot for tests: IMAP with and without TLS, and LMTP, on loopback ports, as an ordinary user,
// with everything it keeps in a folder of its own.
//
// It needs dovecot-imapd and dovecot-lmtpd (make deps). Start with [Start]; [Server.URL] is what Kring reads, [Server.Append]
// and [Server.Deliver] put mails in, [Server.Kill] and [Server.Revive] are a power cut and its end. Every user has the
// password [Password]; mails to user+tag@anywhere arrive in the mailbox of user.
package dovecot
