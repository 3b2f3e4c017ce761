// Package signin is how somebody shows who she is: by a letter to her address, by a cookie after that, by the provider
// of her organisation, and again by letters when her address changes.
package signin
