-- The tables of all stores, and the functions of the quota. Times of a quota are seconds since 1970 by the server's clock.

create table spapi.quotas (
    server text collate "C" not null,
    application text collate "C" not null,
    -- Empty for operations that have one quota for all sellers.
    seller text collate "C" not null,
    operation text collate "C" not null,
    documented float8 not null,
    calls float8 not null,
    filled_at float8 not null,
    per_second float8 not null,
    "full" float8 not null,
    refusals bigint not null,
    refused_at float8,
    given float8 not null,
    -- The end of the recovery of the server at the time of the last change. Null if it was started without one.
    recovery pg_lsn,
    primary key (server, application, seller, operation),
    -- Neither an infinite number nor NaN, which is above all others.
    check (greatest(documented, abs(calls), filled_at, per_second, "full", refused_at, given) < 'infinity')
) with (fillfactor = 50);

-- What a change makes of a quota, as QuotaChange::apply of spapi-core has it. `called_at`, `called_full` and `called_refusals`
-- describe the call that a change is about, and `number` is the rate of a header or the seconds of Retry-After.
create function spapi.quota_apply(
    quota spapi.quotas,
    rate float8,
    burst float8,
    change text,
    called_at float8,
    called_full boolean,
    called_refusals bigint,
    number float8,
    now float8,
    out after spapi.quotas,
    out taken_at float8,
    out was_full boolean
)
language plpgsql immutable as $$
declare
    capacity constant float8 := greatest(burst, 1);
    calls float8;
    was_cut boolean;
    measured float8;
begin
    -- What was learned from another documented rate is dropped.
    if quota.documented <> rate then
        quota.documented := rate;
        quota.per_second := rate;
        quota."full" := rate;
        quota.refusals := 0;
        quota.refused_at := null;
        quota.given := 0;
    end if;
    quota."full" := least(greatest(quota."full", rate / 10), rate * 10);
    quota.per_second := least(greatest(quota.per_second, rate / 10), quota."full");
    quota.calls := least(greatest(quota.calls, least(1 - 3600 * quota.per_second, 0)), capacity);
    quota.filled_at := least(greatest(quota.filled_at, 0), now);
    if quota.refused_at is not null then
        quota.refused_at := least(greatest(quota.refused_at, 0), now);
    end if;
    quota.given := greatest(quota.given, 0);

    calls := quota.calls + (now - quota.filled_at) * quota.per_second;
    quota.calls := least(calls, capacity);
    quota.given := quota.given + (calls - quota.calls);
    quota.filled_at := now;

    case change
        when 'look', 'lost' then
            null;
        when 'take' then
            if 1 - quota.calls < 1e-6 then
                taken_at := now;
                was_full := quota.calls >= capacity;
                quota.calls := quota.calls - 1;
            end if;
        when 'give_back' then
            quota.calls := least(quota.calls + 1, capacity);
        when 'passed' then
            quota.given := quota.given + 1;
            if number > 0 and number < 'infinity' then
                was_cut := quota.per_second < quota."full";
                quota."full" := least(greatest(number, rate / 10), rate * 10);
                if not was_cut or quota.per_second > quota."full" then
                    quota.per_second := quota."full";
                end if;
            end if;
            quota.per_second := least(quota.per_second + quota."full" / 2000, quota."full");
        when 'refused' then
            -- Calls that were on their way together are refused together, and only the first reduces the rate.
            if called_refusals = quota.refusals then
                if quota.refused_at is not null then
                    -- The least number is far below the clock's resolution, and the quotient stays finite.
                    measured := quota.given / greatest(now - quota.refused_at, 1e-290);
                    measured := least(greatest(measured, quota.per_second * 0.7), quota.per_second * 0.97);
                    quota.per_second := least(greatest(measured, rate / 10), quota.per_second);
                end if;
                quota.refusals := quota.refusals % 9223372036854775807 + 1;
                quota.refused_at := now;
                quota.given := 0;
            end if;
            quota.calls := least(quota.calls, 0, 1 - least(coalesce(number, 0), 3600) * quota.per_second);
    end case;
    -- The first call from a full bucket began to fill Amazon's when it arrived there.
    if change in ('lost', 'passed', 'refused') and called_full then
        quota.calls := quota.calls - least(greatest(now - called_at, 0), 1) * quota.per_second;
    end if;
    quota.calls := greatest(quota.calls, least(1 - 3600 * quota.per_second, 0));
    quota.given := least(quota.given, 1e10);
    after := quota;
end
$$;

-- Applies a change to the quota of this key by the server's clock, in one transaction. Only the first change waits for the disk.
create function spapi.quota_change(
    key_server text,
    key_application text,
    key_seller text,
    key_operation text,
    rate float8,
    burst float8,
    change text,
    called_at float8,
    called_full boolean,
    called_refusals bigint,
    number float8,
    out state spapi.quotas,
    out taken_at float8,
    out was_full boolean
)
language plpgsql as $$
declare
    found_quota spapi.quotas;
    applied record;
    now float8;
    is_new boolean := false;
    recovery constant pg_lsn := pg_last_wal_replay_lsn();
begin
    loop
        select * into found_quota from spapi.quotas
        where server = key_server and application = key_application and seller = key_seller and operation = key_operation
        for update;
        -- Only now, because the row may have been waited for.
        now := extract(epoch from clock_timestamp());
        exit when found;
        is_new := true;
        insert into spapi.quotas
        values (
            key_server, key_application, key_seller, key_operation,
            rate, greatest(burst, 1), now, rate, rate, 0, null, 0, recovery
        )
        on conflict do nothing;
    end loop;
    if not is_new then
        perform set_config('synchronous_commit', 'off', true);
    end if;
    -- A server that crashed, or took over from another one, may lack the calls of the last moment: what was left counts as taken.
    if recovery <> found_quota.recovery or (found_quota.recovery is null and recovery is not null) then
        found_quota.calls := least(found_quota.calls, 0);
        found_quota.filled_at := now;
    end if;
    found_quota.recovery := recovery;
    applied := spapi.quota_apply(
        found_quota, rate, burst, change, called_at, called_full, called_refusals, number, now
    );
    state := applied.after;
    taken_at := applied.taken_at;
    was_full := applied.was_full;
    update spapi.quotas
    set documented = state.documented, calls = state.calls, filled_at = state.filled_at, per_second = state.per_second,
        "full" = state."full", refusals = state.refusals, refused_at = state.refused_at, given = state.given,
        recovery = state.recovery
    where server = key_server and application = key_application and seller = key_seller and operation = key_operation;
end
$$;

-- Access tokens, which are valid for an hour. `is_sealed` says that a token is encrypted.
create table spapi.tokens (
    key text collate "C" primary key,
    token bytea not null,
    is_sealed boolean not null,
    expires_at timestamptz not null
);

-- Locks that their holders extend while they live.
create table spapi.locks (
    name text collate "C" primary key,
    process text collate "C" not null,
    number bigint not null,
    free_at timestamptz not null
);

-- What jobs have to remember. `process` wrote the entry last.
create table spapi.journal (
    key text collate "C" primary key,
    entry json not null,
    process text collate "C" not null,
    written_at timestamptz not null
);
create index on spapi.journal ((entry ->> 'id'));
