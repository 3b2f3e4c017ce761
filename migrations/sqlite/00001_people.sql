-- +goose Up

-- A person is known by the e-mail address, normalised in Go. An erased person stays as a tombstone without address.
create table people (
    id               text not null primary key,
    email            text not null,
    name             text not null,
    letter_language  text not null check (letter_language in ('nl', 'en')),
    zone             text not null,
    speaks           text not null default '[]',
    availability     text not null default '[]',
    owner            boolean not null default false,
    link_epoch       integer not null default 1,
    confirmed_at     datetime,
    reminders_off    boolean not null default false,
    changes_off      boolean not null default false,
    hour_off         boolean not null default false,
    undeliverable_at datetime,
    erased_at        datetime,
    revision         integer not null default 1,
    created_at       datetime not null,
    updated_at       datetime not null
);
create unique index people_email on people (email) where erased_at is null;

-- Bearer tokens: only the SHA-256 of the secret half is kept. expires_at and revoked_at are machine time.
create table tokens (
    id           text not null primary key,
    person_id    text not null references people (id) on delete cascade,
    name         text not null,
    hash         text not null,
    scopes       text not null,
    expires_at   datetime,
    last_used_on text,
    revoked_at   datetime,
    created_at   datetime not null
);
create index tokens_person on tokens (person_id, id);

-- What happened, in ids and codes. No foreign keys: the journal outlives what it tells about.
create table journal (
    id           text not null primary key,
    at           datetime not null,
    actor_id     text,
    programme_id text,
    circle_id    text,
    subject_id   text,
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
    created_at datetime not null,
    primary key (caller, route, key)
);
create index idempotency_keys_created on idempotency_keys (created_at);

-- At most one row: whoever writes it made the owner.
create table first_run (
    id        integer not null primary key check (id = 1),
    person_id text not null references people (id),
    at        datetime not null
);

-- The last run of each job, and when it next has something due.
create table job_runs (
    name        text not null primary key,
    finished_at datetime not null,
    next_at     datetime,
    error       text
);

-- +goose Down
drop table job_runs;
drop table first_run;
drop table idempotency_keys;
drop table journal;
drop table tokens;
drop table people;
