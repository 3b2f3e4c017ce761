-- +goose Up

-- When somebody wants to be left alone: minutes since 00:00 on the person's wall, over midnight when from is the later one;
-- null: 22:00 to 07:00. working_days: bit n for weekday n, Sunday 0; 0: Monday to Friday. feed_epoch: raised, it voids
-- the address of the person's calendar feed.
alter table people add column quiet_from integer check (quiet_from between 0 and 1439);
alter table people add column quiet_until integer check (quiet_until between 0 and 1439);
alter table people add column working_days integer not null default 0 check (working_days between 0 and 127);
alter table people add column feed_epoch integer not null default 0;

-- ask_everybody: silence does not count as fine when the circle looks for another date. go_no_go_off: nobody is asked a
-- day ahead whether the session goes ahead.
alter table circles add column ask_everybody boolean not null default false;
alter table circles add column go_no_go_off boolean not null default false;

-- feed_epoch: raised, it voids the address at which this member reads the circle's calendar.
alter table members add column feed_epoch integer not null default 0;

-- An answer is about one start of a session: a yes for Tuesday is none for Thursday, and holds again when the session
-- moves back. sequence: of the calendar entry that was answered; 0 for other answers.
create table answers_new (
    session_id text not null references sessions (id),
    member_id  text not null references members (id),
    starts_at  datetime not null,
    answer     text not null check (answer in ('yes', 'no', 'unsure')),
    sequence   integer not null default 0,
    at         datetime not null,
    primary key (session_id, member_id, starts_at)
);
insert into answers_new select a.session_id, a.member_id, s.starts_at, a.answer, 0, a.at
    from answers a join sessions s on s.id = a.session_id;
drop table answers;
alter table answers_new rename to answers;
create index answers_member on answers (member_id);

-- Two more things fall due about a session: the question a day ahead, and what follows from its answers.
create table reminders_new (
    session_id text not null references sessions (id) on delete cascade,
    kind       text not null check (kind in ('two_days', 'go_no_go', 'go_no_go_end', 'hour', 'outcome', 'unrecorded', 'forget')),
    circle_id  text not null references circles (id),
    due_at     datetime not null,
    done_at    datetime,
    primary key (session_id, kind)
);
insert into reminders_new select session_id, kind, circle_id, due_at, done_at from reminders;
drop table reminders;
alter table reminders_new rename to reminders;
create index reminders_circle on reminders (circle_id, due_at) where done_at is null;
create index reminders_due on reminders (due_at, circle_id) where done_at is null and kind <> 'forget';
create index reminders_forget on reminders (due_at, session_id) where done_at is null and kind = 'forget';

-- What the person knew before the last change that she was, or will be, told of.
alter table told add column was_state text check (was_state in ('planned', 'held', 'missed', 'cancelled', 'skipped', 'unrecorded'));

-- A change of a circle's dates: first only looked at (preview), then committed, perhaps taken back (undone). step and
-- outcome are JSON: what was asked for, and every session that it changes, before and after. by_id: who asked; null when
-- the circle agreed on it. revision: the circle's after it. undoes_id: the change that this one takes back.
create table replans (
    id           text not null primary key,
    circle_id    text not null references circles (id),
    by_id        text references people (id) on delete set null,
    step         text not null,
    outcome      text not null,
    state        text not null check (state in ('preview', 'committed', 'undone')),
    untold       boolean not null default false,
    revision     integer not null default 0,
    undoes_id    text references replans (id) on delete set null,
    created_at   datetime not null,
    committed_at datetime
);
create index replans_circle on replans (circle_id, committed_at, id);
create index replans_by on replans (by_id) where by_id is not null;
create index replans_undoes on replans (undoes_id) where undoes_id is not null;

-- A circle looks for another date for a session: why it was opened, until when it is voted on, and what became of it.
-- member_id: who proposed it; null when Kring did. session_starts_at: the start that is in doubt.
create table date_proposals (
    id                text not null primary key,
    circle_id         text not null references circles (id),
    session_id        text not null references sessions (id) on delete cascade,
    session_starts_at datetime not null,
    why               text not null check (why in ('quorum', 'go_no_go', 'counter')),
    member_id         text references members (id) on delete set null,
    state             text not null check (state in ('open', 'moved', 'skipped', 'stays', 'overtaken')),
    replan_id         text references replans (id) on delete set null,
    opened_at         datetime not null,
    closes_at         datetime not null,
    closed_at         datetime
);
create unique index date_proposals_open on date_proposals (session_id) where state = 'open';
create index date_proposals_session on date_proposals (session_id);
create index date_proposals_circle on date_proposals (circle_id, id);
create index date_proposals_due on date_proposals (closes_at) where state = 'open';
create index date_proposals_member on date_proposals (member_id) where member_id is not null;
create index date_proposals_replan on date_proposals (replan_id) where replan_id is not null;

