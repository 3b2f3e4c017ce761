package scheduling

import "kring/internal/identity"

// Marks say what each column of this room's tables means for privacy, by "table.column". Answers, absences and what a
// person was told belong to that person; answers lose their names seven days after the session. The dates of a session
// are the circle's.
func Marks() map[string]identity.Mark {
	const none, code, personal = identity.None, identity.Code, identity.Personal
	return map[string]identity.Mark{
		"sessions.id":             code,
		"sessions.circle_id":      code,
		"sessions.ordinal":        none,
		"sessions.state":          none,
		"sessions.starts_at":      none,
		"sessions.ends_at":        none,
		"sessions.series":         none,
		"sessions.slot_starts_at": none,
		"sessions.sequence":       none,
		"sessions.guide_week":     none,
		"sessions.week_settled":   none,
		"sessions.host_id":        code,
		"sessions.host_swapped":   none,
		"sessions.replaces_id":    code,
		"sessions.moved_at":       none,
		"sessions.outcome_at":     none,
		"sessions.said_yes":       none,
		"sessions.said_no":        none,
		"sessions.said_unsure":    none,
		"sessions.revision":       none,
		"sessions.created_at":     none,
		"sessions.updated_at":     none,

		"answers.session_id": code,
		"answers.member_id":  code,
		"answers.starts_at":  personal,
		"answers.sequence":   none,
		"answers.answer":     personal,
		"answers.at":         personal,

		"absences.id":        code,
		"absences.circle_id": code,
		"absences.member_id": code,
		"absences.from_on":   personal,
		"absences.until_on":  personal,

		"circle_breaks.id":         code,
		"circle_breaks.circle_id":  code,
		"circle_breaks.from_on":    none,
		"circle_breaks.until_on":   none,
		"circle_breaks.created_at": none,

		"reminders.session_id": code,
		"reminders.kind":       code,
		"reminders.circle_id":  code,
		"reminders.due_at":     none,
		"reminders.done_at":    none,

		"replans.id":           code,
		"replans.circle_id":    code,
		"replans.by_id":        code,
		"replans.step":         none,
		"replans.outcome":      none,
		"replans.state":        code,
		"replans.untold":       none,
		"replans.revision":     none,
		"replans.undoes_id":    code,
		"replans.created_at":   none,
		"replans.committed_at": none,

		"date_proposals.id":                code,
		"date_proposals.circle_id":         code,
		"date_proposals.session_id":        code,
		"date_proposals.session_starts_at": none,
		"date_proposals.why":               code,
		"date_proposals.member_id":         code,
		"date_proposals.state":             code,
		"date_proposals.replan_id":         code,
		"date_proposals.opened_at":         none,
		"date_proposals.closes_at":         none,
		"date_proposals.closed_at":         none,

		"date_options.id":          code,
		"date_options.proposal_id": code,
		"date_options.place":       none,
		"date_options.kind":        code,
		"date_options.starts_at":   none,

		"date_votes.option_id": code,
		"date_votes.member_id": code,
		"date_votes.suits":     personal,
		"date_votes.at":        personal,

		"mails_read.hash":    code,
		"mails_read.read_at": none,

		"courtesies.person_id": code,
		"courtesies.at":        personal,

		"circle_dues.circle_id": code,
		"circle_dues.kind":      code,
		"circle_dues.due_at":    none,

		"circle_messages.id":         code,
		"circle_messages.circle_id":  code,
		"circle_messages.member_id":  code,
		"circle_messages.body":       personal,
		"circle_messages.created_at": personal,

		"told.person_id":  code,
		"told.session_id": code,
		"told.starts_at":  personal,
		"told.was_at":     personal,
		"told.sequence":   none,
		"told.state":      none,
		"told.was_state":  personal,
		"told.at":         personal,
	}
}
