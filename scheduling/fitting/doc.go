// Package fitting says whom a moment suits, and finds the moments that suit most.
//
// It is pure: people with their hours, absences, busy times and holidays go in, ranked moments come out. It refuses to
// know who somebody is, and to say to anybody why a moment does not suit: the reasons are for ranking alone.
//
// Where to start: [Person.At] is the one rule of when somebody can; [Alternatives] looks for single starts between two
// instants, [Weekly.Hours] for the hour of the week that suits a whole run.
//
//	people, a run's dates -> a sheet for each person (every quarter hour: suits, or not) -> every hour of the week
//	weighed over all dates -> ranked -> the best few
package fitting
