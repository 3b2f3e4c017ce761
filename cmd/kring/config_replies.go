package main

import (
	"errors"

	"kring/internal/mailbox"
)

// replySettings are where answers to letters are read; without an address nobody reads any, and invitations ask for none.
type replySettings struct {
	address  mailbox.Address
	imap     *mailbox.Server // nil: no mailbox is read
	lmtp     *mailbox.Listen // nil: no door is open
	authServ string
}

// is says whether answers are read.
func (r replySettings) is() bool { return r.address.Is() }

// readReplies reads where answers come in. An address that nobody reads is as wrong as a way without an address: people would
// answer to nobody.
func (s settings) readReplies(m *mistakes) replySettings {
	var r replySettings
	if s.IMAPURL != "" {
		server := read(m, "imap-url", s.IMAPURL, mailbox.ParseURL)
		r.imap = &server
	}
	if s.LMTPAddr != "" {
		at := read(m, "lmtp-addr", s.LMTPAddr, mailbox.ParseListen)
		r.lmtp = &at
	}
	ways := r.imap != nil || r.lmtp != nil
	switch {
	case s.ReplyAddress != "":
		r.address = read(m, "reply-address", s.ReplyAddress, mailbox.ParseAddress)
		if !ways {
			m.add("reply-address", errors.New("is read by nobody: say how by imap-url or lmtp-addr"))
		}
	case ways:
		m.add("reply-address", errors.New("is missing: which mails are answers to Kring's?"))
	}
	if r.authServ = s.ReplyAuthServ; r.authServ != "" && s.ReplyAddress == "" {
		m.add("reply-authserv-id", errors.New("is of no use without a reply-address"))
	}
	return r
}
