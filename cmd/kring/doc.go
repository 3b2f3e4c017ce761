// Kring is the program: it coordinates Working Out Loud circles. Here everything is put together; nothing is decided.
//
//	kring serve     the service (the default)
//	kring demo      the same with a sample programme, a mail catcher and a clock to turn
//	kring migrate   bring the database to the newest schema and stop
//	kring config    print what is in force, without secrets
//	kring version   print what this is
//
//	kring token, release-letters, end-sign-ins, unsuppress, owner   what whoever runs it does beside it (operator.go)
//
// It refuses package state (run can run twice in one process, and tests do so), settings that are wrong (all are told in
// one message before anything starts), and a sandbox beside a real mail server or a real database.
//
// Where to start: run in main.go. A service is made and unmade in the order of these files:
//
//	config.go   settings: flags, environment, files with secrets -> config, or every mistake at once;
//	            config_doors.go those of who is let in
//	serve.go    listen -> open -> run until told to stop -> close, in reverse
//	tls.go      what the listener speaks: nothing, TLS by files, TLS by ACME
//	wire.go     open: database, schema, texts, guides, secrets, owner, rooms, letters, routes
//	edge.go     what every request passes before a room sees it: who calls, from which site, HSTS
//	replying.go who takes mails in: a mailbox, a door, or nobody; config_replies.go says which
//	jobs.go     the one table of what happens when time passes; the only file that knows gocron
//	rounds.go   how a round goes through that table, and a walk from due moment to due moment
//	tls.go      certificates, from files or over ACME, for a service without a proxy in front
//	ops.go      /healthz /readyz /version; metrics.go /metrics
//
// The way of time:
//
//	tick, each minute ──┐
//	a request wrote ────┼─> RunDue(now) ─> round: expire, queue, review, sign-in letters, plan letters, deliver, ...
//	the demo's walk ────┘        each pass ─> how much it did, and when it next has something due
//
// The way of a request:
//
//	listener (tls.go) ─> server: header, body and answer within their time ─> echo ─> api.Observe: id, log line, panics
//	  ─> edge.guard: sent by another site? 403 ─> the room's route: api, web, ops
//
// Stopping: no new requests -> those under way are answered -> the round under way gives back what it claimed -> what is
// in memory only is written down -> the database closes.
//
// The demo (demo.go) is a service with a stage: sample.go says who the people are, cast.go lets them act as members while
// the clock is turned, sandbox.go turns it, inbox.go shows every mail. See docs/adr/0060 and 0061.
//
// Tests: kit_test.go starts the program in this process or as one of its own; life_test.go lives whole lives in virtual
// time, browser_test.go with a browser that keeps cookies. edge_test.go and trust_test.go attack it from outside.
package main
