-- +goose Up

-- A person is known by the e-mail address, normalised in Go. An erased person stays as a tombstone without address.
create table people (
    id               uuid not null primary key,
    email            text not null,
    name             text not null,
    letter_language  text not null check (letter_language in ('nl', 'en')),
    zone             text not null,
    speaks           text not null default '[]',
    availability     text not null default '[]',
    owner            boolean not null default false,
    link_epoch       integer not null default 1,
    confirmed_at     timestamptz,
    reminders_off    boolean not null default false,
    changes_off      boolean not null default false,
    hour_off         boolean not null default false,
    undeliverable_at timestamptz,
    erased_at        timestamptz,
    revision         integer not null default 1,
    created_at       timestamptz not null,
    updated_at       timestamptz not null
);
create unique index people_email on people (email) where erased_at is null;

-- Bearer tokens: only the SHA-256 of the secret half is kept. expires_at and revoked_at are machine time.
create table tokens (
    id           uuid not null primary key,
    person_id    uuid not null references people (id) on delete cascade,
    name         text not null,
    hash         text not null,
    scopes       text not null,
    expires_at   timestamptz,
    last_used_on text,
    revoked_at   timestamptz,
    created_at   timestamptz not null
);
create index tokens_person on tokens (person_id, id);

-- What happened, in ids and codes. No foreign keys: the journal outlives what it tells about.
create table journal (
    id           uuid not null primary key,
    at           timestamptz not null,
    actor_id     uuid,
    programme_id uuid,
    circle_id    uuid,
    subject_id   uuid,
    action       text not null,
    details      text not null default '{}'
);
create index journal_circle on journal (circle_id, id);
create index journal_programme on journal (programme_id, id);

-- One row per Idempotency-Key, written together with the effect it stands for. created_at is machine time.
create table idempotency_keys (
    caller     text not null,
    route      text not null,
    key        text not null,
    body_hash  text not null,
    status     integer not null default 0,
    subject_id text not null default '',
    created_at timestamptz not null,
    primary key (caller, route, key)
);
create index idempotency_keys_created on idempotency_keys (created_at);

-- At most one row: whoever writes it made the owner.
create table first_run (
    id        integer not null primary key check (id = 1),
    person_id uuid not null references people (id),
    at        timestamptz not null
);

-- The last run of each job, and when it next has something due.
create table job_runs (
    name        text not null primary key,
    finished_at timestamptz not null,
    next_at     timestamptz,
    error       text
);

-- +goose Down
drop table job_runs;
drop table first_run;
drop table idempotency_keys;
drop table journal;
drop table tokens;
drop table people;
