// Package api is Kring's JSON API, as api/openapi.yaml says it.
//
// What it is for: it turns a request into one call of a room and what the room answers into a view. It owns the
// contract, the status codes of errors (problem.go and nowhere else), decoding, ETags, and repetition of requests.
//
// What it refuses: rules. Whether somebody may, whether a date is free, what a letter says is decided below; what is
// decided here could be decided by looking at the contract alone.
//
// Where to start: [New], [API.Mount], then the file of a resource.
//
// # How a request travels
//
//	Observe       request id, log line without tokens, panics           observe.go
//	gate          once for each operation of the contract: who, what    api.go
//	              it takes, and how long it may take
//	  actor       bearer token or cookie -> identity.Actor, scope       actor.go
//	  check       path, query, headers, body against contract/rules:    check.go, decode.go, rules.go
//	              every fault at once, before anything is decoded
//	generated     decodes into contract types, which cannot fail now    contract/
//	handler       one call of a room, inside once for keyed POSTs       circles.go, ...; once.go
//	              a commit too late is refused with a fresh preview     replans.go
//	              what sets a cookie writes its answer itself           signin.go
//	view          the room's value as the contract's type               views.go, ...
//	tagger        revision + hash of the view = ETag, 304               etag.go
//	Fail          any error: fault -> problem+json; else a bland 500    problem.go
//
// A body that is not JSON is Unreadable (400). One that breaks the contract is Invalid (422) with a JSON pointer for
// every faulty field, and what the rooms would say of the other fields one by one; their whole word comes in the same
// form, once the contract is kept. A path with a
// malformed id is 404: nothing has such an id.
//
// The order of refusals: 400 (two credentials), 401, 403 (scope), 404 (malformed id), 413, 415, 400, 422, 428, then what
// the room says. A database that is away, and a request that took its time, are 503 "busy".
//
// # What holds it
//
// Who may do what on every route, by every kind of caller and credential: policy_test.go, credentials_test.go. Ids and
// fields that lead too far: foreign_test.go. What facilitators read: facilitators_see_test.go. Thieves, guessers and
// floods: signin_test.go.
package api
