package scheduling

import (
	"errors"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"kring/internal/database"
	"kring/internal/page"
)

// mostProposals bounds what is read of one session: each start of it can be asked about more than once.
const mostProposals = 100

// proposalByID answers NotFound for an id that is none and one without a proposal.
func proposalByID(tx database.Tx, id string) (DateProposal, error) {
	var p DateProposal
	if !database.IsID(id) {
		return p, notFound()
	}
	err := tx.Gorm().Where("id = ?", id).Take(&p).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return p, notFound()
	}
	return p, err
}

func openProposalsOf(tx database.Tx, circleID string) ([]DateProposal, error) {
	return rows[DateProposal](tx.Gorm().Where("circle_id = ? and state = 'open'", circleID).Order("id").Limit(mostSessionRows))
}

// proposalsAbout are the proposals about a session, the oldest first.
func proposalsAbout(tx database.Tx, sessionID string) ([]DateProposal, error) {
	found, err := rows[DateProposal](tx.Gorm().Where("session_id = ?", sessionID).Limit(mostProposals))
	slices.SortFunc(found, func(a, b DateProposal) int { return strings.Compare(a.ID, b.ID) })
	return found, err
}

// proposalsPage are a circle's proposals, the newest first, one more than the limit.
func proposalsPage(tx database.Tx, circleID string, from page.Cursor, limit int) ([]DateProposal, error) {
	query := tx.Gorm().Where("circle_id = ?", circleID)
	if from.ID != "" {
		query = query.Where("id < ?", from.ID)
	}
	return rows[DateProposal](query.Order("id desc").Limit(limit + 1))
}

// saveProposal writes what becomes of a proposal.
func saveProposal(tx database.Tx, p DateProposal) error {
	return tx.Gorm().Table("date_proposals").Where("id = ?", p.ID).Updates(map[string]any{
		"state": p.State, "replan_id": p.ReplanID, "closes_at": p.ClosesAt, "closed_at": p.ClosedAt,
	}).Error
}

func optionsOf(tx database.Tx, proposalIDs []string) ([]DateOption, error) {
	if len(proposalIDs) == 0 {
		return nil, nil
	}
	return rows[DateOption](tx.Gorm().Where("proposal_id in ?", proposalIDs).Order("proposal_id, place"))
}

// optionByID answers NotFound for an id that is none and one without an option.
func optionByID(tx database.Tx, id string) (DateOption, error) {
	var o DateOption
	if !database.IsID(id) {
		return o, notFound()
	}
	err := tx.Gorm().Where("id = ?", id).Take(&o).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return o, notFound()
	}
	return o, err
}

func votesOf(tx database.Tx, options []DateOption) ([]DateVote, error) {
	if len(options) == 0 {
		return nil, nil
	}
	ids := make([]string, len(options))
	for i, o := range options {
		ids[i] = o.ID
	}
	return rows[DateVote](tx.Gorm().Where("option_id in ?", ids).Order("option_id, member_id"))
}

func saveVotes(tx database.Tx, fresh []DateVote) error {
	return upsert(tx, fresh, []string{"option_id", "member_id"}, "suits", "at")
}

// deleteVotes forgets who voted for what about sessions.
func deleteVotes(tx database.Tx, sessionIDs []string) error {
	if len(sessionIDs) == 0 {
		return nil
	}
	return tx.Gorm().Exec(`delete from date_votes where option_id in (select o.id from date_proposals p
		join date_options o on o.proposal_id = p.id where p.session_id in ?)`, sessionIDs).Error
}

// dueProposals are circles in which a vote has come to its end, earliest first.
func dueProposals(tx database.Tx, now time.Time, limit int) ([]dueRow, error) {
	return rows[dueRow](tx.Gorm().Raw(`select circle_id, closes_at as due_at from date_proposals
		where state = 'open' and closes_at <= ? order by closes_at limit ?`, now, limit))
}
