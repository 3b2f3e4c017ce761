// Package limit counts in the database how often something was asked for, so that several processes count together and a
// restart forgets nothing.
package limit
