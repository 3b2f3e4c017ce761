package database

// Waiting is how many writers stand in the queue of the door.
func (db *DB) Waiting() int {
	db.door.mu.Lock()
	defer db.door.mu.Unlock()
	return len(db.door.queue)
}
