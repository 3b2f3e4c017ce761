package catcher

import (
	"context"
	"sync"
)

// Box keeps the last mails. It is safe for many goroutines.
type Box struct {
	bound int

	mu      sync.Mutex
	kept    []*entry
	taken   int
	arrival chan struct{} // closed when the next mail comes in
}

type entry struct {
	once     sync.Once
	number   int
	envelope Envelope
	raw      []byte
	mail     Mail
}

// NewBox makes a box that forgets the oldest mails beyond bound; 0 keeps all.
func NewBox(bound int) *Box { return &Box{bound: bound, arrival: make(chan struct{})} }

// Put takes a mail in.
func (b *Box) Put(envelope Envelope, raw []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.taken++
	b.kept = append(b.kept, &entry{number: b.taken, envelope: envelope, raw: raw})
	if b.bound > 0 && len(b.kept) > b.bound {
		b.kept[0] = nil // so that its memory goes before the slice grows anew
		b.kept = b.kept[1:]
	}
	close(b.arrival)
	b.arrival = make(chan struct{})
}

// Mails are the mails kept, the oldest first.
func (b *Box) Mails() []Mail {
	b.mu.Lock()
	kept := append([]*entry(nil), b.kept...)
	b.mu.Unlock()
	mails := make([]Mail, len(kept))
	for i, e := range kept {
		mails[i] = e.read()
	}
	return mails
}

// Mail is the mail with this number, if it is still kept.
func (b *Box) Mail(number int) (Mail, bool) {
	b.mu.Lock()
	i := number - (b.taken - len(b.kept)) - 1
	if i < 0 || i >= len(b.kept) {
		b.mu.Unlock()
		return Mail{}, false
	}
	found := b.kept[i]
	b.mu.Unlock()
	return found.read(), true
}

func (e *entry) read() Mail {
	e.once.Do(func() {
		e.mail = Parse(e.envelope, e.raw)
		e.mail.Number = e.number
	})
	return e.mail
}

// Taken counts all mails since the start, the forgotten ones too.
func (b *Box) Taken() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.taken
}

// Wait answers when n mails in all have come in, or with the error of ctx.
func (b *Box) Wait(ctx context.Context, n int) error {
	for {
		b.mu.Lock()
		taken, arrival := b.taken, b.arrival
		b.mu.Unlock()
		if taken >= n {
			return nil
		}
		select {
		case <-arrival:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
