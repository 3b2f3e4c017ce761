package identity

// Derive makes a key of 32 bytes for one use out of each secret, the newest first: what one room makes with its keys is
// void for every other. The use is a constant that nobody else has, such as "kring limits 1"; raise its number when what
// is made with it changes.
func (s Secrets) Derive(use string) [][]byte { return s.derive(use) }
