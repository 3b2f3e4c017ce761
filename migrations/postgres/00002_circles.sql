-- +goose Up

-- A facilitator's run of circles. Dates are local, without a zone; signup_closes_at is an instant.
create table programmes (
    id               uuid not null primary key,
    name             text not null,
    purpose          text not null,
    guide_set        text not null,
    language         text not null,
    zone             text not null,
    holidays         text not null,
    quorum           integer not null,
    starts_on        text,
    signup_open      boolean not null default false,
    signup_closes_at timestamptz,
    hour_reminder    boolean not null default true,
    state            text not null check (state in ('open', 'closed')),
    revision         integer not null default 1,
    created_at       timestamptz not null,
    updated_at       timestamptz not null
);

-- Weeks without sessions (break) and weeks that are only warned about (school_holiday).
create table programme_breaks (
    id           uuid not null primary key,
    programme_id uuid not null references programmes (id),
    kind         text not null check (kind in ('break', 'school_holiday')),
    name         text not null,
    from_on      text not null,
    until_on     text not null
);
create index programme_breaks_programme on programme_breaks (programme_id, from_on);

create table facilitators (
    programme_id uuid not null references programmes (id),
    person_id    uuid not null references people (id),
    created_at   timestamptz not null,
    primary key (programme_id, person_id)
);
create index facilitators_person on facilitators (person_id, programme_id);

-- A circle. slot_weekday counts from Sunday 0, slot_at is minutes since 00:00 on the wall of zone. paused_on,
-- returns_on and starts_on are dates there. reasons_since: health looks only at what happened after it.
create table circles (
    id                   uuid not null primary key,
    programme_id         uuid not null references programmes (id),
    name                 text not null,
    state                text not null check (state in ('forming', 'running', 'paused', 'completed', 'ended')),
    guide_set            text not null,
    language             text not null,
    zone                 text not null,
    holidays             text not null,
    quorum               integer not null,
    slot_weekday         integer check (slot_weekday between 0 and 6),
    slot_at              integer check (slot_at between 0 and 1439),
    starts_on            text,
    venue                text not null default '',
    video_link           text not null default '',
    chat_link            text not null default '',
    looked_after_by      uuid references people (id),
    seats                integer not null,
    seats_open           boolean not null default false,
    guide_week           integer not null,
    series               integer not null default 1,
    sequence             integer not null default 0,
    begun_at             timestamptz,
    paused_on            text,
    returns_on           text,
    completed_at         timestamptz,
    ended_at             timestamptz,
    end_reason           text not null default '',
    end_text             text not null default '',
    reminders_stopped_at timestamptz,
    go_on_asked_at       timestamptz,
    reasons_since        timestamptz,
    next_check_at        timestamptz,
    revision             integer not null default 1,
    created_at           timestamptz not null,
    updated_at           timestamptz not null,
    check ((slot_weekday is null) = (slot_at is null))
);
create index circles_programme on circles (programme_id, id);
create index circles_programme_state on circles (programme_id, state, id);
create index circles_open on circles (programme_id, id) where seats_open and state in ('forming', 'running', 'paused');
create index circles_check on circles (next_check_at) where next_check_at is not null;

-- Somebody who signed up. Unconfirmed rows are deleted when expires_at has passed; letter_at is when the last letter
-- about a sign-up was asked for.
create table applications (
    id              uuid not null primary key,
    programme_id    uuid not null references programmes (id),
    person_id       uuid not null references people (id),
    state           text not null check (state in ('unconfirmed', 'waiting', 'placed', 'withdrawn')),
    name            text not null,
    letter_language text not null check (letter_language in ('nl', 'en')),
    speaks          text not null default '[]',
    zone            text not null,
    availability    text not null default '[]',
    team            text not null default '',
    department      text not null default '',
    location        text not null default '',
    experience      text not null default '',
    circle_id       uuid references circles (id),
    expires_at      timestamptz,
    letter_at       timestamptz,
    confirmed_at    timestamptz,
    revision        integer not null default 1,
    created_at      timestamptz not null,
    updated_at      timestamptz not null
);
create unique index applications_once on applications (programme_id, person_id) where state <> 'withdrawn';
create index applications_programme on applications (programme_id, id);
create index applications_programme_state on applications (programme_id, state, id);
create index applications_person on applications (person_id, id);
create index applications_circle on applications (circle_id) where circle_id is not null;
create index applications_expiry on applications (expires_at) where state = 'unconfirmed';

-- A seat of a circle and whoever it is for. accepted with in_at set is a member; accepted without is a newcomer whom
-- the circle may still object to.
create table members (
    id                uuid not null primary key,
    circle_id         uuid not null references circles (id),
    person_id         uuid not null references people (id),
    application_id    uuid references applications (id),
    state             text not null check (state in ('invited', 'asked', 'held', 'accepted', 'declined', 'expired', 'left')),
    other_hour        boolean not null default false,
    hosts             boolean not null default true,
    host_turn         integer not null default 0,
    expires_at        timestamptz,
    accepted_at       timestamptz,
    in_at             timestamptz,
    left_at           timestamptz,
    undo_until        timestamptz,
    last_sign_at      timestamptz,
    still_in_asked_at timestamptz,
    revision          integer not null default 1,
    created_at        timestamptz not null,
    updated_at        timestamptz not null
);
create unique index members_once on members (circle_id, person_id) where state in ('invited', 'asked', 'held', 'accepted');
create index members_circle on members (circle_id, id);
create index members_seats on members (circle_id, state, in_at);
create index members_person on members (person_id, circle_id);
create index members_application on members (application_id) where application_id is not null;
create index members_expiry on members (expires_at) where expires_at is not null;

-- What is done after three days unless a member objects: a newcomer joins (member_id is the newcomer's seat), the
-- circle completes or ends (member_id proposed it).
create table motions (
    id         uuid not null primary key,
    circle_id  uuid not null references circles (id),
    kind       text not null check (kind in ('join', 'complete', 'end')),
    member_id  uuid not null references members (id),
    reason     text not null default '',
    body       text not null default '',
    due_at     timestamptz not null,
    state      text not null check (state in ('open', 'carried', 'objected')),
    created_at timestamptz not null,
    closed_at  timestamptz
);
create unique index motions_once on motions (circle_id, kind, member_id) where state = 'open';
create index motions_circle on motions (circle_id, id);
create index motions_due on motions (due_at) where state = 'open';

-- +goose Down
drop table motions;
drop table members;
drop table applications;
drop table circles;
drop table facilitators;
drop table programme_breaks;
drop table programmes;
