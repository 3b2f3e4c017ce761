-- +goose Up

-- One dated meeting of a circle. ordinal counts the run's sessions by date; it is no guide number. slot_starts_at is
-- when the weekly slot meant it to be (the RECURRENCE-ID of its calendar entry), whatever moved since. guide_week is
-- given when the session is held. week_settled: a member said which week the circle is at after it, so recording it
-- late moves no week. replaces_id names the session whose loss added this one at the end. said_* are what remains of
-- the answers when the names are forgotten.
create table sessions (
    id             uuid not null primary key,
    circle_id      uuid not null references circles (id),
    ordinal        integer not null,
    state          text not null check (state in ('planned', 'held', 'missed', 'cancelled', 'skipped', 'unrecorded')),
    starts_at      timestamptz not null,
    ends_at        timestamptz not null,
    series         integer not null,
    slot_starts_at timestamptz not null,
    sequence       integer not null,
    guide_week     integer,
    week_settled   boolean not null default false,
    host_id        uuid references members (id),
    host_swapped   boolean not null default false,
    replaces_id    uuid references sessions (id),
    moved_at       timestamptz,
    outcome_at     timestamptz,
    said_yes       integer,
    said_no        integer,
    said_unsure    integer,
    revision       integer not null default 1,
    created_at     timestamptz not null,
    updated_at     timestamptz not null
);
-- Health reads the whole course of a circle out of this index.
create index sessions_circle on sessions (circle_id, starts_at, id, state, moved_at);
create index sessions_host on sessions (host_id) where host_id is not null;
create index sessions_replaces on sessions (replaces_id) where replaces_id is not null;

-- What members said about a session; deleted seven days after it, when only counts remain.
create table answers (
    session_id uuid not null references sessions (id),
    member_id  uuid not null references members (id),
    answer     text not null check (answer in ('yes', 'no', 'unsure')),
    at         timestamptz not null,
    primary key (session_id, member_id)
);
create index answers_member on answers (member_id);

-- Dates on which a member is away, both ends included, on the wall of the circle's zone.
create table absences (
    id        uuid not null primary key,
    circle_id uuid not null references circles (id),
    member_id uuid not null references members (id),
    from_on   text not null,
    until_on  text not null
);
create index absences_circle on absences (circle_id, from_on, id);
create index absences_member on absences (member_id, from_on);

-- Weeks that a circle keeps free, both ends included.
create table circle_breaks (
    id         uuid not null primary key,
    circle_id  uuid not null references circles (id),
    from_on    text not null,
    until_on   text not null,
    created_at timestamptz not null
);
create index circle_breaks_circle on circle_breaks (circle_id, from_on, id);

-- What falls due about a session. done_at: it was dealt with, also when nothing was sent.
create table reminders (
    session_id uuid not null references sessions (id) on delete cascade,
    kind       text not null check (kind in ('two_days', 'hour', 'outcome', 'unrecorded', 'forget')),
    circle_id  uuid not null references circles (id),
    due_at     timestamptz not null,
    done_at    timestamptz,
    primary key (session_id, kind)
);
create index reminders_circle on reminders (circle_id, due_at) where done_at is null;
create index reminders_due on reminders (due_at, circle_id) where done_at is null and kind <> 'forget';
create index reminders_forget on reminders (due_at, session_id) where done_at is null and kind = 'forget';

-- What falls due about a circle as a whole; the row goes when it is dealt with.
create table circle_dues (
    circle_id uuid not null references circles (id),
    kind      text not null check (kind in ('return_soon', 'resume', 'silence')),
    due_at    timestamptz not null,
    primary key (circle_id, kind)
);
create index circle_dues_due on circle_dues (due_at, circle_id);

-- An open reason for concern about a circle, and those that were. reasons: a JSON list of codes with numbers.
-- updated_at: when verdict or reasons last changed. told_at: when told_to, who looks after the circle, is written to about
-- it, at most once a day.
create table flags (
    id              uuid not null primary key,
    circle_id       uuid not null references circles (id),
    programme_id    uuid not null references programmes (id),
    verdict         text not null check (verdict in ('wobbling', 'stalling')),
    reasons         text not null default '[]',
    step            text not null default '',
    state           text not null check (state in ('open', 'cleared', 'dismissed')),
    raised_at       timestamptz not null,
    updated_at      timestamptz not null,
    asked_at        timestamptz,
    acknowledged_at timestamptz,
    snoozed_until   timestamptz,
    told_to         uuid references people (id),
    told_at         timestamptz,
    cleared_at      timestamptz
);
create unique index flags_open on flags (circle_id) where state = 'open';
create index flags_circle on flags (circle_id, raised_at);
create index flags_programme on flags (programme_id, verdict, circle_id) where state = 'open';
create index flags_told on flags (told_to, told_at) where told_to is not null;

-- What a member wrote to the circle.
create table circle_messages (
    id         uuid not null primary key,
    circle_id  uuid not null references circles (id),
    member_id  uuid not null references members (id),
    body       text not null,
    created_at timestamptz not null
);
create index circle_messages_member on circle_messages (member_id, created_at);
create index circle_messages_circle on circle_messages (circle_id, id);

-- What a person was last told about a session: its start and its state; was_at is the start told before that one, so
-- that a letter can say what changed for this person.
create table told (
    person_id  uuid not null references people (id),
    session_id uuid not null references sessions (id) on delete cascade,
    starts_at  timestamptz not null,
    was_at     timestamptz,
    sequence   integer not null,
    state      text not null check (state in ('planned', 'held', 'missed', 'cancelled', 'skipped', 'unrecorded')),
    at         timestamptz not null,
    primary key (person_id, session_id)
);
create index told_session on told (session_id);

-- +goose Down
drop table told;
drop table circle_messages;
drop table flags;
drop table circle_dues;
drop table reminders;
drop table circle_breaks;
drop table absences;
drop table answers;
drop table sessions;
