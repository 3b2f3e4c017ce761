package database

import (
	"context"
	"slices"
	"sync"
)

// How many waiting writers share one commit at most. It bounds how long the
// first of them waits for the last.
const groupLimit = 64

// door orders the writers of SQLite, of which one at a time may write.
//
// Nearly all of a small durable write is waiting for the disk to confirm, so
// those who came meanwhile go in together: whoever holds the door when its turn
// comes takes who waits behind it, runs all in one transaction and tells the
// others. When one of them fails, nobody's write has happened and each goes in
// alone, in the order in which they came, on its own goroutine.
type door struct {
	mu    sync.Mutex
	taken bool
	queue []*call
}

// call is one Write on its way through the door.
type call struct {
	ctx   context.Context
	fn    func(Tx) error
	alone bool      // it was in a group that failed
	turn  chan turn // holds one, so that telling never waits
}

// turn is what a waiting call is told: run this group, or it is done.
type turn struct {
	group []*call
	err   error
}

func (d *door) write(ctx context.Context, db *DB, fn func(Tx) error) error {
	c := &call{ctx: ctx, fn: fn, turn: make(chan turn, 1)}
	group := d.enter(c)
	for {
		if group == nil {
			now, err := d.wait(c)
			if err != nil || now.group == nil {
				return firstError(err, now.err)
			}
			group = now.group
		}
		if len(group) == 1 {
			defer d.release(nil)
			return db.alone(ctx, fn)
		}
		if done, err := d.together(db, group); done {
			return err
		}
		group = nil // wait for the turn of its own
	}
}

// enter answers the call as a group of one when the door is free, else nil.
func (d *door) enter(c *call) []*call {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.taken {
		d.queue = append(d.queue, c)
		return nil
	}
	d.taken = true
	return []*call{c}
}

// wait waits for the call's turn. A call whose context ends while it is still in
// the queue leaves without effect; once taken it is told how it went.
func (d *door) wait(c *call) (turn, error) {
	select {
	case now := <-c.turn:
		return now, nil
	case <-c.ctx.Done():
		if d.leave(c) {
			return turn{}, c.ctx.Err()
		}
		return <-c.turn, nil
	}
}

func (d *door) leave(c *call) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	at := slices.Index(d.queue, c)
	if at < 0 {
		return false
	}
	d.queue = slices.Delete(d.queue, at, at+1)
	return true
}

// together runs a group in one transaction and passes the door on. It answers
// false when nobody's write has happened and each must go in alone.
func (d *door) together(db *DB, group []*call) (done bool, err error) {
	done, err = db.group(group)
	if !done {
		for _, c := range group {
			c.alone = true
		}
		d.release(group)
		return false, nil
	}
	for _, c := range group[1:] { // the first is the one who runs this
		c.turn <- turn{err: err}
	}
	d.release(nil)
	return true, err
}

// release puts calls back at the head of the queue and gives the door to who is
// first there, with those behind who may share its commit.
func (d *door) release(back []*call) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.queue = slices.Insert(d.queue, 0, back...)
	if len(d.queue) == 0 {
		d.taken = false
		return
	}
	size := 1
	for !d.queue[0].alone && size < min(len(d.queue), groupLimit) && !d.queue[size].alone {
		size++
	}
	group := slices.Clone(d.queue[:size])
	d.queue = slices.Delete(d.queue, 0, size)
	group[0].turn <- turn{group: group}
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
