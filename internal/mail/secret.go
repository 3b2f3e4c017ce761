package mail

// hidden stands where a user name or password would be shown.
const hidden = "***"

// secret is a password that cannot show itself: fmt prints a function as an address, also where it
// stands in an unexported field, out of reach of String methods.
type secret func() string

func keep(password string) secret { return func() string { return password } }
