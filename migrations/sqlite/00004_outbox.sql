-- What people are told. A notice is one occasion for one person; a letter is one mail made of one or more notices.
-- Only ids and kinds are kept here: text, tokens and addresses are put together at the moment of sending.

-- +goose Up
CREATE TABLE letters (
    id           text NOT NULL PRIMARY KEY,
    person_id    text NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    programme_id text,
    circle_id    text,
    kinds        text NOT NULL, -- JSON list
    list         text NOT NULL CHECK (list IN ('none', 'reminders', 'changes')),
    urgent       boolean NOT NULL,
    state        text NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'refused', 'parked', 'lapsed')),
    reason       text NOT NULL,
    due_at       datetime NOT NULL, -- product time
    lease_until  datetime, -- machine time, while sending
    attempt      integer NOT NULL, -- rises with each claim; a receipt must name it
    refusals     integer NOT NULL, -- tries that counted; decides the delay and when to park
    message_id   text NOT NULL UNIQUE,
    sent_at      datetime,
    created_at   datetime NOT NULL,
    updated_at   datetime NOT NULL
);
-- What waits and what is under way is found without touching the millions that were sent.
CREATE INDEX letters_queued ON letters (urgent, due_at, id) WHERE state = 'queued';
CREATE INDEX letters_sending ON letters (lease_until) WHERE state = 'sending';
CREATE INDEX letters_stuck ON letters (state, programme_id) WHERE state IN ('refused', 'parked');
CREATE INDEX letters_programme ON letters (programme_id, circle_id);
CREATE INDEX letters_undelivered ON letters (programme_id) WHERE state = 'refused' OR state = 'lapsed' AND reason = 'undeliverable';
CREATE INDEX letters_person ON letters (person_id);

CREATE TABLE notices (
    id           text NOT NULL PRIMARY KEY,
    person_id    text NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    kind         text NOT NULL,
    key          text NOT NULL UNIQUE,
    programme_id text,
    circle_id    text,
    session_id   text,
    subject_id   text,
    state        text NOT NULL CHECK (state IN ('waiting', 'in_letter', 'void', 'lapsed')),
    reason       text NOT NULL,
    hold_until   datetime NOT NULL, -- product time
    useful_until datetime, -- product time; NULL: always
    letter_id    text REFERENCES letters (id) ON DELETE CASCADE
);
CREATE INDEX notices_waiting ON notices (hold_until, person_id) WHERE state = 'waiting';
CREATE INDEX notices_waiting_circle ON notices (circle_id) WHERE state = 'waiting';
CREATE INDEX notices_waiting_session ON notices (session_id) WHERE state = 'waiting';
CREATE INDEX notices_waiting_programme ON notices (programme_id, circle_id) WHERE state = 'waiting';
CREATE INDEX notices_person ON notices (person_id);
CREATE INDEX notices_letter ON notices (letter_id);

-- +goose Down
DROP TABLE notices;
DROP TABLE letters;
