-- +goose Up

-- A letter that was asked for to sign in with. A row stands here for an address that nobody has, too (person_id is null),
-- so that asking takes the same time and the same way. The letter's link and code are kept as hashes. expires_at is
-- product time; a row that was used or tried five times is void.
create table sign_in_requests (
    id         uuid not null primary key,
    person_id  uuid references people (id) on delete cascade,
    link_hash  text not null,
    code_hash  text not null,
    tries      integer not null default 0,
    expires_at timestamptz not null,
    letter_at  timestamptz,
    used_at    timestamptz,
    created_at timestamptz not null
);
create unique index sign_in_requests_link on sign_in_requests (link_hash);
create index sign_in_requests_person on sign_in_requests (person_id) where person_id is not null;
create index sign_in_requests_unwritten on sign_in_requests (created_at) where letter_at is null;
create index sign_in_requests_expiry on sign_in_requests (expires_at);

-- Who is signed in with a browser. Only the SHA-256 of the cookie is kept; times are machine time.
create table sign_ins (
    id         uuid not null primary key,
    token_hash text not null,
    person_id  uuid not null references people (id) on delete cascade,
    data       text not null,
    device     text not null default '',
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create unique index sign_ins_token on sign_ins (token_hash);
create index sign_ins_person on sign_ins (person_id, id);
create index sign_ins_expiry on sign_ins (expires_at);

-- A sign-in that is under way at the organisation's own provider (OpenID Connect). A row is used once. Machine time.
create table oidc_attempts (
    state_hash  text not null primary key,
    cookie_hash text not null,
    nonce       text not null,
    verifier    text not null,
    expires_at  timestamptz not null
);
create index oidc_attempts_expiry on oidc_attempts (expires_at);

-- Whom a provider means by a subject.
create table oidc_subjects (
    issuer     text not null,
    subject    text not null,
    person_id  uuid not null references people (id) on delete cascade,
    created_at timestamptz not null,
    primary key (issuer, subject)
);
create unique index oidc_subjects_person on oidc_subjects (person_id, issuer);

-- How often something happened within a window of machine time; the key is a keyed hash of an address or a network.
create table limits (
    name      text not null,
    key_hash  text not null,
    window_at timestamptz not null,
    taken     integer not null,
    primary key (name, key_hash, window_at)
);
create index limits_window on limits (window_at);

-- A change of address that waits for presses in the letters to both addresses; to the new one alone when the old one is
-- unconfirmed or takes no mail. One at a time for each person.
create table address_changes (
    id               uuid not null primary key,
    person_id        uuid not null references people (id) on delete cascade,
    email            text not null,
    old_needed       boolean not null,
    old_confirmed_at timestamptz,
    new_confirmed_at timestamptz,
    expires_at       timestamptz not null,
    created_at       timestamptz not null
);
create unique index address_changes_person on address_changes (person_id);
create index address_changes_expiry on address_changes (expires_at);

-- Addresses that are not to be written to, as salted hashes: they bounced for good, or asked for silence. They outlive
-- the person.
create table suppressions (
    hash       text not null primary key,
    reason     text not null check (reason in ('bounced', 'silence')),
    created_at timestamptz not null
);
create table salts (
    name  text not null primary key,
    value text not null
);

-- Who was asked by mail to facilitate a programme and has not said yes. letter_at: when the last letter about it was
-- asked for.
create table facilitator_invitations (
    programme_id uuid not null references programmes (id),
    person_id    uuid not null references people (id) on delete cascade,
    invited_by   uuid references people (id) on delete set null,
    expires_at   timestamptz not null,
    letter_at    timestamptz not null,
    created_at   timestamptz not null,
    primary key (programme_id, person_id)
);
create index facilitator_invitations_person on facilitator_invitations (person_id);
create index facilitator_invitations_expiry on facilitator_invitations (expires_at);

-- How long a programme keeps people's data: months after somebody's last circle, and months after sign-up closed for who
-- was never placed. signup_ended_at: when sign-up was closed by hand.
alter table programmes add column keep_months integer not null default 12;
alter table programmes add column keep_unplaced_months integer not null default 6;
alter table programmes add column signup_ended_at timestamptz;
update programmes set signup_ended_at = updated_at where not signup_open;

-- Through which programme somebody came into a circle; null: through none. Its facilitators see that person's details.
-- guest: it is not the circle's programme.
alter table members add column programme_id uuid references programmes (id);
update members set programme_id = coalesce(
    (select a.programme_id from applications a where a.id = members.application_id),
    (select c.programme_id from circles c where c.id = members.circle_id));
create index members_programme on members (programme_id, circle_id) where programme_id is not null;
alter table members add column guest boolean not null default false;
create index members_guests on members (programme_id, circle_id) where guest;

-- When what an application says of a person was deleted; the row stays, so that counts do, and keeps nobody from signing
-- up anew.
alter table applications add column forgotten_at timestamptz;
drop index applications_once;
create unique index applications_once on applications (programme_id, person_id) where state <> 'withdrawn' and forgotten_at is null;

-- When retention looks at a person next: no later than anything kept of her can be due to go. Null: never (a tombstone).
alter table people add column next_check_at timestamptz;
update people set next_check_at = created_at where erased_at is null;
create index people_check on people (next_check_at) where next_check_at is not null;

create index circles_looked_after on circles (looked_after_by) where looked_after_by is not null;

create index journal_actor on journal (actor_id, id) where actor_id is not null;
create index journal_subject on journal (subject_id, id) where subject_id is not null;

-- +goose Down
drop index journal_subject;
drop index journal_actor;
drop index circles_looked_after;
drop index people_check;
alter table people drop column next_check_at;
drop index applications_once;
update applications set state = 'withdrawn' where forgotten_at is not null;
create unique index applications_once on applications (programme_id, person_id) where state <> 'withdrawn';
alter table applications drop column forgotten_at;
drop index members_guests;
alter table members drop column guest;
drop index members_programme;
alter table members drop column programme_id;
alter table programmes drop column signup_ended_at;
alter table programmes drop column keep_unplaced_months;
alter table programmes drop column keep_months;
drop table facilitator_invitations;
drop table salts;
drop table suppressions;
drop table address_changes;
drop table limits;
drop table oidc_subjects;
drop table oidc_attempts;
drop table sign_ins;
drop table sign_in_requests;
