// Kring is the program: it coordinates Working Out Loud circles. Here everything is put together; nothing is decided.
//
//	kring serve     the service (the default)
//	kring demo      the same with a sample programme, a mail catcher and a clock to turn
//	kring migrate   bring the database to the newest schema and stop
//	kring config    print what is in force, without secrets
//	kring version   print what this is
//
// Where to start: run in main.go reads like a table of contents; serve.go wires the rooms from top to bottom; jobs.go
// is the one table of what happens when time passes. Settings come from flags or the environment (config.go), are all
// checked before anything starts, and every mistake is told in one message.
//
// There is no package state: run can run twice in one process, and tests do so.
package main
