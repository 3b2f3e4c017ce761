// Package contract is api/openapi.yaml turned into Go, and nothing else: what a request may look like, what an answer
// looks like, which routes there are.
//
// Two tools write it, and `make generate` runs both. oapi-codegen writes contract.gen.go: the types of every request
// and answer, the strict server interface that package api fulfils, and the routes. The command in gen writes
// rules.gen.go, a table of every operation with the rules of its parameters and body in the form of rules.go, because
// the generated decoder takes unknown fields, any case and missing fields, and because parsing the contract at start
// would cost more than the rest of the start together. gen also writes the page that /api/docs answers.
//
// Where to start: [Operations], [Rule]. To change anything here, change openapi.yaml and generate anew.
package contract

//go:generate go tool oapi-codegen -config generate.yaml ../openapi.yaml
//go:generate go run ./gen
