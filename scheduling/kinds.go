package scheduling

// The kinds of notices that this room gives to the outbox.
const (
	NoticeBegin           = "begin"
	NoticeReminderTwoDays = "reminder_two_days"
	NoticeReminderHour    = "reminder_hour"
	NoticeOutcomeQuestion = "outcome_question"
	NoticeJoinedLate      = "joined_late"
	NoticePaused          = "paused"
	NoticeResumed         = "resumed"
	NoticeReturnSoon      = "return_soon"
	NoticeCompleted       = "completed"
	NoticeEnded           = "ended"
	NoticeStillIn         = "still_in"
	NoticeGoOn            = "go_on"
	NoticeFinishOrMore    = "finish_or_more"
	NoticeQuorumLost      = "quorum_lost"
	NoticeHostChanged     = "host_changed"
	NoticeCircleMessage   = "circle_message"

	NoticeDatesChanged  = "dates_changed"  // what changed for the person: moves, skips, new slots, breaks, dates added
	NoticeProposal      = "date_proposal"  // another date is looked for: vote
	NoticeProposalStays = "proposal_stays" // none was found: the session stays
	NoticeGoNoGo        = "go_no_go"       // a day ahead: do you come?

	NoticeFlagAsked      = "flag_asked"      // to the circle: a line with the proposed step
	NoticeStalling       = "stalling"        // to the looking-after facilitator
	NoticeWeeklyOverview = "weekly_overview" // to facilitators
)

// Kinds are all of them, for the wiring's table of letters.
func Kinds() []string {
	return []string{
		NoticeBegin, NoticeReminderTwoDays, NoticeReminderHour, NoticeOutcomeQuestion, NoticeDatesChanged,
		NoticeJoinedLate, NoticePaused, NoticeResumed, NoticeReturnSoon, NoticeCompleted, NoticeEnded, NoticeStillIn, NoticeGoOn, NoticeFinishOrMore, NoticeQuorumLost,
		NoticeHostChanged, NoticeProposal, NoticeProposalStays, NoticeGoNoGo, NoticeCircleMessage, NoticeAnswerOutdated, NoticeNobodyReads, NoticeOtherAddress,
		NoticeFlagAsked, NoticeStalling, NoticeWeeklyOverview,
	}
}

// Discreet are the kinds of letters that somebody gets because of what she said, did not say or does: who was asked a day
// ahead had not answered, who is reminded an hour before had not declined. Facilitators see how many went out, and not
// whose address did not take one.
func Discreet() []string {
	return []string{
		NoticeReminderTwoDays, NoticeReminderHour, NoticeOutcomeQuestion, NoticeStillIn, NoticeQuorumLost, NoticeHostChanged,
		NoticeProposal, NoticeProposalStays, NoticeGoNoGo, NoticeAnswerOutdated, NoticeNobodyReads, NoticeOtherAddress,
	}
}
