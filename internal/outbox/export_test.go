package outbox

// The rows, for the test that compares them with their tables.
type (
	NoticeRow = noticeRow
	LetterRow = letterRow
)