-- What can be voted for: another start, no session this week, or going ahead with those who can.
create table date_options (
    id          text not null primary key,
    proposal_id text not null references date_proposals (id) on delete cascade,
    place       integer not null,
    kind        text not null check (kind in ('move', 'skip', 'stay')),
    starts_at   datetime
);
create unique index date_options_place on date_options (proposal_id, place);

-- Whom an option suits, by the member's own word; deleted seven days after the session.
create table date_votes (
    option_id text not null references date_options (id) on delete cascade,
    member_id text not null references members (id),
    suits     boolean not null,
    at        datetime not null,
    primary key (option_id, member_id)
);
create index date_votes_member on date_votes (member_id);

-- The calendar of a person elsewhere, of which only busy times are read. address is a secret of hers, and
-- encrypted. failure: a code, '' when the last try went well. etag, modified: of what was read last. next_check_at: null when
-- it is not read any more. All times but those of what is busy are machine time.
create table foreign_calendars (
    person_id     text not null primary key references people (id) on delete cascade,
    address       text not null,
    etag          text not null default '',
    modified      text not null default '',
    failure       text not null default '',
    failures      integer not null default 0,
    read_at       datetime,
    tried_at      datetime,
    next_check_at datetime,
    created_at    datetime not null
);
create index foreign_calendars_check on foreign_calendars (next_check_at) where next_check_at is not null;

-- When a person is busy, by her own calendar: no titles, no places.
create table busy_times (
    person_id text not null references people (id) on delete cascade,
    from_at   datetime not null,
    until_at  datetime not null,
    primary key (person_id, from_at)
);

-- Mails that came in and were dealt with: the SHA-256 of what makes each one itself. They go after thirty days.
create table mails_read (
    hash       text not null primary key,
    read_at    datetime not null
);
create index mails_read_at on mails_read (read_at);

-- Whom we told that nobody reads such mails; each once in thirty days.
create table courtesies (
    person_id text not null primary key references people (id) on delete cascade,
    at        datetime not null
);

-- +goose Down
drop table courtesies;
drop table mails_read;
drop table busy_times;
drop table foreign_calendars;
drop table date_votes;
drop table date_options;
drop table date_proposals;
drop table replans;
alter table told drop column was_state;
delete from reminders where kind in ('go_no_go', 'go_no_go_end');
create table reminders_new (
    session_id text not null references sessions (id) on delete cascade,
    kind       text not null check (kind in ('two_days', 'hour', 'outcome', 'unrecorded', 'forget')),
    circle_id  text not null references circles (id),
    due_at     datetime not null,
    done_at    datetime,
    primary key (session_id, kind)
);
insert into reminders_new select session_id, kind, circle_id, due_at, done_at from reminders;
drop table reminders;
alter table reminders_new rename to reminders;
create index reminders_circle on reminders (circle_id, due_at) where done_at is null;
create index reminders_due on reminders (due_at, circle_id) where done_at is null and kind <> 'forget';
create index reminders_forget on reminders (due_at, session_id) where done_at is null and kind = 'forget';
create table answers_old (
    session_id text not null references sessions (id),
    member_id  text not null references members (id),
    answer     text not null check (answer in ('yes', 'no', 'unsure')),
    at         datetime not null,
    primary key (session_id, member_id)
);
insert or ignore into answers_old select a.session_id, a.member_id, a.answer, a.at from answers a
    join sessions s on s.id = a.session_id and s.starts_at = a.starts_at;
drop table answers;
alter table answers_old rename to answers;
create index answers_member on answers (member_id);
alter table members drop column feed_epoch;
alter table circles drop column go_no_go_off;
alter table circles drop column ask_everybody;
alter table people drop column feed_epoch;
alter table people drop column working_days;
alter table people drop column quiet_until;
alter table people drop column quiet_from;
