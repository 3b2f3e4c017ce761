package signin

import "kring/internal/identity"

// Marks say what each column of this room's tables means for privacy, by "table.column".
func Marks() map[string]identity.Mark {
	const none, code, personal, secret = identity.None, identity.Code, identity.Personal, identity.Secret
	return map[string]identity.Mark{
		"sign_in_requests.id":         code,
		"sign_in_requests.person_id":  code,
		"sign_in_requests.link_hash":  secret,
		"sign_in_requests.code_hash":  secret,
		"sign_in_requests.tries":      none,
		"sign_in_requests.expires_at": none,
		"sign_in_requests.letter_at":  none,
		"sign_in_requests.used_at":    none,
		"sign_in_requests.created_at": none,

		"sign_ins.id":         code,
		"sign_ins.token_hash": secret,
		"sign_ins.person_id":  code,
		"sign_ins.data":       personal,
		"sign_ins.device":     personal,
		"sign_ins.created_at": personal,
		"sign_ins.expires_at": personal,

		"oidc_attempts.state_hash":  secret,
		"oidc_attempts.cookie_hash": secret,
		"oidc_attempts.nonce":       secret,
		"oidc_attempts.verifier":    secret,
		"oidc_attempts.expires_at":  none,

		"oidc_subjects.issuer":     personal,
		"oidc_subjects.subject":    personal,
		"oidc_subjects.person_id":  code,
		"oidc_subjects.created_at": personal,

		"address_changes.id":               code,
		"address_changes.person_id":        code,
		"address_changes.email":            personal,
		"address_changes.old_needed":       code,
		"address_changes.old_confirmed_at": personal,
		"address_changes.new_confirmed_at": personal,
		"address_changes.expires_at":       personal,
		"address_changes.created_at":       personal,
	}
}
