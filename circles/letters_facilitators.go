package circles

import (
	"kring/internal/mail"
)

// facilitatorInvited asks somebody to share a programme: by whom, for what, and what a facilitator sees and does not see.
func facilitatorInvited(l *letter, i FacilitatorInvitation) error {
	const kind = "letter.facilitator_invited"
	l.subject = l.say(kind+".subject", "programme", l.programme.Name)
	if l.asker.Name == "" {
		l.paragraph(kind+".why-nobody", "programme", l.programme.Name)
	} else {
		l.paragraph(kind+".why", "name", l.asker.Name, "programme", l.programme.Name)
	}
	l.paragraph("letter.seat_offered.purpose")
	seen, never := SaySeen(l.texts, l.to.LetterLanguage)
	l.body.Blocks = append(l.body.Blocks, mail.Quote{Text: l.programme.Purpose},
		mail.Heading(l.say(kind+".can")), mail.List{
			l.say(kind + ".forms"), l.say(kind+".sees", "seen", seen), l.say(kind + ".circles"),
		},
		mail.Heading(l.say(kind+".cannot")), mail.List{
			l.say(kind+".never", "never", never), l.say(kind + ".others"), l.say(kind + ".removes"),
		})
	l.buttons(
		mail.Link{Label: l.say(kind + ".yes"), URL: l.link(LinkFacilitate, l.programme.ID, "yes")},
		mail.Link{Label: l.say(kind + ".no"), URL: l.link(LinkFacilitate, l.programme.ID, "no")},
	)
	l.paragraph(kind+".until", "until", l.moment(i.ExpiresAt))
	l.body.Footer = []mail.Link{{Label: l.say("letter.footer.sees"), URL: l.link(LinkSees, "", "")}, l.silence()}
	return nil
}
